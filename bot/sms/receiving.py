"""What comes in by SMS: each a turn of its own, and what operators report.

A phone that sends very much, or a robot that answers itself, is heard no more for a while; the
coordinators are told when it is a participant's.
"""

import hashlib

from bot.ingress import Ingress
from bot.language.stop_words import is_stop
from bot.language.typed_answers import read_phone
from bot.language.typed_text import Problem, sound
from bot.logs import log
from bot.sending.pacing import ChatPace
from bot.sms.channel import CHANNEL, note_blocked
from bot.sms.gateway import Received, Report
from bot.sms.hearing import hear, participants_at
from bot.sms.sharing import language_of
from bot.turn.bodies import message_body
from bot.turn.desk import LASTS, Desk
from bot.turn.desks import Desks
from bot.turn.incoming import Incoming, Typed
from flows.messages import run_button, say
from flows.roles import Role
from flows.text import text
from storage import participants, people, sms
from storage.database import Database
from storage.outbox import NewMessage, ToStranger, Urgency

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
        if self._allowance.take(number) and not await self._stops(number, received.text):
            log("sms_too_many")
            await self._desks.write(self._database, "flood", _tell_of_flood, number)
            return
        incoming = Incoming(
            CHANNEL,
            _number(self._gateway, received.id),
            number,
            Typed(sound(received.text)[:_LONGEST]),
            sent_at=received.sent_at,
        )
        await self._ingress.take(incoming, "", hear)

    async def _stops(self, number: str, words: str) -> bool:
        """Whether somebody who gets messages wants none: that is heard among any number of SMS."""
        if not is_stop(words, self._desks.study.lexicon):
            return False
        return await self._desks.read(self._database, _gets_messages, number)

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


def _gets_messages(desk: Desk, number: str) -> bool:
    return any(
        participants.chart(desk.connection, it.person_id).messaging
        for it in participants_at(desk, number)
    )


def _tell_of_flood(desk: Desk, number: str) -> None:
    """Once a day: the coordinators, and in one SMS whoever holds the phone."""
    sharers = participants_at(desk, number)
    if not sharers:
        return
    day = desk.today.isoformat()
    for speaker in sharers:
        code = participants.code_of(desk.connection, speaker.person_id)
        card = run_button(text("command.card.button"), "card", code)
        desk.notify_role(
            Role.COORDINATOR,
            say(text("staff.sms_flood", code=code), buttons=((card,),)),
            key=f"sms_flood:{speaker.person_id}:{day}",
        )
    told = text("sms.flood", at=desk.study.hour(desk.now), phone=desk.study.trial.site.clinic_phone)
    digest = people.digest_of(desk.keys, CHANNEL, number).hex()
    body = message_body(say(told), language=language_of(sharers))
    to = ToStranger(CHANNEL, number)
    expires_at = desk.now + LASTS[Urgency.REPLY]
    desk.put(
        NewMessage(f"sms_flood:{digest}:{day}", "message", Urgency.REPLY, to, body, expires_at)
    )
