"""The files with which a running trial was taken over, each once, by the digest of its bytes."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, insert, select

from storage import tables

_take_over = tables.take_over


def add(
    connection: Connection, *, digest: str, counts: Mapping[str, int], by: int, at: datetime
) -> None:
    connection.execute(
        insert(_take_over).values(digest=digest, counts=dict(counts), loaded_by=by, loaded_at=at)
    )


def loaded_at(connection: Connection, digest: str) -> datetime | None:
    """When this very file was loaded, if it was."""
    at: datetime | None = connection.scalar(
        select(_take_over.c.loaded_at).where(_take_over.c.digest == digest)
    )
    return at
