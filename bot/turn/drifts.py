"""Our clock turns out wrong, or right again: it is kept, and those who can set it are told."""

from bot.clock_offset import Offset, judged
from bot.turn.desk import Desk
from flows.messages import say
from flows.roles import Role
from flows.text import Text, text
from storage import clock_changes
from storage.audit import Act

_SET_IT = "sudo timedatectl set-ntp true"
_MINUTE, _HOUR = 60, 3600


def judge(desk: Desk, measured: Offset) -> int:
    """Held against what is stored, so that no start and no repetition tells of it twice. Returns
    by how many seconds the clock is taken to be wrong from now on."""
    standing = clock_changes.standing(desk.connection)
    off_by = judged(standing, measured)
    if off_by == standing:
        return standing
    change = clock_changes.note(desk.connection, off_by=off_by, at=desk.now)
    verb = "clock_drift" if off_by else "clock_right"
    desk.record(Act(verb, "system", detail={"seconds_ahead": off_by} if off_by else {}))
    if not off_by or not standing:
        _tell(desk, _told(off_by), change)
    return off_by


def _tell(desk: Desk, told: Text, change: int) -> None:
    """Once, also whoever is both."""
    for role in (Role.ADMINISTRATOR, Role.PI):
        desk.notify_role(role, say(told), key=f"clock:{change}")


def _told(off_by: int) -> Text:
    if not off_by:
        return text("staff.clock_right")
    key = "staff.clock_ahead" if off_by > 0 else "staff.clock_behind"
    return text(key, amount=_amount(abs(off_by)), command=_SET_IT)


def _amount(seconds: int) -> Text:
    """In the largest unit of which there are two."""
    if seconds < 2 * _MINUTE:
        return text("clock.seconds", count=seconds)
    if seconds < 2 * _HOUR:
        return text("clock.minutes", count=round(seconds / _MINUTE))
    return text("clock.hours", count=round(seconds / _HOUR))
