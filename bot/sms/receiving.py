"""What comes in by SMS: each a turn of its own, and what operators report.

A phone that sends very much, or a robot that answers itself, is heard no more for a while; the
coordinators are told when it is a participant's.
"""

import hashlib

from bot.ingress import Ingress
from bot.language.typed_answers import read_phone
from bot.language.typed_text import Problem
from bot.logs import log
from bot.sending.pacing import ChatPace
from bot.sms.channel import CHANNEL, note_blocked
from bot.sms.gateway import Received, Report
from bot.sms.hearing import hear
from bot.turn.desk import Desk
from bot.turn.desks import Desks
from bot.turn.incoming import Incoming, Typed
from flows.messages import run_button, say
from flows.roles import Role
from flows.text import text
from storage import participants, people, sms
from storage.database import Database

# Whoever fills in a questionnaire answers forty times at most; a robot goes on.
_BURST = 40
_PER_SECOND = 1 / 300
# The longest SMS that a phone makes is shorter; a gateway may hand over anything.
_LONGEST = 2048


class Receiving:
    """What returns was committed; what raises must be brought again."""

    def __init__(self, database: Database, desks: Desks, gateway: str) -> None:
        self._database = database
        self._desks = desks
        self._gateway = gateway
        self._ingress = Ingress(database, desks)
        self._allowance = ChatPace(desks.clock, per_second=_PER_SECOND, burst=_BURST)

    async def take(self, received: Received) -> None:
        """Names and short numbers in the place of a sender are advertisements."""
        number = read_phone(received.sender)
        if isinstance(number, Problem):
            log("sms_from_no_phone")
            return
        if self._allowance.take(number):
            log("sms_too_many")
            await self._desks.write(self._database, "flood", _tell_of_flood, number)
            return
        incoming = Incoming(
            CHANNEL,
            _number(self._gateway, received.id),
            number,
            Typed(_sound(received.text)[:_LONGEST]),
            sent_at=received.sent_at,
        )
        await self._ingress.take(incoming, "", hear)

    async def report(self, report: Report) -> None:
        nonce = f"sms:{self._gateway}:{report.reference}"
        await self._desks.write(self._database, nonce, self._take_report, report)

    def _take_report(self, desk: Desk, report: Report) -> None:
        is_news = sms.report(
            desk.connection,
            gateway=self._gateway,
            reference=report.reference,
            state=report.state,
            reason=report.reason,
            at=desk.now,
        )
        if is_news:
            note_blocked(desk, self._gateway, report.reference)


def _number(gateway: str, received: str) -> int:
    """A gateway's name for an SMS as the number of an update."""
    digest = hashlib.sha256(f"{gateway}:{received}".encode()).digest()
    return int.from_bytes(digest[:8]) >> 1


def _sound(words: str) -> str:
    """Halves of letters, which no database keeps, become a mark that something was there."""
    return words.encode(errors="replace").decode()


def _tell_of_flood(desk: Desk, number: str) -> None:
    speaker = people.speaker_at(desk.connection, keys=desk.keys, channel=CHANNEL, address=number)
    if speaker is None or Role.PARTICIPANT not in speaker.roles:
        return
    code = participants.code_of(desk.connection, speaker.person_id)
    card = run_button(text("command.card.button"), "card", code)
    desk.notify_role(
        Role.COORDINATOR,
        say(text("staff.sms_flood", code=code), buttons=((card,),)),
        key=f"sms_flood:{speaker.person_id}:{desk.today.isoformat()}",
    )
