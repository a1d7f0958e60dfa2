"""One pure function moves a conversation: `step(form, conversation, event) -> Turn`.

The rules that hold here:
- same arguments, same turn; nothing is read but the arguments;
- every turn of an unfinished conversation speaks;
- a button of another step changes nothing;
- what is recorded is what was answered, once a change.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import assert_never

from flows.conversation import Conversation
from flows.events import (
    AskedToChange,
    Began,
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
    DECLINED,
    NOT_ASKED,
    AlertLevel,
    Answer,
    Choices,
    Form,
    Item,
    Review,
)

SKIPPED = ""


@dataclass(frozen=True, slots=True)
class Ask:
    """Put the item's question; `problem` and `misses` tell why it is put again."""

    item: str
    problem: str | None = None
    misses: int = 0


@dataclass(frozen=True, slots=True)
class AskToConfirmPreferringNot:
    item: str


@dataclass(frozen=True, slots=True)
class ShowReview:
    """Show the answers once more, to be changed or submitted."""

    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Redraw:
    """Show the same question again with what is picked so far."""

    item: str


@dataclass(frozen=True, slots=True)
class SayStale:
    """A button of an earlier question was tapped."""


@dataclass(frozen=True, slots=True)
class RecordResponse:
    item: str
    answer: Answer = field(repr=False)
    replaced: Answer | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class RaiseAlert:
    item: str
    option: str = field(repr=False)
    level: AlertLevel


@dataclass(frozen=True, slots=True)
class Finish:
    """The form is complete: an instrument is submitted, a command decides."""


Effect = (
    Ask
    | AskToConfirmPreferringNot
    | ShowReview
    | Redraw
    | SayStale
    | RecordResponse
    | RaiseAlert
    | Finish
)


@dataclass(frozen=True, slots=True)
class Turn:
    conversation: Conversation
    effects: tuple[Effect, ...]


def step(form: Form, conversation: Conversation, event: Event) -> Turn:
    """Move `conversation` through `form` by one `event`."""
    if _is_stale(conversation, event):
        return Turn(conversation, (SayStale(),))
    match event:
        case Began():
            return _move_on(form, conversation)
        case Resumed():
            return _ask_where_it_stands(form, conversation)
        case Misread(problem):
            return _ask_again(form, conversation, problem)
        case Replied(_, value, typed):
            return _answer(form, replace(conversation, typed=conversation.typed or typed), value)
        case Skipped():
            return _answer(form, conversation, SKIPPED)
        case ConfirmedPreferringNot():
            return _answer(form, conversation, DECLINED)
        case PreferredNot():
            return _ask_to_confirm(form, conversation)
        case Toggled(_, code, on):
            return _toggle(form, conversation, code, on=on)
        case WentBack():
            return _go_back(form, conversation)
        case AskedToChange(_, item):
            return _change(form, conversation, item)
        case Submitted():
            return _submit(form, conversation)
        case _:
            assert_never(event)


def previous_item(form: Form, conversation: Conversation) -> Item | None:
    """The last answered item before the one that is being asked, if there is one."""
    earlier: Item | None = None
    for item in form.applicable(conversation.known):
        if item.id == conversation.at:
            break
        if item.id in conversation.answers:
            earlier = item
    return earlier


def _is_stale(conversation: Conversation, event: Event) -> bool:
    match event:
        case Began() | Resumed() | Misread():
            return False
        case _:
            return event.step != conversation.step


def _current(form: Form, conversation: Conversation) -> Item | None:
    return None if conversation.at is None else form.item(conversation.at)


def _ask_where_it_stands(form: Form, conversation: Conversation) -> Turn:
    if _current(form, conversation) is None:
        return _move_on(form, conversation)
    assert conversation.at is not None
    asked = replace(conversation, declining=False)
    return Turn(asked, (Ask(conversation.at),))


def _ask_again(form: Form, conversation: Conversation, problem: str) -> Turn:
    item = _current(form, conversation)
    if item is None:
        return Turn(conversation, (ShowReview(problem),))
    missed = replace(conversation, misses=conversation.misses + 1, declining=False)
    return Turn(missed, (Ask(item.id, problem, missed.misses),))


def _answer(form: Form, conversation: Conversation, answer: Answer) -> Turn:
    item = _current(form, conversation)
    if item is None:
        return Turn(conversation, (ShowReview(),))
    if isinstance(item.kind, Choices) and answer == ():
        return _ask_again(form, conversation, "nothing_picked")
    if not item.takes(answer):
        return Turn(conversation, (SayStale(),))
    if item.contradicts_itself(answer):
        return _ask_again(form, conversation, "ambiguous")
    replaced = conversation.answers.get(item.id)
    answered = replace(conversation, answers={**conversation.answers, item.id: answer})
    answered, alerts = _flag(answered, item, answer)
    recorded = () if answer == replaced else (RecordResponse(item.id, answer, replaced),)
    answered, dropped = _drop_inapplicable(form, answered)
    turn = _move_on(form, answered)
    return Turn(turn.conversation, (*recorded, *dropped, *alerts, *turn.effects))


