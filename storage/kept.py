"""What a trial keeps, row by row, as lines that a clinician can read: no words, and no arms."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, Table, select

from flows.reminders import Kind
from storage import tables

Write = Callable[[Connection, Any], str]


class Kept:
    """Remembers what it has told."""

    def __init__(self) -> None:
        self._told: dict[str, int] = {}
        self._not_sent: Counter[str] = Counter()

    def news(self, connection: Connection) -> list[str]:
        """What was kept since the last time."""
        lines: list[str] = []
        for table, write in _WRITTEN.items():
            last = self._told.get(table.name, 0)
            for row in connection.execute(select(table).where(table.c.id > last)).all():
                lines.append(f"= {write(connection, row)}")
                self._told[table.name] = row.id
        return [*lines, *self._newly_not_sent(connection)]

    def _newly_not_sent(self, connection: Connection) -> list[str]:
        """The reminders that were newly decided against, and why."""
        table = tables.planned
        query = select(table).where(
            table.c.kind.in_((Kind.VISIT_REMINDER, Kind.FORM_REMINDER)),
            table.c.state.in_(("skipped", "dropped")),
        )
        rows = connection.execute(query.order_by(table.c.id)).all()
        now = Counter(_reminder(connection, row) for row in rows)
        new, self._not_sent = now - self._not_sent, now
        return [f"= not sent {what}: {count}" for what, count in new.items()]


def _reminder(connection: Connection, row: Any) -> str:
    code = _code(connection, row.participant_id)
    return f"{code} {row.kind} {row.subject['visit']} {row.reason}"


def _code(connection: Connection, participant: int | None) -> str:
    if participant is None:
        return "-"
    table = tables.participant
    return str(connection.scalar(select(table.c.code).where(table.c.person_id == participant)))


def _form(connection: Connection, form_id: int) -> str:
    row = connection.execute(select(tables.form).where(tables.form.c.id == form_id)).one()
    return f"{row.instrument}.{row.version} {row.visit or 'any time'}"


def _response(connection: Connection, row: Any) -> str:
    value = row.codes if row.codes is not None else row.day or row.number
    value = ",".join(value) if isinstance(value, list) else value
    if row.words is not None:
        value = "(words)"
    if row.status != "answered":
        value = f"missing: {row.status}"
    again = f" revision {row.revision}" if row.revision > 1 else ""
    where = _form(connection, row.form_id)
    return f"response {_code(connection, row.participant_id)} {where}: {row.item} {value}{again}"


def _milestone(connection: Connection, row: Any) -> str:
    detail = "".join(
        f" {name}={value}" for name, value in row.detail.items() if not value.isdecimal()
    )
    visit = f" {row.visit}" if row.visit else ""
    at = f" at {row.at:%Y-%m-%d %H:%M} UTC" if row.at else ""
    reason = " with a reason" if row.reason else ""
    code = _code(connection, row.participant_id)
    return f"milestone {code} {row.milestone}{visit} on {row.on}{at}{detail}{reason}"


def _correction(connection: Connection, row: Any) -> str:
    table = tables.milestone
    entry = connection.execute(select(table).where(table.c.id == row.milestone_id)).one()
    visit = f" {entry.visit}" if entry.visit else ""
    now = "retracted" if row.retracted else f"on {row.on}"
    code = _code(connection, row.participant_id)
    return f"correction {code} {entry.milestone}{visit} on {entry.on}: {now}"


def _photograph(connection: Connection, row: Any) -> str:
    reason = f" {row.reason}" if row.reason else ""
    code = _code(connection, row.participant_id)
    return f"photograph {code} {row.visit} {row.view} on {row.taken_on} {row.state}{reason}"


def _alert(connection: Connection, row: Any) -> str:
    return f"alert {_code(connection, row.participant_id)} {row.option} {row.level}"


def _told(_connection: Connection, row: Any) -> str:
    return f"alert {row.alert_id} told"


def _event(connection: Connection, row: Any) -> str:
    code = _code(connection, row.participant_id)
    return f"event AE-{row.number:03} {code} {row.term} by {row.source}"


def _event_number(connection: Connection, event_id: int) -> str:
    number = tables.adverse_event.c.number
    found = connection.scalar(select(number).where(tables.adverse_event.c.id == event_id))
    return f"AE-{found:03}"


def _assessment(connection: Connection, row: Any) -> str:
    resolved = f" on {row.resolved_on}" if row.resolved_on else ""
    serious = ",".join(row.criteria) or "not serious"
    return (
        f"assessment {_event_number(connection, row.event_id)} version {row.version}:"
        f" since {row.onset_on}, grade {row.grade}, {serious}, {row.relatedness},"
        f" {row.expectedness}, {row.action}, {row.outcome}{resolved}"
    )


def _mark(connection: Connection, row: Any) -> str:
    return f"event {_event_number(connection, row.event_id)} version {row.version} {row.mark}"


def _link(connection: Connection, row: Any) -> str:
    event = _event_number(connection, row.event_id)
    return f"event {event} is part of {_event_number(connection, row.part_of)}"


def _pregnancy(connection: Connection, row: Any) -> str:
    code = _code(connection, row.participant_id)
    return f"pregnancy PR-{row.number:03} {code} learnt on {row.learnt_on}"


def _pregnancy_followed(_connection: Connection, row: Any) -> str:
    return f"pregnancy {row.pregnancy_id} {row.outcome} on {row.on}"


def _pregnancy_received(_connection: Connection, row: Any) -> str:
    return f"pregnancy {row.pregnancy_id} received"


def _correction_asked(connection: Connection, row: Any) -> str:
    reason = " with a reason" if row.reason else ""
    return f"correction {row.id} {_code(connection, row.participant_id)} asked{reason}"


def _correction_decided(_connection: Connection, row: Any) -> str:
    words = " with words" if row.words else ""
    return f"correction {row.request_id} {'agreed' if row.agreed else 'refused'}{words}"


def _correction_confirmed(_connection: Connection, row: Any) -> str:
    return f"correction {row.request_id} {'confirmed' if row.confirmed else 'left as it was'}"


def _mail(connection: Connection, row: Any) -> str:
    with_file = " with a file" if row.attachment else ""
    return f"mail from {_code(connection, row.person_id)}{with_file}"


def _allocation(connection: Connection, row: Any) -> str:
    return f"allocation {_code(connection, row.participant_id)} envelope {row.envelope}"


def _incident(_connection: Connection, row: Any) -> str:
    return f"envelope {row.envelope} retired: {row.kind}"


def _replacement(connection: Connection, row: Any) -> str:
    code = _code(connection, row.participant_id)
    return f"envelope {row.envelope} of {code} in the place of {row.retired}"


def _witness(_connection: Connection, row: Any) -> str:
    return f"envelope {row.envelope} was seen {'intact' if row.intact else 'not intact'}"


def _role(_connection: Connection, row: Any) -> str:
    return f"role {row.role}"


def _screening(_connection: Connection, row: Any) -> str:
    return f"screening failure {row.sex} {row.age} {row.reason}"


def _deviation(connection: Connection, row: Any) -> str:
    detail = "".join(f" {name}={value}" for name, value in row.detail.items())
    visit = f" {row.visit}" if row.visit else ""
    reason = " with a reason" if row.reason else ""
    code = _code(connection, row.participant_id)
    return f"deviation {code} {row.kind}{visit} on {row.on}{detail}{reason}"


def _query(connection: Connection, row: Any) -> str:
    about = "(words)" if row.subject is None else row.subject[0]
    return f"query {row.id} {_code(connection, row.participant_id)} {row.kind}: {about}"


def _query_turn(_connection: Connection, row: Any) -> str:
    return f"query {row.query_id} {row.act}{' (words)' if row.words else ''}"


def _audit(connection: Connection, row: Any) -> str:
    return f"audit {row.role} {row.verb} {_subject(connection, row.subject_id)}".rstrip()


def _subject(connection: Connection, subject: int | None) -> str:
    code = _code(connection, subject)
    return "" if code in ("-", "None") else code


_WRITTEN: dict[Table, Write] = {
    tables.response: _response,
    tables.milestone: _milestone,
    tables.milestone_correction: _correction,
    tables.photograph: _photograph,
    tables.alert: _alert,
    tables.alert_told: _told,
    tables.adverse_event: _event,
    tables.event_assessment: _assessment,
    tables.event_mark: _mark,
    tables.event_link: _link,
    tables.pregnancy: _pregnancy,
    tables.pregnancy_follow_up: _pregnancy_followed,
    tables.pregnancy_receipt: _pregnancy_received,
    tables.mail: _mail,
    tables.deviation: _deviation,
    tables.query: _query,
    tables.query_turn: _query_turn,
    tables.correction_request: _correction_asked,
    tables.correction_decision: _correction_decided,
    tables.correction_confirmation: _correction_confirmed,
    tables.allocation: _allocation,
    tables.envelope_witness: _witness,
    tables.envelope_incident: _incident,
    tables.envelope_replacement: _replacement,
    tables.staff_role: _role,
    tables.screening_failure: _screening,
    tables.audit: _audit,
}
