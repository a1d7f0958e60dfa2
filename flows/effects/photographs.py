"""Pictures that were sent, skipped, or asked for. None of these holds one."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class ReceivePhotograph:
    """What was just sent is the picture of this view; it is fetched and checked afterwards."""

    participant: int
    visit: str
    view: str
    taken_on: date


@dataclass(frozen=True, slots=True)
class SkipView:
    participant: int
    visit: str
    view: str
    taken_on: date
    reason: str


@dataclass(frozen=True, slots=True)
class ShowPhotographs:
    """Show the pictures of these views that are kept, to the person who asked."""

    participant: int
    visit: str
    views: tuple[str, ...]


Photographing = ReceivePhotograph | SkipView | ShowPhotographs