def _drop_inapplicable(
    form: Form, conversation: Conversation
) -> tuple[Conversation, tuple[RecordResponse, ...]]:
    """Withdraw answers to items that a changed answer no longer leads to."""
    dropped: list[RecordResponse] = []
    while stray := _strays(form, conversation):
        dropped += [RecordResponse(item, NOT_ASKED, answer) for item, answer in stray.items()]
        kept = {item: a for item, a in conversation.answers.items() if item not in stray}
        conversation = replace(conversation, answers=kept)
    return conversation, tuple(dropped)


def _strays(form: Form, conversation: Conversation) -> Mapping[str, Answer]:
    applicable = {item.id for item in form.applicable(conversation.known)}
    return {item: a for item, a in conversation.answers.items() if item not in applicable}


def _flag(
    conversation: Conversation, item: Item, answer: Answer
) -> tuple[Conversation, tuple[RaiseAlert, ...]]:
    """A red flag acts at the tap, and once a conversation."""
    codes = answer if isinstance(answer, tuple) else (answer,)
    alerts = tuple(
        RaiseAlert(item.id, option.code, option.alert)
        for option in item.options
        if option.code in codes
        and option.alert is not None
        and (item.id, option.code) not in conversation.flagged
    )
    seen = conversation.flagged | {(alert.item, alert.option) for alert in alerts}
    return replace(conversation, flagged=seen), alerts


def _move_on(form: Form, conversation: Conversation) -> Turn:
    """Go to the first applicable item without an answer, or to the end."""
    for item in form.applicable(conversation.known):
        if item.id not in conversation.known:
            return Turn(_stand_at(conversation, item), (Ask(item.id),))
    end = replace(
        conversation,
        at=None,
        step=conversation.step + 1,
        misses=0,
        declining=False,
        picked=(),
    )
    return Turn(end, (ShowReview(),) if _is_reviewed(form, conversation) else (Finish(),))


def _is_reviewed(form: Form, conversation: Conversation) -> bool:
    return form.review is Review.ALWAYS or (form.review is Review.TYPED and conversation.typed)


def _stand_at(conversation: Conversation, item: Item) -> Conversation:
    before = conversation.answers.get(item.id)
    picked = before if isinstance(before, tuple) and isinstance(item.kind, Choices) else ()
    return replace(
        conversation,
        at=item.id,
        step=conversation.step + 1,
        misses=0,
        declining=False,
        picked=picked,
    )


def _ask_to_confirm(form: Form, conversation: Conversation) -> Turn:
    item = _current(form, conversation)
    if item is None or not item.may_decline:
        return Turn(conversation, (SayStale(),))
    asked = replace(conversation, declining=True)
    return Turn(asked, (AskToConfirmPreferringNot(item.id),))


def _toggle(form: Form, conversation: Conversation, code: str, *, on: bool) -> Turn:
    item = _current(form, conversation)
    option = item.option(code) if item is not None else None
    if item is None or option is None or not isinstance(item.kind, Choices):
        return Turn(conversation, (SayStale(),))
    picked = _picked(item, conversation.picked, code, on=on)
    toggled = replace(conversation, picked=picked)
    toggled, alerts = _flag(toggled, item, (code,) if on else ())
    return Turn(toggled, (*alerts, Redraw(item.id)))


def _picked(item: Item, before: tuple[str, ...], code: str, *, on: bool) -> tuple[str, ...]:
    """What is picked after the tap, in the order of the options; "none of these" stands alone."""
    chosen = {*before, code} if on else {*before} - {code}
    exclusive = {option.code for option in item.options if option.exclusive}
    if on:
        chosen = {code} if code in exclusive else chosen - exclusive
    return tuple(option.code for option in item.options if option.code in chosen)


def _go_back(form: Form, conversation: Conversation) -> Turn:
    item = previous_item(form, conversation)
    if item is None:
        return _ask_where_it_stands(form, conversation)
    return Turn(_stand_at(conversation, item), (Ask(item.id),))


def _change(form: Form, conversation: Conversation, item_id: str) -> Turn:
    item = form.item(item_id)
    if item is None or conversation.at is not None or item_id not in conversation.answers:
        return Turn(conversation, (SayStale(),))
    return Turn(_stand_at(conversation, item), (Ask(item.id),))


def _submit(form: Form, conversation: Conversation) -> Turn:
    complete = _move_on(form, conversation)
    if conversation.at is not None or complete.conversation.at is not None:
        return complete
    return Turn(replace(conversation, step=conversation.step + 1), (Finish(),))
