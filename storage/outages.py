"""Channels on which nothing can be sent, for anybody.

One that failed for long is down: messages that may leave by another way do. When nobody has tried
it for a while it counts as up again, so that the next message finds out.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from storage import tables

_outage = tables.channel_outage

DOWN_AFTER = timedelta(hours=1)
TRIED_AGAIN_AFTER = timedelta(minutes=15)

_OF = _outage.c.channel == bindparam("name")
_KNOWN = select(_outage).where(_OF)
_FAILED = update(_outage).where(_OF)
_WORKED = delete(_outage).where(_OF)


@dataclass(frozen=True, slots=True)
class Outage:
    channel: str
    failing_since: datetime
    failed_at: datetime

    @property
    def is_long(self) -> bool:
        return self.failed_at - self.failing_since >= DOWN_AFTER

    def is_down(self, at: datetime) -> bool:
        return self.is_long and at - self.failed_at < TRIED_AGAIN_AFTER


def note_failed(connection: Connection, *, channel: str, at: datetime) -> None:
    changed = connection.execute(_FAILED, {"name": channel, "failed_at": at})
    if changed.rowcount == 0:
        connection.execute(
            insert(_outage).values(channel=channel, failing_since=at, failed_at=at, is_down=False)
        )


def note_worked(connection: Connection, *, channel: str) -> Outage | None:
    """Something was sent: no outage goes on. Returns the one that is over by it."""
    row = connection.execute(_KNOWN, {"name": channel}).one_or_none()
    if row is None:
        return None
    connection.execute(_WORKED, {"name": channel})
    return Outage(row.channel, row.failing_since, row.failed_at)


def judge(connection: Connection, *, at: datetime) -> dict[Outage, bool]:
    """The outages whose channel has gone down since they were judged last (True), or is tried
    again."""
    changed = {}
    for row in connection.execute(select(_outage)).all():
        outage = Outage(row.channel, row.failing_since, row.failed_at)
        is_down = outage.is_down(at)
        if is_down != row.is_down:
            changed[outage] = is_down
            connection.execute(_FAILED, {"name": row.channel, "is_down": is_down})
    return changed
