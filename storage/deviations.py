"""Protocol deviations: each fact once, by its key; never changed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import Connection, insert, select

from storage import tables
from storage.keyring import Keyring

_deviation = tables.deviation


@dataclass(frozen=True, slots=True)
class NewDeviation:
    """`reason` is free text and is sealed under the participant's key; `detail` holds codes."""

    key: str
    kind: str
    on: date
    visit: str | None = None
    detail: Mapping[str, str] = field(default_factory=dict)
    reason: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Kept:
    participant: int
    kind: str
    on: date
    visit: str | None
    detail: Mapping[str, str]
    recorded_by: int | None
    recorded_at: datetime
    reason: str = field(repr=False)


def known(connection: Connection, participant: int) -> frozenset[str]:
    """The keys of what is recorded of a participant."""
    keys = select(_deviation.c.key).where(_deviation.c.participant_id == participant)
    return frozenset(connection.scalars(keys))


def record(
    connection: Connection,
    *,
    keys: Keyring,
    participant: int,
    new: NewDeviation,
    by: int | None,
    at: datetime,
) -> None:
    """Record a deviation that is not known yet; `by` is None for the software."""
    connection.execute(
        insert(_deviation).values(
            participant_id=participant,
            key=new.key,
            kind=new.kind,
            visit=new.visit,
            on=new.on,
            detail=dict(new.detail),
            reason=keys.of(connection, participant).seal(new.reason) if new.reason else None,
            recorded_by=by,
            recorded_at=at,
        )
    )


def kept(
    connection: Connection,
    *,
    keys: Keyring,
    participant: int | None = None,
    limit: int | None = None,
) -> list[Kept]:
    """What was recorded, the newest first; with `participant`, of this one."""
    rows = select(_deviation).order_by(_deviation.c.id.desc()).limit(limit)
    if participant is not None:
        rows = rows.where(_deviation.c.participant_id == participant)
    return [
        Kept(
            row.participant_id,
            row.kind,
            row.on,
            row.visit,
            row.detail,
            row.recorded_by,
            row.recorded_at,
            keys.words(connection, row.participant_id, row.reason),
        )
        for row in connection.execute(rows).all()
    ]
