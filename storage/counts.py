"""Numbers for the weekly summary. No query here reads an arm or splits anything by one."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, func, select

from storage import tables
from storage.outbox import UNCOUNTED, Urgency

_form = tables.form
_COUNTED = ~tables.outbox.c.key.startswith(UNCOUNTED)


def screening_failures(connection: Connection) -> Mapping[str, int]:
    """How many people were screened and not enrolled, by reason."""
    reason = tables.screening_failure.c.reason
    rows = connection.execute(select(reason, func.count()).group_by(reason).order_by(reason))
    return {row[0]: row[1] for row in rows}


def forms(connection: Connection, instruments: frozenset[str]) -> Mapping[str, int]:
    """Forms of these instruments: open, submitted, and closed unanswered."""
    row = connection.execute(
        select(
            func.count(_form.c.submitted_at),
            func.count(_form.c.closed_at).filter(_form.c.submitted_at.is_(None)),
            func.count(),
        ).where(_form.c.instrument.in_(instruments))
    ).one()
    submitted, closed, every = row
    return {"submitted": submitted, "closed": closed, "open": every - submitted - closed}


def reports_since(connection: Connection, *, instrument: str, since: datetime) -> int:
    """Side-effect reports sent at any time, submitted since then."""
    return connection.execute(
        select(func.count()).where(
            _form.c.instrument == instrument, _form.c.visit.is_(None), _form.c.submitted_at >= since
        )
    ).scalar_one()


def alerts_since(connection: Connection, *, since: datetime) -> Mapping[str, int]:
    """Alerts raised since then, by level."""
    alert = tables.alert
    rows = connection.execute(
        select(alert.c.level, func.count())
        .where(alert.c.raised_at >= since)
        .group_by(alert.c.level)
    )
    return {row[0]: row[1] for row in rows}


def deviations(connection: Connection, *, since: datetime | None = None) -> int:
    """Deviations recorded since then, or all."""
    deviation = tables.deviation
    counted = select(func.count()).select_from(deviation)
    if since is not None:
        counted = counted.where(deviation.c.recorded_at >= since)
    return connection.execute(counted).scalar_one()


def messages_waiting(connection: Connection) -> Mapping[str, int]:
    """Messages that wait to leave, by urgency."""
    outbox = tables.outbox
    rows = connection.execute(
        select(outbox.c.urgency, func.count())
        .where(outbox.c.state == "waiting", _COUNTED)
        .group_by(outbox.c.urgency)
    )
    return {Urgency(row[0]).name.lower(): row[1] for row in rows}


def messages_by_state(connection: Connection) -> Mapping[str, int]:
    """Every message there ever was, by what became of it."""
    state = tables.outbox.c.state
    rows = connection.execute(select(state, func.count()).where(_COUNTED).group_by(state))
    return {row[0]: row[1] for row in rows}


def undelivered_since(connection: Connection, *, since: datetime) -> int:
    """Messages that failed, expired, or whose fate is unknown, since then."""
    outbox = tables.outbox
    return connection.execute(
        select(func.count()).where(
            outbox.c.kind == "message",
            outbox.c.state.in_(("failed", "expired", "unknown")),
            outbox.c.settled_at >= since,
            _COUNTED,
        )
    ).scalar_one()


def not_sent_since(connection: Connection, *, since: datetime) -> Mapping[str, int]:
    """Reminders about a participant that were not sent since then, by the reason that was kept."""
    planned = tables.planned
    rows = connection.execute(
        select(planned.c.reason, func.count())
        .where(
            planned.c.state == "skipped",
            planned.c.decided_at >= since,
            planned.c.participant_id.is_not(None),
        )
        .group_by(planned.c.reason)
        .order_by(planned.c.reason)
    )
    return {row[0]: row[1] for row in rows}


def quarantined_since(connection: Connection, *, since: datetime) -> int:
    return connection.execute(
        select(func.count()).where(tables.quarantine.c.received_at >= since)
    ).scalar_one()


def declined_answers(connection: Connection) -> int:
    return connection.execute(
        select(func.count()).where(tables.response.c.status == "declined")
    ).scalar_one()


def waiting_mail(connection: Connection, *, person_id: int | None = None) -> int:
    """Letters that are neither answered nor closed; with `person_id`, of this participant."""
    mail = tables.mail
    waiting = select(func.count()).where(mail.c.answered_at.is_(None), mail.c.closed_at.is_(None))
    if person_id is not None:
        waiting = waiting.where(mail.c.person_id == person_id)
    return connection.execute(waiting).scalar_one()
