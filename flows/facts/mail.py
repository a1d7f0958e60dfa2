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


@dataclass(frozen=True, slots=True)
class MailFacts:
    letters: tuple[Letter, ...]
