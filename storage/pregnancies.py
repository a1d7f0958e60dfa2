"""Pregnancies during the trial, each followed to its outcome."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Select, func, insert, select

from flows.pregnancies import Pregnancy
from storage import tables

_pregnancy = tables.pregnancy
_follow_up = tables.pregnancy_follow_up
_receipt = tables.pregnancy_receipt


def open_(
    connection: Connection, *, participant: int, learnt_on: date, by: int, at: datetime
) -> int:
    """Begin to follow a pregnancy, under the next number; returns its id."""
    highest = connection.scalar(select(func.max(_pregnancy.c.number)))
    row = (
        insert(_pregnancy)
        .values(
            number=1 if highest is None else highest + 1,
            participant_id=participant,
            learnt_on=learnt_on,
            opened_by=by,
            opened_at=at,
        )
        .returning(_pregnancy.c.id)
    )
    pregnancy_id: int = connection.execute(row).scalar_one()
    return pregnancy_id


def get(connection: Connection, pregnancy_id: int) -> Pregnancy:
    return _pregnancies(connection, select(_pregnancy).where(_pregnancy.c.id == pregnancy_id))[0]


def of_participant(connection: Connection, participant: int) -> list[Pregnancy]:
    return _pregnancies(
        connection, select(_pregnancy).where(_pregnancy.c.participant_id == participant)
    )


def everything(connection: Connection) -> list[Pregnancy]:
    return _pregnancies(connection, select(_pregnancy))


def follow(
    connection: Connection, *, pregnancy_id: int, outcome: str, on: date, by: int, at: datetime
) -> None:
    connection.execute(
        insert(_follow_up).values(
            pregnancy_id=pregnancy_id, outcome=outcome, on=on, recorded_by=by, recorded_at=at
        )
    )


def receive(connection: Connection, *, pregnancy_id: int, by: int, at: datetime) -> int:
    """Keep that the PI acknowledged it; returns the id of the receipt."""
    row = (
        insert(_receipt)
        .values(pregnancy_id=pregnancy_id, received_by=by, received_at=at)
        .returning(_receipt.c.id)
    )
    receipt_id: int = connection.execute(row).scalar_one()
    return receipt_id


def _pregnancies(connection: Connection, wanted: Select[Any]) -> list[Pregnancy]:
    rows = connection.execute(wanted.order_by(_pregnancy.c.number)).all()
    ids = [row.id for row in rows]
    followed: dict[int, list[tuple[str, datetime]]] = {}
    query = select(_follow_up).where(_follow_up.c.pregnancy_id.in_(ids)).order_by(_follow_up.c.id)
    for row in connection.execute(query):
        followed.setdefault(row.pregnancy_id, []).append((row.outcome, row.recorded_at))
    received = set(
        connection.scalars(select(_receipt.c.pregnancy_id).where(_receipt.c.pregnancy_id.in_(ids)))
    )
    return [
        Pregnancy(
            row.id,
            row.number,
            row.participant_id,
            row.learnt_on,
            row.opened_at,
            tuple(followed.get(row.id, ())),
            row.id in received,
        )
        for row in rows
    ]
