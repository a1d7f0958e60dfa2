"""The ways on which somebody is reached."""

from dataclasses import dataclass

from flows.chart import Chart


@dataclass(frozen=True, slots=True)
class Ways:
    """`channels` stand in the order in which they are tried where nothing is preferred."""

    person: int
    channels: tuple[str, ...]
    preferred: str | None


@dataclass(frozen=True, slots=True)
class OwnWaysFacts:
    ways: Ways


@dataclass(frozen=True, slots=True)
class WaysFacts:
    """A participant's ways; none before one is chosen."""

    chart: Chart | None
    ways: Ways | None = None
