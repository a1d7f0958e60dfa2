"""Forms: the questions of an instrument or of a staff command, in their order.

A form is data. It says what is asked, which answers exist and when an item applies; how a question
looks on a phone, and how typed words become an answer, is the shell's business.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from enum import StrEnum

from flows.text import Text, text


class AlertLevel(StrEnum):
    """How fast staff must know. AT_ONCE also tells the participant what to do now."""

    SAME_DAY = "same_day"
    AT_ONCE = "at_once"


class MissingReason(StrEnum):
    """Why there is no answer (CDISC keeps the reason, never a number in its place)."""

    DECLINED = "declined"
    NOT_ASKED = "not_asked"
    NOT_REACHED = "not_reached"
    WINDOW_CLOSED = "window_closed"
    TECHNICAL = "technical"
    ENTERED_IN_ERROR = "entered_in_error"


@dataclass(frozen=True, slots=True)
class Missing:
    reason: MissingReason


DECLINED = Missing(MissingReason.DECLINED)
NOT_ASKED = Missing(MissingReason.NOT_ASKED)
# Somebody entered it that was not to be: no answer stands in its place.
ENTERED_IN_ERROR = Missing(MissingReason.ENTERED_IN_ERROR)

Value = str | int | date | time | tuple[str, ...]
Answer = Value | Missing
Answers = Mapping[str, Answer]


@dataclass(frozen=True, slots=True)
class Option:
    """One answer that can be chosen. `alert` marks a red flag, `exclusive` a "none of these"."""

    code: str
    label: Text
    button: Text | None = None
    number: int | None = None
    alert: AlertLevel | None = None
    exclusive: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Choices:
    """Any number of options, or the exclusive one."""

    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Number:
    least: int
    most: int


@dataclass(frozen=True, slots=True)
class Day:
    earliest: date | None = None
    latest: date | None = None


@dataclass(frozen=True, slots=True)
class Hour:
    """A time of day."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A day with its hour. Some are offered, each as `moment_code` has it; any other is typed, with
    its hour or as a day whose hour is asked next. What was offered can still be said a little
    later, when it is offered no longer: whether it still holds is the command's to check.
    """

    offered: tuple[Option, ...] = ()
    earliest: date | None = None

    def option(self, code: str) -> Option | None:
        known = next((option for option in self.offered if option.code == code), None)
        at = moments_in(code)
        return known or (Option(code, text("answer.plain", value=at[0])) if at else None)


_CODED = "%Y%m%dT%H%M"


def moment_code(at: datetime, instead_of: datetime | None = None) -> str:
    """A moment as the code of an option; with the one whose place it takes, if there is one."""
    codes = [it.astimezone(UTC).strftime(_CODED) for it in (at, instead_of) if it is not None]
    return "_".join(codes)


def moments_in(code: str) -> tuple[datetime, ...]:
    """The moment that a code names, and the one whose place it takes; none in any other text."""
    try:
        read = (datetime.strptime(it, _CODED) for it in code.split("_"))  # noqa: DTZ007
        found = tuple(it.replace(tzinfo=UTC) for it in read)
    except ValueError:
        return ()
    return found if moment_code(*found[:2]) == code else ()


@dataclass(frozen=True, slots=True)
class Words:
    longest: int


@dataclass(frozen=True, slots=True)
class Phone:
    """A mobile number."""


@dataclass(frozen=True, slots=True)
class Pin:
    """A PIN. Its answer is a digest of it: the PIN itself is kept nowhere."""


@dataclass(frozen=True, slots=True)
class ParticipantCode:
    """The code of a participant, such as P-017."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture; the answer to it names the message that brought it, and holds nothing of it."""


Kind = (
    Choice
    | Choices
    | Number
    | Day
    | Hour
    | Moment
    | Words
    | Phone
    | Pin
    | ParticipantCode
    | Picture
)


@dataclass(frozen=True, slots=True)
class When:
    """Holds while the answer to `item` is, or includes, one of `codes`."""

    item: str
    codes: frozenset[str]

    def holds(self, answers: Answers) -> bool:
        match answers.get(self.item):
            case str() as code:
                return code in self.codes
            case tuple() as chosen:
                return not self.codes.isdisjoint(chosen)
            case _:
                return False


@dataclass(frozen=True, slots=True)
class Item:
    """One question. It applies while every condition of `when` holds. A veiled answer is not
    repeated to whoever gave it: no message may hold it."""

    id: str
    question: Text
    kind: Kind
    when: tuple[When, ...] = ()
    may_decline: bool = False
    may_skip: bool = False
    veiled: bool = False

    @property
    def options(self) -> tuple[Option, ...]:
        match self.kind:
            case Choice(options) | Choices(options):
                return options
            case Moment(offered):
                return offered
            case _:
                return ()

    def option(self, code: str) -> Option | None:
        if isinstance(self.kind, Moment):
            return self.kind.option(code)
        return next((option for option in self.options if option.code == code), None)

    def takes(self, answer: Answer) -> bool:
        """Whether this can be its answer; a button made by hand may bring any other."""
        if isinstance(answer, Missing):
            return self.may_decline
        if answer == "":
            return self.may_skip
        match self.kind:
            case Choice():
                return isinstance(answer, str) and self.option(answer) is not None
            case Choices():
                return isinstance(answer, tuple) and all(map(self.option, answer))
            case Number(least, most):
                return isinstance(answer, int) and least <= answer <= most
            case Day():
                return isinstance(answer, date)
            case Hour():
                return isinstance(answer, time)
            case Moment():
                return isinstance(answer, date) or (
                    isinstance(answer, str) and self.option(answer) is not None
                )
            case Words() | Phone() | Pin() | ParticipantCode() | Picture():
                return isinstance(answer, str)

    def contradicts_itself(self, answer: Answer) -> bool:
        """Whether "none of these" was chosen together with something else."""
        chosen = answer if isinstance(answer, tuple) else ()
        return len(chosen) > 1 and any(it.exclusive for it in self.options if it.code in chosen)


def short(item: Item) -> Text:
    """A few words naming the question."""
    return Text(f"{item.question.key}.short", item.question.params)


class Review(StrEnum):
    """Whether the answers are shown once more before they count: never, where one of them was
    typed, or always."""

    NEVER = "never"
    TYPED = "typed"
    ALWAYS = "always"


@dataclass(frozen=True, slots=True)
class Form:
    """Items in their order. After the last of them the answers may be shown for `review`; what
    `records` keeps each answer as it is given."""

    name: str
    version: str
    items: tuple[Item, ...]
    review: Review
    records: bool = False
    may_cancel: bool = True
    _by_id: dict[str, Item] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_id", {item.id: item for item in self.items})

    def item(self, item_id: str) -> Item | None:
        return self._by_id.get(item_id)

    def applicable(self, answers: Answers) -> Iterable[Item]:
        return (item for item in self.items if all(when.holds(answers) for when in item.when))
