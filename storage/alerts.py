"""Alerts to staff: raised once a form, item and option; acknowledged by one person; escalated."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, insert, select, update

from flows.forms import AlertLevel
from storage import tables

_alert = tables.alert
_told = tables.alert_told


@dataclass(frozen=True, slots=True)
class Alert:
    id: int
    participant: int
    form_id: int
    item: str
    option: str
    level: AlertLevel
    raised_at: datetime
    acknowledged_at: datetime | None
    acknowledged_by: int | None
    escalated_at: datetime | None


def raise_(
    connection: Connection,
    *,
    participant: int,
    form_id: int,
    item: str,
    option: str,
    level: AlertLevel,
    at: datetime,
) -> int | None:
    """Raise an alert; None when the same answer raised it before."""
    known = connection.scalar(
        select(_alert.c.id).where(
            _alert.c.form_id == form_id, _alert.c.item == item, _alert.c.option == option
        )
    )
    if known is not None:
        return None
    row = (
        insert(_alert)
        .values(
            participant_id=participant,
            form_id=form_id,
            item=item,
            option=option,
            level=level.value,
            raised_at=at,
        )
        .returning(_alert.c.id)
    )
    alert_id: int = connection.execute(row).scalar_one()
    return alert_id


def get(connection: Connection, alert_id: int) -> Alert | None:
    row = connection.execute(select(_alert).where(_alert.c.id == alert_id)).one_or_none()
    return None if row is None else _alert_row(row)


def open_alerts(connection: Connection, *, participant: int | None = None) -> list[Alert]:
    """What nobody has acknowledged, oldest first; with `participant`, of this one."""
    waiting = select(_alert).where(_alert.c.acknowledged_at.is_(None)).order_by(_alert.c.id)
    if participant is not None:
        waiting = waiting.where(_alert.c.participant_id == participant)
    rows = connection.execute(waiting)
    return [_alert_row(row) for row in rows]


def of_participant(connection: Connection, participant: int) -> list[Alert]:
    """Every alert there ever was about a participant, oldest first."""
    rows = connection.execute(
        select(_alert).where(_alert.c.participant_id == participant).order_by(_alert.c.id)
    )
    return [_alert_row(row) for row in rows]


def of_form(connection: Connection, form_id: int) -> list[Alert]:
    """The alerts that the answers of a form raised."""
    rows = connection.execute(
        select(_alert).where(_alert.c.form_id == form_id).order_by(_alert.c.id)
    )
    return [_alert_row(row) for row in rows]


def acknowledged_since(connection: Connection, *, since: datetime) -> list[Alert]:
    """What somebody acknowledged since then, oldest first."""
    rows = connection.execute(
        select(_alert).where(_alert.c.acknowledged_at >= since).order_by(_alert.c.id)
    )
    return [_alert_row(row) for row in rows]


def acknowledge(connection: Connection, *, alert: Alert, by: int, at: datetime) -> bool:
    """Acknowledge an alert; False when somebody did before. What was done, in words, is kept with
    the arms."""
    changed = connection.execute(
        update(_alert)
        .where(_alert.c.id == alert.id, _alert.c.acknowledged_at.is_(None))
        .values(acknowledged_at=at, acknowledged_by=by)
    )
    return changed.rowcount == 1


def note_told(connection: Connection, *, alert_id: int, person_id: int, at: datetime) -> None:
    """Keep that a person was told of an alert now."""
    connection.execute(insert(_told).values(alert_id=alert_id, person_id=person_id, at=at))


def told(connection: Connection, alert_id: int) -> dict[int, datetime]:
    """Who was told of an alert, and when for the first time, in that order."""
    rows = connection.execute(
        select(_told.c.person_id, _told.c.at)
        .where(_told.c.alert_id == alert_id)
        .order_by(_told.c.id)
    ).all()
    first: dict[int, datetime] = {}
    for row in rows:
        first.setdefault(row.person_id, row.at)
    return first


def mark_escalated(connection: Connection, *, alert_id: int, at: datetime) -> None:
    connection.execute(update(_alert).where(_alert.c.id == alert_id).values(escalated_at=at))


def _alert_row(row: Row[tuple[object, ...]]) -> Alert:
    return Alert(
        row.id,
        row.participant_id,
        row.form_id,
        row.item,
        row.option,
        AlertLevel(row.level),
        row.raised_at,
        row.acknowledged_at,
        row.acknowledged_by,
        row.escalated_at,
    )
