"""What a person typed, read against the question that is being asked."""

from datetime import date, timedelta

from bot.language.typed_answers import (
    read_choice,
    read_choices,
    read_number,
    read_participant_code,
    read_phone,
    read_pin,
)
from bot.language.typed_text import Problem, normalize, trimmed
from bot.language.typed_times import read_date, read_moment, read_time
from bot.language.wording import LANGUAGES
from bot.sms.plain import variant
from bot.trial.study import Study
from flows.conversation import Conversation
from flows.events import Event, Misread, PreferredNot, Replied, Skipped, Submitted, WentBack
from flows.forms import (
    Choice,
    Choices,
    Day,
    Hour,
    Item,
    Moment,
    Number,
    Option,
    ParticipantCode,
    Phone,
    Picture,
    Pin,
    Value,
    Words,
)
from flows.text import text

# No answer but free text is longer, and reading a long text would hold up everybody's turns.
LONGEST_ANSWER = 300

# Kinds of files that can be pictures; what is in them is seen when they were fetched.
_PICTURES = {"photo", "document", "web"}


def read_typed(
    study: Study, item: Item | None, conversation: Conversation, typed: str, today: date
) -> Event:
    """The event that typed words are; `Misread` when they are no answer to this question."""
    if (moved := _navigation(study, item, conversation, typed)) is not None:
        return moved
    if item is None:
        return Misread("tap_a_button")
    if len(typed) > LONGEST_ANSWER and not isinstance(item.kind, Words):
        return Misread("too_long")
    value = read_value(study, item, typed, today)
    return value if isinstance(value, Misread) else Replied(conversation.step, value, typed=True)


def read_sent(conversation: Conversation, file: str | None, message: str) -> Event:
    """The event that a file is where a picture is asked for; the answer names its message."""
    kind = (file or "").partition(":")[0]
    return Replied(conversation.step, message) if kind in _PICTURES else Misread("no_picture")


def read_value(study: Study, item: Item, typed: str, today: date) -> Value | Misread:
    """The value of typed words as an answer to this item."""
    read = _read(study, item, typed, today)
    return Misread(read.value) if isinstance(read, Problem) else read


def _read(study: Study, item: Item, typed: str, today: date) -> Value | Problem | Misread:
    match item.kind:
        case Choice():
            return read_choice(typed, _words_of(study, item.options), study.lexicon)
        case Choices():
            return _choices(study, item, typed)
        case Number() as kind:
            return _number(study, kind, typed)
        case Day() as kind:
            return _day(study, kind, typed, today)
        case Hour():
            return read_time(typed, study.lexicon)
        case Moment(_, earliest):
            return _moment(study, earliest, typed, today)
        case Phone():
            return read_phone(typed)
        case Pin():
            return read_pin(typed)
        case ParticipantCode():
            return read_participant_code(typed, study.lexicon)
        case Words(longest):
            return _free(typed, longest)
        case Picture():
            return Misread("no_picture")


def _choices(study: Study, item: Item, typed: str) -> tuple[str, ...] | Problem:
    codes = read_choices(typed, _words_of(study, item.options), study.lexicon)
    exclusive = {option.code for option in item.options if option.exclusive}
    if isinstance(codes, Problem) or len(codes) == 1 or exclusive.isdisjoint(codes):
        return codes
    return Problem.AMBIGUOUS


def _free(typed: str, longest: int) -> str | Misread:
    words = typed.strip()
    if not words:
        return Misread("empty")
    return words if len(words) <= longest else Misread("too_long")


def units(study: Study) -> list[str]:
    """The words that may stand beside a number: "days"."""
    return [word for it in LANGUAGES for word in study.wording.variants("typed.units", it)]


def _number(study: Study, kind: Number, typed: str) -> int | Problem:
    number = read_number(typed, units=units(study))
    if isinstance(number, Problem):
        return number
    return number if kind.least <= number <= kind.most else Problem.OUT_OF_RANGE


def _day(study: Study, kind: Day, typed: str, today: date) -> date | Problem | Misread:
    day = read_date(typed, today, study.lexicon, latest=kind.latest)
    return day if isinstance(day, Problem) else _in_time(day, kind.earliest, today)


def _in_time(day: date, earliest: date | None, today: date) -> date | Problem | Misread:
    if earliest is not None and day < earliest:
        return Misread("past_date")
    # Nobody in the trial was born, or is booked, outside these years.
    return day if abs(day - today) < timedelta(days=365 * 130) else Problem.OUT_OF_RANGE


def _moment(
    study: Study, earliest: date | None, typed: str, today: date
) -> date | Problem | Misread:
    """A day with its hour, or the day alone."""
    read = read_moment(typed, today, study.lexicon)
    if isinstance(read, Problem):
        return read
    day = _in_time(read[0], earliest, today)
    return day if read[1] is None or not isinstance(day, date) else study.moment(day, read[1])


def _words_of(study: Study, options: tuple[Option, ...]) -> list[tuple[str, list[str]]]:
    """Every wording of each option, in both languages, in full, short, and as by SMS."""
    return [
        (
            option.code,
            sorted(
                {
                    study.render(label, language)
                    for label in (
                        option.label,
                        option.button,
                        variant(option.label, "sms", study.wording),
                    )
                    if label is not None
                    for language in LANGUAGES
                }
                | _said_for(study, option.code)
            ),
        )
        for option in options
    ]


def _said_for(study: Study, code: str) -> set[str]:
    """Other words for yes and no, which every such question understands."""
    if code not in ("YES", "NO"):
        return set()
    key = f"typed.answer.{code}"
    return {word for it in LANGUAGES for word in study.wording.variants(key, it)}


def _navigation(
    study: Study, item: Item | None, conversation: Conversation, typed: str
) -> Event | None:
    """The words on the buttons below a question can be typed too."""
    word = trimmed(normalize(typed))
    step = conversation.step
    if item is None:
        keys = ("nav.submit", "nav.confirm")
        return Submitted(step) if _is_one_of(study, word, *keys) else None
    if _is_one_of(study, word, "nav.back"):
        return WentBack(step)
    if item.may_decline and _is_one_of(study, word, "nav.prefer_not"):
        return PreferredNot(step)
    if item.may_skip and _is_one_of(study, word, "nav.skip"):
        return Skipped(step)
    if isinstance(item.kind, Choices) and _is_one_of(study, word, "nav.done"):
        return Replied(step, conversation.picked)
    return None


def _is_one_of(study: Study, word: str, *keys: str) -> bool:
    labels = (study.render(text(key), language) for key in keys for language in LANGUAGES)
    return any(trimmed(normalize(label)) == word for label in labels)
