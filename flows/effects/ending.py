"""Seeing an arm in an emergency, or all at the end. None of these holds one."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class AskToUnblind:
    """Ask a second person to agree; `participant` is None for the whole trial."""

    participant: int | None
    reason: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class AnswerUnblinding:
    request: int
    agreed: bool


@dataclass(frozen=True, slots=True)
class ShowUnblinded:
    """Show the arm to the tap of whoever asked, after somebody else agreed."""

    request: int
    participant: int


@dataclass(frozen=True, slots=True)
class LockData:
    """From now on nothing of the study's data changes."""

    reason: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SignOff:
    """The PI has looked at the data as they are now."""


Ending = AskToUnblind | AnswerUnblinding | ShowUnblinded | LockData | SignOff
