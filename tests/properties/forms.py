"""Forms drawn by Hypothesis, and what somebody may do in them: sensible, mistaken or by hand."""

from datetime import UTC, date, time
from functools import cache
from typing import assert_never

from hypothesis import strategies as st

from flows.conversation import Conversation
from flows.events import (
    AskedToChange,
    ConfirmedPreferringNot,
    Event,
    Misread,
    PreferredNot,
    Replied,
    Resumed,
    Skipped,
    Submitted,
    Toggled,
    WentBack,
)
from flows.forms import (
    AlertLevel,
    Choice,
    Choices,
    Day,
    Form,
    Hour,
    Item,
    Kind,
    Moment,
    Number,
    Option,
    ParticipantCode,
    Phone,
    Picture,
    Pin,
    Review,
    Value,
    When,
    Words,
)
from flows.text import text

CODES = ("A", "B", "C", "NONE")
LATEST = date(2030, 12, 31)


@st.composite
def options(draw: st.DrawFn) -> tuple[Option, ...]:
    codes = draw(st.lists(st.sampled_from(CODES), min_size=1, unique=True))
    alerts = st.sampled_from([None, None, *AlertLevel])
    return tuple(
        Option(code, text(code), alert=draw(alerts), exclusive=code == "NONE") for code in codes
    )


KINDS: st.SearchStrategy[Kind] = (
    st.builds(Choice, options())
    | st.builds(Choices, options())
    | st.builds(Number, st.integers(0, 3), st.integers(4, 9))
    | st.sampled_from([Day(), Hour(), Moment(), Words(20)])
)


@st.composite
def conditions(draw: st.DrawFn, earlier: list[Item]) -> tuple[When, ...]:
    """On what was asked before, and sometimes on the sex, which is known beforehand."""
    asked = [st.builds(When, st.just(it.id), codes_of(it)) for it in earlier if it.options]
    sex = st.builds(When, st.just("sex"), st.just(frozenset({"F"})))
    return draw(st.lists(st.one_of(sex, *asked), max_size=2).map(tuple)) if earlier else ()


def codes_of(item: Item) -> st.SearchStrategy[frozenset[str]]:
    return st.frozensets(st.sampled_from([option.code for option in item.options]), min_size=1)


@st.composite
def forms(draw: st.DrawFn) -> Form:
    items: list[Item] = []
    for number in range(draw(st.integers(1, 6))):
        item = Item(
            f"q{number}",
            text(f"q{number}"),
            draw(KINDS),
            draw(conditions(items)),
            may_decline=draw(st.booleans()),
            may_skip=draw(st.booleans()),
        )
        items.append(item)
    return Form("drawn", "1", tuple(items), review=draw(st.sampled_from(Review)))


@cache
def answers(kind: Kind) -> st.SearchStrategy[Value]:
    """Any answer that fits an item of this kind."""
    match kind:
        case Choice(offered):
            return st.sampled_from([option.code for option in offered])
        case Choices(offered):
            return _choices(offered)
        case Number(least, most):
            return st.integers(least, most)
        case Day():
            return st.dates(max_value=LATEST)
        case Hour():
            return st.times().map(lambda at: time(at.hour, at.minute))
        case Moment():
            return st.dates(max_value=LATEST) | st.datetimes(timezones=st.just(UTC))
        case Words(longest):
            return st.text(min_size=1, max_size=longest)
        case Phone() | Pin() | ParticipantCode() | Picture():
            return st.just("P-001")
        case _:
            assert_never(kind)


def _choices(offered: tuple[Option, ...]) -> st.SearchStrategy[Value]:
    alone = st.sampled_from([(option.code,) for option in offered])
    together = [option.code for option in offered if not option.exclusive]
    if not together:
        return alone
    several = st.sets(st.sampled_from(together), min_size=1)
    return alone | several.map(lambda chosen: tuple(it for it in together if it in chosen))


SOME_CODE = st.sampled_from([*CODES, "YES", "NO", "HOSPITAL", "ZZ"])
ANYTHING: st.SearchStrategy[Value] = st.one_of(
    SOME_CODE | st.just(""),
    st.lists(SOME_CODE, unique=True, max_size=3).map(tuple),
    st.integers(-1, 12),
    st.dates(max_value=LATEST),
)
ODD = st.sampled_from(
    [
        Replied,
        Toggled,
        Toggled,
        Skipped,
        PreferredNot,
        ConfirmedPreferringNot,
        WentBack,
        AskedToChange,
        Submitted,
        Misread,
        Resumed,
    ]
)
HOW_STALE = st.sampled_from([0, 0, 0, 1, -1])


def draw_event(data: st.DataObject, form: Form, conversation: Conversation) -> Event:
    """What happens next: half of it an answer that fits, the rest whatever a hand can make."""
    item = form.item(conversation.at) if conversation.at is not None else None
    if data.draw(st.booleans()):
        now = conversation.step
        return Submitted(now) if item is None else Replied(now, data.draw(answers(item.kind)))
    return _odd(data, form, item, conversation.step + data.draw(HOW_STALE))


def _odd(data: st.DataObject, form: Form, item: Item | None, step: int) -> Event:
    what = data.draw(ODD)
    if what is Replied:
        return Replied(step, data.draw(ANYTHING))
    if what is Toggled:
        codes = [option.code for option in item.options] if item is not None else []
        return Toggled(step, data.draw(st.sampled_from([*codes, "ZZ"])), data.draw(st.booleans()))
    if what is AskedToChange:
        return AskedToChange(step, data.draw(st.sampled_from([it.id for it in form.items])))
    if what is Misread:
        return Misread("not_an_option")
    return Resumed() if what is Resumed else what(step)
