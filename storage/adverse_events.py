"""Adverse events, their assessments and what was done with each: rows that are only ever added."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, insert, select

from flows.adverse_events import Assessment, Event, Term, Version
from storage import tables

_event = tables.adverse_event
_assessment = tables.event_assessment
_mark = tables.event_mark
_link = tables.event_link

MARKS = ("received", "reported", "closed")


def open_(
    connection: Connection,
    *,
    participant: int,
    term: Term,
    source: str,
    form_id: int | None,
    by: int | None,
    at: datetime,
) -> int | None:
    """Open an event under the next number; None when this answer of this form opened one before."""
    if form_id is not None and event_of_answer(connection, form_id=form_id, term=term) is not None:
        return None
    row = (
        insert(_event)
        .values(
            number=highest_number(connection) + 1,
            participant_id=participant,
            source=source,
            form_id=form_id,
            terms=term.terms,
            item=term.item,
            term=term.code,
            opened_by=by,
            opened_at=at,
        )
        .returning(_event.c.id)
    )
    event_id: int = connection.execute(row).scalar_one()
    return event_id


def event_of_answer(connection: Connection, *, form_id: int, term: Term) -> int | None:
    """The event that this answer of a form opened."""
    return connection.scalar(
        select(_event.c.id).where(
            _event.c.form_id == form_id, _event.c.item == term.item, _event.c.term == term.code
        )
    )


def get(connection: Connection, event_id: int) -> Event:
    return _events(connection, select(_event).where(_event.c.id == event_id))[0]


def of_participant(connection: Connection, participant: int) -> list[Event]:
    """All events of a participant, by their numbers."""
    return _events(connection, select(_event).where(_event.c.participant_id == participant))


def everything(connection: Connection) -> list[Event]:
    """All events of the trial, by their numbers."""
    return _events(connection, select(_event))


def of_form(connection: Connection, form_id: int) -> list[Event]:
    """The events that the answers of a form opened."""
    return _events(connection, select(_event).where(_event.c.form_id == form_id))


def parts_of(connection: Connection, event_id: int) -> list[Event]:
    """The events that turned out to be the same as this one."""
    linked = select(_link.c.event_id).where(_link.c.part_of == event_id)
    return _events(connection, select(_event).where(_event.c.id.in_(linked)))


def form_of(connection: Connection, event_id: int) -> int | None:
    """The form whose answer opened it."""
    return connection.scalar(select(_event.c.form_id).where(_event.c.id == event_id))


def highest_number(connection: Connection) -> int:
    highest: int | None = connection.scalar(select(func.max(_event.c.number)))
    return highest or 0


def assess(
    connection: Connection, *, event: Event, assessment: Assessment, by: int, at: datetime
) -> int:
    """Keep a further assessment beside those before; returns its id."""
    values = {**asdict(assessment), "criteria": list(assessment.criteria)}
    row = (
        insert(_assessment)
        .values(
            event_id=event.id,
            version=event.version + 1,
            assessed_by=by,
            assessed_at=at,
            **values,
        )
        .returning(_assessment.c.id)
    )
    assessment_id: int = connection.execute(row).scalar_one()
    return assessment_id


def mark(connection: Connection, *, event: Event, mark: str, by: int, at: datetime) -> int:
    """Keep what was done with the newest assessment: one of MARKS; returns its id."""
    row = (
        insert(_mark)
        .values(event_id=event.id, mark=mark, version=event.version, made_by=by, made_at=at)
        .returning(_mark.c.id)
    )
    mark_id: int = connection.execute(row).scalar_one()
    return mark_id


def link(connection: Connection, *, event: Event, part_of: Event, by: int, at: datetime) -> None:
    """Keep that an event is the same as an earlier one."""
    connection.execute(
        insert(_link).values(event_id=event.id, part_of=part_of.id, linked_by=by, linked_at=at)
    )


def _events(connection: Connection, wanted: Select[Any]) -> list[Event]:
    rows = connection.execute(wanted.order_by(_event.c.number)).all()
    ids = [row.id for row in rows]
    versions = _versions(connection, ids)
    marks = connection.execute(
        select(_mark.c.event_id, _mark.c.mark, func.max(_mark.c.version).label("version"))
        .where(_mark.c.event_id.in_(ids))
        .group_by(_mark.c.event_id, _mark.c.mark)
    ).all()
    marked = {(row.event_id, row.mark): row.version for row in marks}
    links = connection.execute(
        select(_link.c.event_id, _link.c.part_of).where(_link.c.event_id.in_(ids))
    ).all()
    linked = {row.event_id: row.part_of for row in links}
    return [
        Event(
            row.id,
            row.number,
            row.participant_id,
            Term(row.terms, row.item, row.term),
            row.source,
            row.opened_at,
            tuple(versions.get(row.id, ())),
            part_of=linked.get(row.id),
            **{name: marked.get((row.id, name), 0) for name in MARKS},
        )
        for row in rows
    ]


def _versions(connection: Connection, ids: Iterable[int]) -> dict[int, list[Version]]:
    found: dict[int, list[Version]] = {}
    query = select(_assessment).where(_assessment.c.event_id.in_(ids))
    for row in connection.execute(query.order_by(_assessment.c.version)):
        version = Version(row.id, row.version, row.assessed_by, row.assessed_at, _assessed(row))
        found.setdefault(row.event_id, []).append(version)
    return found


def _assessed(row: Row[tuple[object, ...]]) -> Assessment:
    return Assessment(
        row.onset_on,
        row.grade,
        tuple(row.criteria),
        row.relatedness,
        row.expectedness,
        row.action,
        row.outcome,
        row.resolved_on,
    )
