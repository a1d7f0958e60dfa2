"""Alerts that wait."""

from dataclasses import dataclass
from datetime import datetime

from flows.forms import AlertLevel
from flows.text import Text


@dataclass(frozen=True, slots=True)
class AlertFact:
    id: int
    code: str
    term: Text
    level: AlertLevel
    raised_at: datetime


@dataclass(frozen=True, slots=True)
class AlertFacts:
    alerts: tuple[AlertFact, ...]
