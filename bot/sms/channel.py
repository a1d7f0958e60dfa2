"""What leaves by SMS: words, in as many SMS as they need. Nothing that is no text leaves so."""

from typing import assert_never

from sqlalchemy import Connection

from bot.logs import failure
from bot.sending.outgoing import (
    Attachment,
    Change,
    Comparison,
    Destination,
    Document,
    Held,
    Invitation,
    Leave,
    Menu,
    NotSent,
    Outcome,
    Outgoing,
    Picture,
    Refused,
    Remove,
    Sent,
    TapAnswer,
    Words,
)
from bot.sms.gateway import Gateway, NewSms
from bot.sms.limits import Limits, admit, words_in
from bot.sms.parts import count_parts, split
from bot.turn import mailing
from bot.turn.desk import Desk
from bot.turn.desks import Desks
from flows.messages import say
from flows.roles import Role
from flows.text import text
from storage import people, sms
from storage.database import Database
from storage.departures import Leaving
from storage.passing import is_passing
from storage.sms import Handed

CHANNEL = "sms"

# What keeps every SMS back until whoever set the gateway up mends it.
_TO_MEND = {"gateway_credit", "gateway_login"}


class SmsChannel:
    def __init__(self, database: Database, desks: Desks, gateway: Gateway, limits: Limits) -> None:
        self._database = database
        self._desks = desks
        self._gateway = gateway
        self._limits = limits
        self.is_failing = False

    def admit(
        self, connection: Connection, leaving: Leaving, outgoing: Outgoing | Comparison
    ) -> Held | Refused | None:
        desk = self._desks.at(connection, f"sms:{leaving.id}")
        return admit(desk, self._limits, self._gateway.name, leaving, outgoing)

    async def send(self, to: Destination, outgoing: Outgoing) -> Outcome:
        if (words := words_in(outgoing)) is not None:
            return await self._say(to, words)
        match outgoing:
            case Words() | Change() | TapAnswer() | Remove() | Menu() | Leave():
                return Sent()
            case Invitation() | Attachment() | Picture() | Document():
                return Refused("not_by_sms")
            case _:
                assert_never(outgoing)

    async def _say(self, to: Destination, words: str) -> Outcome:
        """One SMS after the other; at another attempt those that were accepted are not repeated."""
        for piece, part in enumerate(split(words), start=1):
            handed = await self._database.write(self._begin, to, piece, count_parts(part))
            if handed.accepted:
                continue
            outcome = await self._gateway.send(NewSms(handed.id, to.address, part))
            self.is_failing = not isinstance(outcome, Sent | Refused)
            if isinstance(outcome, NotSent) and outcome.reason in _TO_MEND:
                await self._tell_to_mend(outcome.reason)
            if not isinstance(outcome, Sent):
                return outcome
            await self._note_accepted(handed.id, outcome.message or str(handed.id))
        return Sent()

    def _begin(self, connection: Connection, to: Destination, piece: int, parts: int) -> Handed:
        return sms.begin(
            connection,
            outbox_id=to.message_id,
            piece=piece,
            parts=parts,
            gateway=self._gateway.name,
            at=self._desks.clock.now(),
        )

    async def _tell_to_mend(self, reason: str) -> None:
        """The SMS is tried again anyhow, and then this is told if it was not."""
        try:
            await self._desks.write(self._database, f"sms:{reason}", _tell_to_mend, reason)
        except Exception as error:
            if not is_passing(error):
                raise
            failure("sms_not_told_of", error)

    async def _note_accepted(self, sms_id: int, reference: str) -> None:
        """It has left, so a disk that is full must not make it leave again."""
        try:
            nonce = f"sms:{sms_id}"
            await self._desks.write(self._database, nonce, self._accept, sms_id, reference)
        except Exception as error:
            if not is_passing(error):
                raise
            failure("sms_not_noted", error)

    def _accept(self, desk: Desk, sms_id: int, reference: str) -> None:
        """Its report may have come before it was known by this name."""
        gateway = self._gateway.name
        sms.accept(
            desk.connection, sms_id=sms_id, gateway=gateway, reference=reference, at=desk.now
        )
        note_blocked(desk, gateway, reference)


def _tell_to_mend(desk: Desk, reason: str) -> None:
    """Once a day: it may go on for long, and nobody looks at an SMS that does not leave."""
    told = say(text("staff.sms_held", reason=text(f"reason.{reason}")))
    key = f"sms_held:{reason}:{desk.today.isoformat()}"
    desk.notify_role(Role.ADMINISTRATOR, told, key=key)


def note_blocked(desk: Desk, gateway: str, reference: str) -> None:
    """The operator may say of an SMS that this phone's owner wants none of ours."""
    person = sms.blocked_person(desk.connection, gateway=gateway, reference=reference)
    if person is None:
        return
    address = people.address_on(desk.connection, person_id=person, channel=CHANNEL)
    if address is not None:
        mailing.note_blocked(desk, address, person)
