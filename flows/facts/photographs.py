"""The pictures of one participant, as staff who take them see them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from flows.chart import Chart
from flows.photographs import Shot
from flows.schedule import Due


@dataclass(frozen=True, slots=True)
class PhotographFacts:
    """No chart before a participant is chosen; `shots` in the order in which they came."""

    chart: Chart | None
    due: Mapping[str, Due] = field(default_factory=dict)
    shots: tuple[Shot, ...] = ()
