"""What leaves the outbox of a played trial arrives on its phones."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, assert_never

from sqlalchemy import Connection

from bot.rehearsal.phones import Phone, Shown
from bot.sending.drawing import drawn
from bot.sending.outgoing import (
    Attachment,
    Change,
    Comparison,
    Document,
    Held,
    Invitation,
    Leave,
    Menu,
    Outgoing,
    Picture,
    Refused,
    Remove,
    TapAnswer,
    Words,
)
from bot.sending.rendering import SMS, render
from bot.sms.limits import admit, words_in
from bot.sms.parts import count_parts, split
from bot.turn.bodies import body_of
from bot.turn.desk import Desk
from storage import attempts, departures, sms
from storage.departures import DueLine, Leaving
from storage.shown import KINDS

if TYPE_CHECKING:
    from bot.rehearsal.world import World

# What the bot has shown goes by another kind of number than what somebody sent.
_OWN = "shown:"
_OPERATOR = "rehearsal"


@dataclass(frozen=True)
class Arriving:
    """A message with its words, and the number that a picture of the bot's own gets."""

    leaving: Leaving
    outgoing: Outgoing | Comparison
    number: int | None


def take(connection: Connection, world: "World", due: DueLine) -> Arriving | None:
    leaving = departures.take(
        connection, keys=world.keys, line=due.line, channel=due.channel, at=world.now
    )
    if leaving is None:
        return None
    outgoing = render(connection, world.keys, world.study, world.links, leaving)
    if leaving.channel == SMS and not _leaves_by_sms(connection, world, leaving, outgoing):
        return None
    number = world.next_message() if leaving.kind in KINDS else None
    sent_as = None if number is None else f"{_OWN}{number}"
    attempts.settle_sent(
        connection,
        message_id=leaving.id,
        channel=leaving.channel,
        at=world.now,
        sent_as=sent_as,
    )
    return Arriving(leaving, outgoing, number)


def _leaves_by_sms(
    connection: Connection, world: "World", leaving: Leaving, outgoing: Outgoing | Comparison
) -> bool:
    """Whether the message leaves now; it arrives at once then, and the operator says so."""
    nonce = f"sms:{leaving.id}"
    desk = Desk(connection, world.keys, world.study, world.now, nonce, "", "", world.links)
    match admit(desk, world.sms_limits, _OPERATOR, leaving, outgoing):
        case None:
            _report(connection, world, leaving, outgoing)
            return True
        case Held(until, reason):
            attempts.hold(connection, message_id=leaving.id, until=until, reason=reason)
        case Refused(reason):
            attempts.settle(
                connection, message_id=leaving.id, state="failed", at=world.now, reason=reason
            )
    return False


def _report(
    connection: Connection, world: "World", leaving: Leaving, outgoing: Outgoing | Comparison
) -> None:
    for piece, part in enumerate(split(words_in(outgoing) or ""), start=1):
        handed = sms.begin(
            connection,
            outbox_id=leaving.id,
            piece=piece,
            parts=count_parts(part),
            gateway=_OPERATOR,
            at=world.now,
        )
        reference = str(handed.id)
        sms.accept(
            connection,
            sms_id=handed.id,
            gateway=_OPERATOR,
            reference=reference,
            at=world.now,
        )
        sms.report(
            connection,
            gateway=_OPERATOR,
            reference=reference,
            state="delivered",
            reason=None,
            at=world.now,
        )


async def show(world: "World", arriving: Arriving) -> None:
    address = arriving.leaving.address
    phone = world.phone_at(address)
    outgoing = await drawn(arriving.outgoing)
    match outgoing:
        case Words(words) if phone.channel == "sms":
            phone.shown += [Shown(world.next_message(), it, []) for it in split(words)]
        case Words() as words:
            phone.shown.append(_worded(world.next_message(), words))
        case Change(message, words):
            _change(phone, int(message), words)
        case Remove(message):
            _remove(phone, message)
        case TapAnswer():
            _answer_tap(phone, outgoing.text)
        case Invitation():
            phone.invitation = str(body_of(arriving.leaving.body)["secret"])
        case Attachment(file):
            phone.shown.append(Shown(world.next_message(), f"({file})", []))
        case Document(page):
            phone.documents.append(page)
            told = f"({page.name})\n{page.narrative_title}: {page.narrative}"
            phone.shown.append(Shown(world.next_message(), told, []))
        case Picture(content, caption):
            assert arriving.number is not None
            phone.shown.append(Shown(arriving.number, f"(a picture)\n{caption}", []))
            phone.pictures[arriving.number] = content
        case Menu() | Leave():
            pass
        case never:
            assert_never(never)


def _answer_tap(phone: Phone, words: str | None) -> None:
    if words is None:
        phone.silent_taps += 1
    else:
        phone.popups.append(words)


def _worded(number: int, words: Words, kind: str = "message") -> Shown:
    return Shown(number, words.text, [list(row) for row in words.buttons], kind)


def _change(phone: Phone, number: int, words: Words) -> None:
    at = next(i for i, it in enumerate(phone.shown) if it.number == number)
    phone.shown[at] = _worded(number, words, "edit")


def _remove(phone: Phone, message: str) -> None:
    """A picture of the bot's own is gone; of what somebody sent, only that it is gone is known."""
    if not message.startswith(_OWN):
        phone.removed.append(message)
        return
    number = int(message.removeprefix(_OWN))
    phone.shown = [it for it in phone.shown if it.number != number]
    # In the place of a picture of somebody who was erased there are words.
    phone.pictures.pop(number, None)
    phone.taken_back += 1
