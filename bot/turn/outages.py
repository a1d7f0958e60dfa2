"""A channel is down for everybody or works again: messages take another way, and staff are told."""

from bot.turn.desk import Desk
from flows.messages import say
from flows.roles import Role
from flows.text import text
from storage import outages, unsent
from storage.outages import Outage


def judge(desk: Desk) -> None:
    """What waits for a channel that has gone down may leave by another at once."""
    changed = outages.judge(desk.connection, at=desk.now)
    for outage, is_down in changed.items():
        if is_down:
            _tell(desk, outage, "down")
    if changed:
        unsent.hasten_all(desk.connection, at=desk.now)


def tell_that_it_is_over(desk: Desk, outage: Outage) -> None:
    if outage.is_long:
        _tell(desk, outage, "up")


def _tell(desk: Desk, outage: Outage, state: str) -> None:
    """Once for each outage, however often the channel is tried in between."""
    key = f"channel_{state}:{outage.channel}:{outage.failing_since.isoformat()}"
    told = text(f"staff.channel_{state}", channel=text(f"channel.{outage.channel}"))
    desk.notify_role(Role.ADMINISTRATOR, say(told), key=key)
