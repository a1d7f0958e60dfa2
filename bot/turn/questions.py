"""How a question looks: the question and all options numbered in full, short labels on buttons.

Button data is `<what>:<conversation>:<step>[:<which>]`, so a button says which question it belongs
to; `read_button` turns it back into an event. Options go by their codes, never by their places: a
list that changed meanwhile must not turn one choice into another.
"""

from collections.abc import Iterator
from functools import reduce

from flows.conversation import STUCK_AFTER, Conversation
from flows.engine import previous_item
from flows.events import (
    AskedToChange,
    ConfirmedPreferringNot,
    Event,
    PreferredNot,
    Replied,
    Resumed,
    Skipped,
    Submitted,
    Toggled,
    WentBack,
)
from flows.forms import (
    Answer,
    Choice,
    Choices,
    Day,
    Form,
    Hour,
    Item,
    Missing,
    Moment,
    Number,
    Option,
    ParticipantCode,
    Phone,
    Picture,
    Pin,
    Words,
    short,
)
from flows.messages import Button, Message
from flows.text import Text, text

Rows = tuple[tuple[Button, ...], ...]

# Offered as buttons at a review; the rest is reached with "back". Telegram allows 100.
MOST_CHANGES = 60


def question(
    form: Form,
    conversation_id: int,
    conversation: Conversation,
    item: Item,
    *,
    problem: str | None = None,
    misses: int = 0,
    phone: str = "",
) -> Message:
    """The item's question as it is put now, after a problem if there was one. `phone` is where
    whoever is stuck in a questionnaire is helped.
    """
    head = () if problem is None else (text(f"problem.{problem}"),)
    hint = _hint(misses, phone) if form.records else ()
    body = (*_progress(form, item), item.question, *_options(item), *_how(item))
    rows = (*_answer_rows(conversation_id, conversation, item),)
    return Message(
        (*head, *hint, *body), (*rows, *_navigation(form, conversation_id, conversation, item))
    )


def _hint(misses: int, phone: str) -> tuple[Text, ...]:
    if misses >= STUCK_AFTER:
        return (text("problem.call", phone=phone),)
    return (text("problem.hint"),) if misses > 1 else ()


def confirm_preferring_not(conversation_id: int, conversation: Conversation) -> Message:
    mark = f"{conversation_id}:{conversation.step}"
    return Message(
        (text("question.prefer_not_sure"),),
        (
            (Button(text("nav.prefer_not_yes"), f"X:{mark}"),),
            (Button(text("nav.answer_it"), f"k:{mark}"),),
        ),
    )


def ask_pin(conversation_id: int, question: Text) -> Message:
    """Before what cannot be undone: whoever holds the phone gives the PIN of its owner."""
    return Message((question, text("how.pin")), ((_cancel(conversation_id),),))


def review(
    form: Form,
    conversation_id: int,
    conversation: Conversation,
    *,
    problem: str | None = None,
    title: tuple[Text, ...] = (),
) -> Message:
    """All answers, to be changed or submitted, after a problem if there was one."""
    head = (*title, *(() if problem is None else (text(f"problem.{problem}"),)))
    answered = [
        item for item in form.applicable(conversation.known) if item.id in conversation.answers
    ]
    lines = tuple(
        text(
            "review.line", item=short(item), answer=answer_text(item, conversation.answers[item.id])
        )
        for item in answered
    )
    mark = f"{conversation_id}:{conversation.step}"
    submit = "nav.submit" if form.records else "nav.confirm"
    changes = [
        Button(text("review.change", item=short(item)), f"e:{mark}:{item.id}")
        for item in answered[:MOST_CHANGES]
    ]
    rows: Rows = ((Button(text(submit), f"S:{mark}"),), *_pairs(changes))
    cancel: Rows = () if form.records else ((_cancel(conversation_id),),)
    body = (text("review.title"), text("review.list", lines=lines))
    return Message((*head, *body), (*rows, *cancel))


def answer_text(item: Item, answer: Answer) -> Text:
    """An answer in the words of its options."""
    if isinstance(answer, Missing):
        return text("answer.declined")
    if answer in ("", ()):
        return text("answer.skipped")
    if item.veiled:
        return text("answer.written")
    if isinstance(answer, tuple):
        first, *others = (_label(item.option(code), code) for code in answer)
        return reduce(_and, others, first)
    if isinstance(item.kind, Choice) or (isinstance(item.kind, Moment) and isinstance(answer, str)):
        return _label(item.option(str(answer)), str(answer))
    return text("answer.plain", value=answer)


def _and(before: Text, label: Text) -> Text:
    return text("answer.several", before=before, label=label)


def _label(option: Option | None, code: str) -> Text:
    if option is None:
        return text("answer.plain", value=code)
    return option.button or option.label


