"""What keeps an SMS from leaving: quiet hours, so many a day to one person, the month's budget.

Rules that hold here:
- Only what nobody asked for is kept back. Replies and alerts always leave; they are counted.
- Everything is counted from the rows of SMS themselves, and these are begun in the transaction that
  lets a message leave: so it is counted once, whatever happens afterwards.
- What could not leave before it makes no sense any more fails at once, for another channel.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from bot.language.calendars import from_jalali, to_jalali
from bot.sending.outgoing import Change, Comparison, Held, Outgoing, Refused, TapAnswer, Words
from bot.sms.parts import count_parts, split
from bot.turn.desk import Desk
from bot.turn.planning import hours
from flows.messages import say
from flows.roles import Role
from flows.text import text
from storage import sms
from storage.departures import Leaving
from storage.outbox import Urgency

_KEPT_BACK = (Urgency.NOTICE, Urgency.REMINDER)
# So much of the budget is used up when it is first warned of, in percent.
_WARNED_AT = 80


@dataclass(frozen=True, slots=True)
class Limits:
    """Messages a day to one person that they did not ask for, and parts in a month."""

    a_day: int | None = None
    budget: int | None = None


def words_in(outgoing: Outgoing | Comparison) -> str | None:
    """What leaves by SMS of this, if anything."""
    match outgoing:
        case Words(words) | Change(_, Words(words)) | TapAnswer(_, str(words)):
            return words
        case _:
            return None


def admit(
    desk: Desk, limits: Limits, gateway: str, leaving: Leaving, outgoing: Outgoing | Comparison
) -> Held | Refused | None:
    """Why a message may not leave now, if so; from here on it is counted, if not."""
    words = words_in(outgoing)
    if words is None:
        return None
    pieces = [count_parts(part) for part in split(words)]
    why_not = _why_not(desk, limits, leaving, sum(pieces))
    if why_not is None:
        _begin(desk, gateway, leaving, pieces)
        _look_at_budget(desk, limits, leaving, sum(pieces))
    return why_not


def _begin(desk: Desk, gateway: str, leaving: Leaving, pieces: list[int]) -> None:
    for piece, parts in enumerate(pieces, start=1):
        sms.begin(
            desk.connection,
            outbox_id=leaving.id,
            piece=piece,
            parts=parts,
            gateway=gateway,
            at=desk.now,
        )


def _why_not(desk: Desk, limits: Limits, leaving: Leaving, parts: int) -> Held | Refused | None:
    if leaving.urgency not in _KEPT_BACK:
        return None
    if (allowed := hours(desk).next_allowed(desk.now)) > desk.now:
        return _held(leaving, allowed, "quiet_hours")
    if _has_had_enough(desk, limits, leaving):
        tomorrow = desk.study.moment(desk.today + timedelta(days=1), time())
        return _held(leaving, hours(desk).next_allowed(tomorrow), "daily_limit")
    if limits.budget is not None and _used(desk, leaving) + parts > limits.budget:
        _tell(desk, "staff.sms_budget_over", limits.budget, limits.budget)
        return Refused("budget")
    return None


def _held(leaving: Leaving, until: datetime, reason: str) -> Held | Refused:
    if leaving.expires_at is not None and leaving.expires_at <= until:
        return Refused(reason)
    return Held(until, reason)


def _has_had_enough(desk: Desk, limits: Limits, leaving: Leaving) -> bool:
    if limits.a_day is None or leaving.person_id is None:
        return False
    since = desk.study.moment(desk.today, time())
    sent = sms.unasked_since(
        desk.connection, person_id=leaving.person_id, since=since, beside=leaving.id
    )
    return sent >= limits.a_day


def _look_at_budget(desk: Desk, limits: Limits, leaving: Leaving, parts: int) -> None:
    if limits.budget is None:
        return
    used = _used(desk, leaving) + parts
    if used >= limits.budget:
        _tell(desk, "staff.sms_budget_over", used, limits.budget)
    elif used * 100 >= limits.budget * _WARNED_AT:
        _tell(desk, "staff.sms_budget_soon", used, limits.budget)


def _used(desk: Desk, leaving: Leaving) -> int:
    """The parts of this month beside this message's."""
    today = to_jalali(desk.today)
    first = desk.study.moment(from_jalali(today.year, today.month, 1), time())
    return sms.parts_since(desk.connection, since=first, beside=leaving.id)


def _tell(desk: Desk, wording: str, used: int, budget: int) -> None:
    """Coordinators and administrators, once a month each."""
    today = to_jalali(desk.today)
    key = f"{wording}:{today.year}-{today.month:02}"
    for role in (Role.COORDINATOR, Role.ADMINISTRATOR):
        desk.notify_role(role, say(text(wording, used=used, budget=budget)), key=key)
