"""The PI's confirmations of the trial definition, and who no longer rates whom."""

from datetime import datetime

from sqlalchemy import Connection, insert, select

from storage import tables

_confirmation = tables.confirmation
_exclusion = tables.rating_exclusion


def confirm(connection: Connection, *, definition_hash: str, by: int, at: datetime) -> None:
    connection.execute(
        insert(_confirmation).values(
            definition_hash=definition_hash, confirmed_by=by, confirmed_at=at
        )
    )


def is_confirmed(connection: Connection, definition_hash: str) -> bool:
    """Whether the newest confirmation is of this definition."""
    newest = connection.scalar(
        select(_confirmation.c.definition_hash).order_by(_confirmation.c.id.desc()).limit(1)
    )
    return newest == definition_hash


def exclude_rater(connection: Connection, *, rater: int, participant: int, at: datetime) -> None:
    if participant not in excluded_for(connection, rater):
        connection.execute(
            insert(_exclusion).values(rater_id=rater, participant_id=participant, at=at)
        )


def excluded_for(connection: Connection, rater: int) -> frozenset[int]:
    """The participants this person no longer rates."""
    return frozenset(
        connection.scalars(
            select(_exclusion.c.participant_id).where(_exclusion.c.rater_id == rater)
        )
    )
