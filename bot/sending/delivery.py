"""The outbox is emptied: each message is taken and committed, then sent, then settled.

Rules that hold here:
- Of one line (a chat, or a tap) one message is under way at a time, so their order holds.
- After an unknown outcome replies and alerts are sent again, reminders are not: a stored fact
  happens once, a message at least once, and a reminder at most once.
- What was taken is settled, however long the disk lets it wait; only the end of the process leaves
  a message as being tried, and the next start finds it so.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Concatenate, ParamSpec, Protocol, TypeVar, assert_never

from sqlalchemy import Connection

from bot.clock import Clock
from bot.logs import failure, warn
from bot.sending.backoff import delay, delays
from bot.sending.drawing import drawn
from bot.sending.outgoing import (
    Attachment,
    Comparison,
    Destination,
    Document,
    Held,
    Invitation,
    Late,
    NotSent,
    Outcome,
    Outgoing,
    Picture,
    Refused,
    Sent,
    Slower,
    Unknown,
    Unreachable,
    Words,
)
from bot.sending.pacing import ChatPace, Pace
from bot.sending.rendering import render
from bot.turn.desks import Desks
from bot.turn.mailing import note_blocked
from bot.turn.outages import tell_that_it_is_over
from bot.waiting import unless
from storage import attempts, departures, outages, outbox
from storage.database import Database, DatabaseClosed
from storage.departures import DueLine, Leaving
from storage.outbox import Urgency
from storage.passing import is_passing

P = ParamSpec("P")
T = TypeVar("T")

# So many messages are under way at once, and as many again when they are replies or alerts: what
# waits in bulk must not stand before an answer.
SIDE_BY_SIDE = 32
# A line that failed by our own fault is left alone for a while, so that it does not spin.
_LEFT_ALONE = 60.0
_LONGEST_SLEEP = 3600.0
# A look is slow when very much waits, so one finds so many lines, and holds so many times as long
# as it took.
_SEEN_AT_ONCE = 1000
_LOOK_HOLDS = 4
# What adds to a chat, and so must not come too fast.
_COUNTED = (Words, Invitation, Attachment, Comparison, Document, Picture)


class Channel(Protocol):
    async def send(self, to: Destination, outgoing: Outgoing) -> Outcome: ...


# Asked in the transaction that takes a message: why it may not leave now, if so.
Admit = Callable[[Connection, Leaving, Outgoing | Comparison], Held | Refused | None]


def _admit_any(_c: Connection, _l: Leaving, _o: Outgoing | Comparison) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Outlet:
    """A channel, how fast it may be used, in all and in one chat, and what it lets leave."""

    channel: Channel
    pace: Pace
    chat_pace: ChatPace
    admit: Admit = _admit_any


@dataclass(frozen=True, slots=True)
class _Look:
    """What was due, of which the rest is still to be begun, and when to look again after it."""

    due: deque[DueLine]
    next_at: datetime | None


class Delivery:
    """`run` sends until `stop`; what is under way then is finished first.

    What is for a channel waits until that channel is opened.
    """

    def __init__(self, database: Database, desks: Desks, clock: Clock) -> None:
        self._database = database
        self._desks = desks
        self._clock = clock
        self._outlets: dict[str, Outlet] = {}
        self._under_way = 0
        self._busy: dict[str, asyncio.Task[None]] = {}
        self._wake = asyncio.Event()
        self._stopping = asyncio.Event()
        self._seen: _Look | None = None
        self._holds_until = 0.0
        self._is_news = True
        database.on_commit(outbox.NEWS, self.wake)

    def open(self, name: str, outlet: Outlet) -> None:
        self._outlets[name] = outlet
        self.wake()

    async def run(self) -> None:
        await self._surely(attempts.recover, at=self._clock.now())
        while not self._stopping.is_set():
            self._wake.clear()
            next_at = await self._begin_due()
            await self._sleep_until(next_at)
        for outlet in self._outlets.values():
            outlet.pace.close()
        if self._busy:
            await asyncio.wait(self._busy.values())

    def wake(self) -> None:
        """Look again: there is news, another process may have written, or the clock was moved."""
        self._is_news = True
        self._wake.set()

    async def emptied(self) -> None:
        """Returns when everything that may leave now has left."""
        while not self._stopping.is_set():
            if self._busy:
                await asyncio.wait(self._busy.values())
            look = await self._database.read(
                _look,
                at=self._clock.now(),
                busy=(),
                channels=tuple(self._outlets),
                limit=1,
            )
            if not look.due and not self._busy:
                return
            self.wake()
            await asyncio.sleep(0)

    def stop(self) -> None:
        self._stopping.set()
        self._wake.set()

    async def _begin_due(self) -> datetime | None:
        """Begin what is due and has room; returns when to look again, if nothing wakes us."""
        if not self._has_room_for(Urgency.ALERT):
            return None
        try:
            look = await self._due_now()
        except Exception as error:  # noqa: BLE001 - whatever it was, the outbox is looked at again
            failure("outbox_unreadable", error)
            return self._clock.now() + timedelta(seconds=1)
        while look.due:
            if not self._has_room_for(look.due[0].urgency):
                return None
            self._begin(look.due.popleft())
        return look.next_at

    def _has_room_for(self, urgency: Urgency) -> bool:
        return self._under_way < (SIDE_BY_SIDE if urgency > Urgency.REPLY else 2 * SIDE_BY_SIDE)

    async def _due_now(self) -> _Look:
        """What is due, most urgent first; what the last look found, while that holds.

        What a look costs is real time, however fast the clock is.
        """
        loop, seen = asyncio.get_running_loop(), self._seen
        began = loop.time()
        if seen and seen.due and not self._is_news and began < self._holds_until:
            return seen
        self._is_news = False
        self._seen = await self._database.read(
            _look,
            at=self._clock.now(),
            busy=tuple(self._busy),
            channels=tuple(self._outlets),
            limit=_SEEN_AT_ONCE,
        )
        ended = loop.time()
        self._holds_until = ended + _LOOK_HOLDS * (ended - began)
        return self._seen

    async def _sleep_until(self, moment: datetime | None) -> None:
        seconds = _LONGEST_SLEEP
        if moment is not None:
            seconds = min(seconds, (moment - self._clock.now()).total_seconds())
        await unless(self._wake, self._clock.sleep(max(0.0, seconds)))

    def _begin(self, due: DueLine) -> None:
        self._under_way += 1
        task = asyncio.create_task(self._deliver(due))
        self._busy[due.line] = task

        def end(_: "asyncio.Task[None]") -> None:
            del self._busy[due.line]
            self._wake.set()

        task.add_done_callback(end)

    async def _deliver(self, due: DueLine) -> None:
        """Send the first message of a line, and let its chat rest."""
        try:
            rest = await self._send_first(due)
        except DatabaseClosed:
            return
        except Exception as error:  # noqa: BLE001 - one line's failure must not stop the others
            failure("delivery_failed", error)
            rest = 1.0 if is_passing(error) else _LEFT_ALONE
        finally:
            self._under_way -= 1
        await self._rest(rest)

    async def _send_first(self, due: DueLine) -> float:
        """Returns how many seconds the chat must rest. The answer to a tap is not held back."""
        outlet = self._outlets.get(due.channel or "")
        if outlet is not None and not due.line.startswith("tap:"):
            await outlet.pace.admit(due.urgency)
        taken = await self._database.write(self._take, due, outlet)
        if taken is None or outlet is None:
            return 0
        await self._send(outlet, *taken)
        leaving, outgoing = taken
        return outlet.chat_pace.rest(leaving.address) if isinstance(outgoing, _COUNTED) else 0

    async def _rest(self, seconds: float) -> None:
        if not seconds:
            return
        self._wake.set()
        await unless(self._stopping, self._clock.sleep(seconds))

    def _take(
        self, connection: Connection, due: DueLine, outlet: Outlet | None
    ) -> tuple[Leaving, Outgoing | Comparison] | None:
        """Take a message and word it; one that cannot be worded fails, for those behind it, and one
        that may not leave now is settled at once."""
        keys, now = self._desks.keys.for_one_turn(), self._clock.now()
        leaving = departures.take(connection, keys=keys, line=due.line, channel=due.channel, at=now)
        if leaving is None:
            return None
        try:
            outgoing = render(connection, keys, self._desks.study, self._desks.links, leaving)
        except Exception as error:
            if is_passing(error):
                raise
            failure("wording_failed", error, message=leaving.id, kind=leaving.kind)
            attempts.settle(
                connection, message_id=leaving.id, state="failed", at=now, reason="wording"
            )
            return None
        why_not = None if outlet is None else outlet.admit(connection, leaving, outgoing)
        if why_not is None:
            return leaving, outgoing
        self._settle(connection, leaving, why_not)
        return None

    async def _send(
        self, outlet: Outlet, leaving: Leaving, outgoing: Outgoing | Comparison
    ) -> None:
        to = Destination(leaving.id, leaving.person_id, leaving.address)
        try:
            outcome = await outlet.channel.send(to, await drawn(outgoing))
        except Exception as error:  # noqa: BLE001 - a fault of ours would be repeated by trying again
            failure("sending_failed", error, message=leaving.id, kind=leaving.kind)
            passing = is_passing(error)
            outcome = (
                NotSent("not_stored", of_channel=False) if passing else Refused("program_error")
            )
        if isinstance(outcome, Slower):
            outlet.pace.pause(outcome.seconds)
        if not isinstance(outcome, Sent):
            warn("not_sent", message=leaving.id, kind=leaving.kind, attempt=leaving.attempts)
        await self._surely(self._settle, leaving, outcome)

    def _settle(self, connection: Connection, leaving: Leaving, outcome: Outcome) -> None:
        match outcome:
            case Sent(message):
                self._note_worked(connection, leaving.channel)
                attempts.settle_sent(
                    connection,
                    message_id=leaving.id,
                    channel=leaving.channel,
                    at=self._clock.now(),
                    sent_as=message,
                )
            case Late():
                self._finish(connection, leaving, "expired", "too_late")
            case Refused(reason):
                self._finish(connection, leaving, "failed", reason)
                self._pass_on(connection, leaving)
            case Unreachable(reason):
                self._note_unreachable(connection, leaving)
                now = self._clock.now()
                if not attempts.try_elsewhere(
                    connection, message_id=leaving.id, at=now, reason=reason
                ):
                    self._finish(connection, leaving, "failed", reason)
            case Unknown(reason) if leaving.urgency is Urgency.REMINDER:
                self._note_failed(connection, leaving, outcome)
                self._finish(connection, leaving, "unknown", reason)
            case Slower(seconds):
                self._again(connection, leaving, seconds, "too_many")
            case Held(until, reason):
                attempts.hold(connection, message_id=leaving.id, until=until, reason=reason)
            case NotSent(reason) | Unknown(reason):
                self._note_failed(connection, leaving, outcome)
                self._again(connection, leaving, delay(leaving.attempts), reason)
            case _:
                assert_never(outcome)

    def _finish(
        self, connection: Connection, leaving: Leaving, state: str, reason: str | None = None
    ) -> None:
        now = self._clock.now()
        attempts.settle(connection, message_id=leaving.id, state=state, at=now, reason=reason)

    def _again(self, connection: Connection, leaving: Leaving, seconds: float, reason: str) -> None:
        at = self._clock.now() + timedelta(seconds=seconds)
        attempts.try_again(connection, message_id=leaving.id, at=at, reason=reason)

    def _pass_on(self, connection: Connection, leaving: Leaving) -> None:
        """What this channel does not take may leave by another."""
        attempts.pass_on(
            connection,
            keys=self._desks.keys.for_one_turn(),
            message_id=leaving.id,
            without=leaving.channel,
            at=self._clock.now(),
        )

    def _note_failed(
        self, connection: Connection, leaving: Leaving, outcome: NotSent | Unknown
    ) -> None:
        if not isinstance(outcome, NotSent) or outcome.of_channel:
            outages.note_failed(connection, channel=leaving.channel, at=self._clock.now())

    def _note_worked(self, connection: Connection, channel: str) -> None:
        outage = outages.note_worked(connection, channel=channel)
        if outage is not None:
            tell_that_it_is_over(self._desks.at(connection, f"outage:{channel}"), outage)

    def _note_unreachable(self, connection: Connection, leaving: Leaving) -> None:
        if leaving.person_id is not None and leaving.address_id is not None:
            desk = self._desks.at(connection, f"outbox:{leaving.id}")
            note_blocked(desk, leaving.address_id, leaving.person_id)

    async def _surely(
        self,
        function: Callable[Concatenate[Connection, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Write, and again until it is written: what was sent must not be forgotten."""
        for seconds in delays():
            try:
                return await self._database.write(function, *args, **kwargs)
            except Exception as error:
                if isinstance(error, DatabaseClosed) or not is_passing(error):
                    raise
                failure("settling_failed", error)
                await self._clock.sleep(seconds)
        raise AssertionError("delays have no end")


def _look(
    connection: Connection,
    *,
    at: datetime,
    busy: Collection[str],
    channels: Collection[str],
    limit: int,
) -> _Look:
    due = departures.due_lines(connection, at=at, busy=busy, channels=channels, limit=limit)
    next_at = at if due else departures.next_due_at(connection, busy=busy, channels=channels)
    return _Look(deque(due), next_at)
