"""Alerts, and what was done about them."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class AcknowledgeAlert:
    alert_id: int
    done: str = field(repr=False)


Safeguarding = AcknowledgeAlert
