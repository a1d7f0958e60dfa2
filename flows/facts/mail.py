"""Letters that wait."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Letter:
    id: int
    code: str
    received_at: datetime
    has_attachment: bool
    words: str = field(repr=False)
    claimed_by: int | None = None
    claimed_name: str = field(repr=False, default="")


@dataclass(frozen=True, slots=True)
class MailFacts:
    letters: tuple[Letter, ...]
