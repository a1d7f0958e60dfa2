"""Alerts to staff: raised once a form, item and option; acknowledged by one person; escalated."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, insert, select, update

from flows.forms import AlertLevel
from storage import tables
from storage.keyring import Keyring

_alert = tables.alert


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


def acknowledge(
    connection: Connection, *, keys: Keyring, alert: Alert, by: int, done: str, at: datetime
) -> bool:
    """Acknowledge with what was done; False when somebody did before."""
    changed = connection.execute(
        update(_alert)
        .where(_alert.c.id == alert.id, _alert.c.acknowledged_at.is_(None))
        .values(
            acknowledged_at=at,
            acknowledged_by=by,
            done=keys.of(connection, alert.participant).seal(done),
        )
    )
    return changed.rowcount == 1


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
