"""The message that shows a day: short enough for a phone, each line a tap from what it asks for."""

from collections.abc import Iterator, Sequence

from flows.facts.day import Call, DayFacts, Expected, Unbooked
from flows.messages import Button, Message, run_button
from flows.text import Text, text

# What fits a phone's screen and Telegram's limit; the whole list is a button away.
MOST_VISITS = 20
MOST_CALLS = 8
MOST_UNBOOKED = 8
MOST_BUTTONS = 60
_IN_A_ROW = 3

Rows = tuple[tuple[Button, ...], ...]


def day_message(facts: DayFacts) -> Message:
    """Visits by hour with what each still needs, calls to make, what waits, what is not booked."""
    paragraphs = (text("today.title", on=facts.day), *_sections(facts))
    return Message(paragraphs, (*_visit_rows(facts), *_call_rows(facts), *_rest(facts)))


def code_rows(codes: Sequence[str]) -> Rows:
    """Codes to tap, each leading to its card."""
    buttons = [_card(code) for code in codes[:MOST_BUTTONS]]
    rows = range(0, len(buttons), _IN_A_ROW)
    return tuple(tuple(buttons[row : row + _IN_A_ROW]) for row in rows)


def _sections(facts: DayFacts) -> Iterator[Text]:
    if facts.expected:
        lines = tuple(_visit_line(it) for it in facts.expected[:MOST_VISITS])
        yield text("today.visits", count=len(facts.expected), lines=lines)
    else:
        yield text("today.no_visits")
    if facts.calls:
        lines = tuple(_call_line(it) for it in facts.calls[:MOST_CALLS])
        yield text("today.calls", count=len(facts.calls), lines=lines)
    waiting = tuple(_waiting(facts))
    if waiting:
        yield text("today.waiting", lines=waiting)
    if facts.unbooked:
        lines = tuple(_unbooked_line(it) for it in facts.unbooked[:MOST_UNBOOKED])
        yield text("today.unbooked", count=len(facts.unbooked), lines=lines)


def _visit_line(it: Expected) -> Text:
    state = "came" if it.attended else _CONFIRMED[it.confirmed]
    head = text(
        "today.visit",
        at=it.hour,
        code=it.code,
        name=it.name,
        visit=text(f"visit.{it.visit}"),
        state=text(f"today.state.{state}"),
    )
    if not it.needs:
        return head
    needs = tuple(text(f"today.need.{need.value}") for need in it.needs)
    return text("today.visit_needs", visit=head, needs=_joined(needs))


_CONFIRMED = {True: "confirmed", False: "cannot_come", None: "not_confirmed"}


def _joined(words: Sequence[Text]) -> Text:
    first, *others = words
    for word in others:
        first = text("answer.several", before=first, label=word)
    return first


def _call_line(it: Call) -> Text:
    reason = text(f"today.call.{it.reason.value}", until=it.until)
    key = "today.call" if it.phone else "today.call_without_number"
    return text(key, code=it.code, name=it.name, phone=it.phone, reason=reason)


def _waiting(facts: DayFacts) -> Iterator[Text]:
    counted = (("mail", facts.letters), ("alerts", facts.alerts), ("queries", facts.queries))
    for name, count in counted:
        if count:
            yield text(f"today.waiting.{name}", count=count)


def _unbooked_line(it: Unbooked) -> Text:
    visit = text(f"visit.{it.visit}")
    return text("today.unbooked_line", code=it.code, visit=visit, first=it.first, last=it.last)


def _visit_rows(facts: DayFacts) -> Iterator[tuple[Button, ...]]:
    """A visit's card; and beside it, until they came, that they did."""
    for it in facts.expected[:MOST_VISITS]:
        card = run_button(text("today.card.button", at=it.hour, code=it.code), "card", it.code)
        day = facts.day.isoformat()
        came = run_button(text("today.came.button"), "attended", it.code, it.visit, day)
        yield (card,) if it.attended else (card, came)


def _call_rows(facts: DayFacts) -> Iterator[tuple[Button, ...]]:
    for it in facts.calls[:MOST_CALLS]:
        card = run_button(text("today.call.button", code=it.code), "card", it.code)
        outcomes = (
            run_button(text(f"option.call_outcome.{outcome}"), "called", it.code, outcome)
            for outcome in ("REACHED", "NO_ANSWER")
        )
        yield (card, *outcomes)


def _rest(facts: DayFacts) -> Iterator[tuple[Button, ...]]:
    """What waits, the visits to book, and the whole of what was too long to show."""
    if facts.letters:
        yield (run_button(text("command.mail.button"), "mail"),)
    if facts.queries:
        yield (run_button(text("command.queries.button"), "queries"),)
    yield from code_rows([it.code for it in facts.unbooked[:MOST_UNBOOKED]])
    for name, found, shown in (
        ("VISITS", len(facts.expected), MOST_VISITS),
        ("CALLS", len(facts.calls), MOST_CALLS),
        ("UNBOOKED", len(facts.unbooked), MOST_UNBOOKED),
    ):
        if found > shown:
            label = text("worklist.button", list=text(f"option.worklist.{name}"), count=found)
            yield (run_button(label, "worklist", name),)


def _card(code: str) -> Button:
    return run_button(text("find.code", code=code), "card", code)
