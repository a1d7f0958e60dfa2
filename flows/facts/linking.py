"""The chats that are linked to a participant now."""

from dataclasses import dataclass
from datetime import datetime

from flows.chart import Chart


@dataclass(frozen=True, slots=True)
class Link:
    """A chat, and how many questions were answered from it since it was linked. `number` counts
    links, and says nothing of the chat."""

    number: int
    channel: str
    since: datetime
    answers: int


@dataclass(frozen=True, slots=True)
class LinkFacts:
    """The links stand in the order in which they were made."""

    chart: Chart | None
    links: tuple[Link, ...] = ()
