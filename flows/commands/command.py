"""What a command is: who may give it, what it asks, what it reads, and how it decides."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import Enum
from typing import Generic, TypeVar

from flows.definition import Trial
from flows.effects import Decision, Effect, Refused
from flows.forms import Answers, Choice, Choices, Item, Option, ParticipantCode, Review, Words
from flows.roles import Role
from flows.text import Text, text

F = TypeVar("F")


@dataclass(frozen=True, slots=True)
class Circumstances:
    """When, by whom and how a command is given.

    `secret` is random and new in each turn; `at_clinic` is the moment of a day and hour there,
    `clinic_day` and `clinic_hour` the day and the hour of a moment. `personal_links`: whether the
    service has a web chat, `sms`: whether it reaches phones by SMS.
    """

    trial: Trial
    actor: int
    roles: frozenset[Role]
    now: datetime
    today: date
    tapped: bool
    secret: str
    at_clinic: Callable[[date, time], datetime]
    clinic_day: Callable[[datetime], date]
    clinic_hour: Callable[[datetime], time]
    personal_links: bool
    sms: bool


Items = Callable[[F, Answers, Circumstances], tuple[Item, ...]]
Check = Callable[[F, Answers, Circumstances], Text | Refused | None]
Decide = Callable[[F, Answers, Circumstances], Decision]
Presume = Callable[[F, Answers, Circumstances], Answers]
AtOnce = Callable[[F, Answers, Circumstances, str], tuple[Effect, ...]]


def no_items(_facts: object, _answers: Answers, _given: Circumstances) -> tuple[Item, ...]:
    return ()


def no_check(_facts: object, _answers: Answers, _given: Circumstances) -> Text | None:
    return None


def presume_nothing(_facts: object, _answers: Answers, _given: Circumstances) -> Answers:
    return {}


class Reach(Enum):
    """How a command is come by: in the menu and the help, from a participant's card, or by a button
    of some message alone. Each of them can be typed by whoever may give it."""

    MENU = "menu"
    CARD = "card"
    BUTTON = "button"


class Secured(Enum):
    """Whether a PIN is asked for before the answers are shown and count: never, where the person
    has one, or always; then whoever has none sets one first."""

    NEVER = "never"
    IF_SET = "if_set"
    ALWAYS = "always"


@dataclass(frozen=True, slots=True)
class Command(Generic[F]):
    """A staff or participant command.

    `items` are asked in turn; `check` may refuse as soon as enough is known, and once more at the
    end; with `review` the answers are shown before anything happens. `audit` is the verb in the
    audit trail. `may_cancel` offers to give it up. A secured command is always reviewed. `presumes`
    are answers that go without asking; whoever goes back can give others. `at_once` is what an
    answer does as soon as it is given.
    """

    name: str
    roles: frozenset[Role]
    reads: type[F]
    decide: Decide[F]
    audit: str
    items: Items[F] = no_items
    check: Check[F] = no_check
    review: Review = Review.NEVER
    reach: Reach = Reach.MENU
    secured: Secured = Secured.NEVER
    may_cancel: bool = True
    presumes: Presume[F] = presume_nothing
    at_once: AtOnce[F] | None = None

    def __post_init__(self) -> None:
        if self.secured is not Secured.NEVER and self.review is not Review.ALWAYS:
            raise ValueError(f"{self.name} is secured, so its answers are shown before they count")


PARTICIPANT = Item("participant", text("ask.participant"), ParticipantCode())


def choice(item_id: str, *codes: str, question: Text | None = None) -> Item:
    """A question of a command with fixed options, worded by `ask.<id>` and `option.<id>.<CODE>`."""
    options = tuple(
        Option(code, text(f"option.{item_id}.{code}"), text(f"option.{item_id}.{code}"))
        for code in codes
    )
    return Item(item_id, question or text(f"ask.{item_id}"), Choice(options))


def choices(item_id: str, *codes: str) -> Item:
    options = tuple(
        Option(code, text(f"option.{item_id}.{code}"), text(f"option.{item_id}.{code}"))
        for code in codes
    )
    return Item(item_id, text(f"ask.{item_id}"), Choices(options))


def pick(item_id: str, labels: dict[str, Text]) -> Item:
    """A question whose options are what there is now: visits, people, forms."""
    options = tuple(Option(code, label, label) for code, label in labels.items())
    return Item(item_id, text(f"ask.{item_id}"), Choice(options))


def words(item_id: str, longest: int, *, may_skip: bool = False, veiled: bool = False) -> Item:
    kind = Words(longest)
    return Item(item_id, text(f"ask.{item_id}"), kind, may_skip=may_skip, veiled=veiled)


def completed_years(born_on: date, on: date) -> int:
    """Age in completed years. Who was born on 29 February is older from 1 March on."""
    had_birthday = (on.month, on.day) >= (born_on.month, born_on.day)
    return on.year - born_on.year - (0 if had_birthday else 1)