def read_button(data: str, form: Form, conversation: Conversation) -> Event | None:
    """The event of a tapped button of this conversation; None for data made by hand."""
    what, _, rest = data.partition(":")
    parts = rest.split(":")
    if len(parts) < 2 or not parts[1].isdecimal():
        return None
    step, which = int(parts[1]), parts[2] if len(parts) > 2 else ""
    match what:
        case "a":
            return _replied(form, conversation, step, which)
        case "t":
            return _toggled(form, conversation, step, which)
        case "d":
            return Replied(step, conversation.picked)
        case "x":
            return PreferredNot(step)
        case "X":
            return ConfirmedPreferringNot(step)
        case "k":
            return Resumed()
        case "s":
            return Skipped(step)
        case "b":
            return WentBack(step)
        case "e" if form.item(which) is not None:
            return AskedToChange(step, which)
        case "S":
            return Submitted(step)
        case _:
            return None


def _replied(form: Form, conversation: Conversation, step: int, which: str) -> Event | None:
    option = _option(form, conversation, which)
    # A stale button is told apart by its step alone, whatever its option was.
    if step != conversation.step:
        return Replied(step, "")
    return None if option is None else Replied(step, option.code)


def _toggled(form: Form, conversation: Conversation, step: int, which: str) -> Event | None:
    on, code = which[:1], which[1:]
    if step != conversation.step:
        return Toggled(step, "", on=False)
    option = _option(form, conversation, code)
    return None if option is None else Toggled(step, option.code, on=on == "+")


def _option(form: Form, conversation: Conversation, code: str) -> Option | None:
    item = form.item(conversation.at) if conversation.at is not None else None
    return None if item is None else item.option(code)


def _progress(form: Form, item: Item) -> tuple[Text, ...]:
    """Which question this is, where the answers cannot change how many there are."""
    if not form.records or any(it.when for it in form.items) or len(form.items) < 2:
        return ()
    return (text("question.progress", number=form.items.index(item) + 1, total=len(form.items)),)


def _options(item: Item) -> tuple[Text, ...]:
    if not item.options or isinstance(item.kind, Moment):
        return ()
    lines = tuple(
        text("question.option", number=number, label=option.label)
        for number, option in enumerate(item.options, start=1)
    )
    return (text("question.options", lines=lines),)


def _how(item: Item) -> tuple[Text, ...]:
    """How to answer what has no buttons."""
    match item.kind:
        case Choices():
            return (text("how.several"),)
        case Number(least, most):
            return (text("how.number", least=least, most=most),)
        case Day(earliest=None):
            return (text("how.day"),)
        case Day():
            return (text("how.day_ahead"),)
        case Hour():
            return (text("how.hour"),)
        case Moment():
            return (text("how.moment"),)
        case Phone():
            return (text("how.phone"),)
        case Pin():
            return (text("how.pin"),)
        case ParticipantCode():
            return (text("how.participant"),)
        case Choice() | Words() | Picture():
            return ()


def _answer_rows(
    conversation_id: int, conversation: Conversation, item: Item
) -> Iterator[tuple[Button, ...]]:
    mark = f"{conversation_id}:{conversation.step}"
    for index, option in enumerate(item.options):
        label = option.button or option.label
        if isinstance(item.kind, Moment):
            yield (Button(label, f"a:{mark}:{option.code}"),)
        elif isinstance(item.kind, Choice):
            numbered = text("question.button", number=index + 1, label=label)
            yield (Button(numbered, f"a:{mark}:{option.code}"),)
        else:
            picked = option.code in conversation.picked
            shown = text("question.picked" if picked else "question.unpicked", label=label)
            yield (Button(shown, f"t:{mark}:{'-' if picked else '+'}{option.code}"),)
    if isinstance(item.kind, Choices):
        yield (Button(text("nav.done"), f"d:{mark}"),)


def _navigation(
    form: Form, conversation_id: int, conversation: Conversation, item: Item
) -> Iterator[tuple[Button, ...]]:
    mark = f"{conversation_id}:{conversation.step}"
    if item.may_decline:
        yield (Button(text("nav.prefer_not"), f"x:{mark}"),)
    if item.may_skip:
        yield (Button(text("nav.skip"), f"s:{mark}"),)
    row: tuple[Button, ...] = ()
    if previous_item(form, conversation) is not None:
        row = (Button(text("nav.back"), f"b:{mark}"),)
    if form.may_cancel and not form.records:
        row = (*row, _cancel(conversation_id))
    if row:
        yield row


def _cancel(conversation_id: int) -> Button:
    return Button(text("nav.cancel"), f"c:{conversation_id}:0")


def _pairs(buttons: list[Button]) -> Iterator[tuple[Button, ...]]:
    return (tuple(buttons[row : row + 2]) for row in range(0, len(buttons), 2))
