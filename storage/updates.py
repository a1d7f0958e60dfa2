"""Which updates of a channel were taken, and those that could not be read."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, delete, insert, select

from storage import tables
from storage.keyring import Keyring

_seen = tables.update_seen

# Every turn asks this, so it is built once.
_SEEN = select(_seen.c.update_id).where(
    _seen.c.channel == bindparam("channel"), _seen.c.update_id == bindparam("update_id")
)

# Telegram repeats an update for a day, and after a quiet week it begins again at a random number.
_REMEMBERED = timedelta(days=3)


def is_new(connection: Connection, *, channel: str, update_id: int, at: datetime) -> bool:
    """Note an update; False when it was taken before."""
    known = connection.scalar(_SEEN, {"channel": channel, "update_id": update_id})
    if known is not None:
        return False
    connection.execute(
        insert(_seen), {"channel": channel, "update_id": update_id, "received_at": at}
    )
    return True


def forget_old(connection: Connection, *, at: datetime) -> None:
    connection.execute(delete(_seen).where(_seen.c.received_at < at - _REMEMBERED))


def quarantine(
    connection: Connection,
    *,
    keys: Keyring,
    channel: str,
    update_id: int | None,
    failure: str,
    raw: str,
    at: datetime,
) -> None:
    """Set an update aside that could not be read, sealed, for an engineer to look at."""
    connection.execute(
        insert(tables.quarantine).values(
            channel=channel,
            update_id=update_id,
            failure=failure,
            sealed=keys.named("quarantine").seal(raw),
            received_at=at,
        )
    )
