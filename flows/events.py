"""What happened, in the past tense. A `step` names the question that a button belongs to."""

from dataclasses import dataclass, field

from flows.forms import Value


@dataclass(frozen=True, slots=True)
class Began:
    """The person opened the form."""


@dataclass(frozen=True, slots=True)
class Resumed:
    """The person came back to it."""


@dataclass(frozen=True, slots=True)
class Replied:
    """An item was answered, by a button or in words that were `typed`."""

    step: int
    value: Value = field(repr=False)
    typed: bool = False


@dataclass(frozen=True, slots=True)
class Toggled:
    """An option of several was set. It names the state, so a second tap is harmless."""

    step: int
    code: str = field(repr=False)
    on: bool = field(repr=False)


@dataclass(frozen=True, slots=True)
class Skipped:
    """The person had nothing to say to an optional item."""

    step: int


@dataclass(frozen=True, slots=True)
class PreferredNot:
    """The person prefers not to answer; it is asked once more."""

    step: int


@dataclass(frozen=True, slots=True)
class ConfirmedPreferringNot:
    step: int


@dataclass(frozen=True, slots=True)
class WentBack:
    step: int


@dataclass(frozen=True, slots=True)
class AskedToChange:
    """At the review, an item was picked to be answered again."""

    step: int
    item: str


@dataclass(frozen=True, slots=True)
class Submitted:
    step: int


@dataclass(frozen=True, slots=True)
class Misread:
    """What was typed could not be read as an answer; `problem` names why."""

    problem: str


Event = (
    Began
    | Resumed
    | Replied
    | Toggled
    | Skipped
    | PreferredNot
    | ConfirmedPreferringNot
    | WentBack
    | AskedToChange
    | Submitted
    | Misread
)
