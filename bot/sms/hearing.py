"""An SMS is heard: a code that proves a number, or what one of those says who have that number.

Rules that hold here:
- A code that was sent to a number counts before everything, for it says whose it is to be.
- Who is unknown is answered once in a while, and a robot that answers every answer is not.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from bot.language.typed_text import compact, normalize, trimmed
from bot.sms import robots, stopping
from bot.sms.channel import CHANNEL
from bot.sms.meaning import meaning
from bot.sms.sharing import Shared
from bot.turn import entering, nudging
from bot.turn.bodies import message_body
from bot.turn.desk import Desk
from bot.turn.incoming import Incoming, Typed
from bot.turn.speaking import Voice
from bot.turn.turns import hear_known, welcome
from flows.messages import say
from flows.roles import STAFF, Role
from flows.text import Text, text
from storage import invitations, outbox, people, shared_numbers, updates
from storage.outbox import NewMessage, ToStranger, Urgency
from storage.people import Speaker

_CODE = re.compile(r"[0-9]{6}")
# A number may be somebody else's after so long, and is told once more that it is not known.
_ANSWERED_FOR = timedelta(days=30)


def hear(desk: Desk, incoming: Incoming) -> None:
    """One SMS. Staff are not reached here: what they must see does not fit it."""
    if not updates.is_new(
        desk.connection, channel=CHANNEL, update_id=incoming.update_id, at=desk.now
    ):
        return
    assert isinstance(incoming.content, Typed)
    words = incoming.content.text
    if _enters(desk, incoming, words):
        return
    there = participants_at(desk, incoming.address)
    if not there or _is_wrong_code(desk, incoming.address, words, there):
        _meet(desk, incoming, words)
        return
    match there:
        case [speaker]:
            _hear_words(Voice(desk, speaker, incoming), words)
        case sharers:
            Shared.at(desk, incoming, sharers, _hear_words).take(words)


def participants_at(desk: Desk, number: str) -> list[Speaker]:
    found = people.speakers_at(desk.connection, keys=desk.keys, channel=CHANNEL, address=number)
    return [it for it in found if Role.PARTICIPANT in it.roles]


def _hear_words(voice: Voice, words: str) -> None:
    """Words of somebody known, unless a robot says them over and over."""
    if stopping.is_answered(voice, words):
        return
    meant = stopping.repeated(voice, words) or meaning(voice, words)
    if robots.goes_on(voice, meant):
        return
    hear_known(replace(voice, incoming=replace(voice.incoming, content=meant)))


def _enters(desk: Desk, incoming: Incoming, words: str) -> bool:
    """Whether this is the code that was sent to this number, which lets its owner in."""
    code, number = _code_in(words), incoming.address
    if code is None or entering.must_wait(desk, CHANNEL, number):
        return False
    invited = _invited(desk, code, number)
    if invited is None:
        return False
    invitations.use(desk.connection, keys=desk.keys, code=code, at=desk.now, at_number=number)
    if not STAFF.isdisjoint(people.roles_of(desk.connection, invited)):
        nudging.keep_number(desk, invited, number)
        return True
    entered = entering.bind(desk, incoming, invited)
    shared_numbers.choose(
        desk.connection,
        people.digest_of(desk.keys, CHANNEL, number),
        address_id=entered.address_id,
        at=desk.now,
    )
    welcome(Voice(desk, entered, incoming))
    return True


def _is_wrong_code(desk: Desk, number: str, words: str, there: Sequence[Speaker]) -> bool:
    """Whether this is meant as a code that was sent to somebody else at a phone that is known."""
    if _code_in(words) is None:
        return False
    known = {it.person_id for it in there}
    return any(
        person not in known and invitations.is_awaited(desk.connection, person, at=desk.now)
        for person in people.bearers(desk.connection, keys=desk.keys, kind="phone", value=number)
    )


def _code_in(words: str) -> str | None:
    typed = compact(trimmed(normalize(words)))
    return typed if _CODE.fullmatch(typed) else None


def _invited(desk: Desk, code: str, number: str) -> int | None:
    """Whom a code lets in from this number: their number may have been corrected meanwhile."""
    found = invitations.find(
        desk.connection, keys=desk.keys, code=code, at=desk.now, at_number=number
    )
    if found is None:
        return None
    person = found.person_id
    if not STAFF.isdisjoint(people.roles_of(desk.connection, person)):
        return person
    theirs = people.identity(desk.connection, keys=desk.keys, person_id=person, kind="phone")
    return person if theirs == number else None


def _meet(desk: Desk, incoming: Incoming, words: str) -> None:
    """Somebody unknown learns nothing but whom to call; staff write in the bot."""
    code, number = _code_in(words), incoming.address
    if code is None:
        told = "sms.staff" if nudging.is_of_staff(desk, number) else "sms.unknown"
        _answer_once(desk, number, told, text(told, phone=_phone(desk)))
    elif not entering.must_wait(desk, CHANNEL, number):
        entering.note_wrong_code(desk, (CHANNEL, number))
        _answer_once(desk, number, code, text("sms.wrong_code", phone=_phone(desk)))


def _phone(desk: Desk) -> str:
    return desk.study.trial.site.clinic_phone


def _answer_once(desk: Desk, number: str, about: str, words: Text) -> None:
    """The same thing is said to a number once in a while: it may be another robot, or cost its
    owner.
    """
    digest = desk.keys.lookup.digest("answered by sms", f"{number} {about}").hex()
    key = f"sms:{digest}"
    since = desk.now - _ANSWERED_FOR
    if outbox.was_put(desk.connection, key_begins=key, since=since):
        return
    body = message_body(say(words), language="fa")
    to = ToStranger(CHANNEL, number)
    expires_at = desk.now + timedelta(hours=1)
    desk.put(NewMessage(f"{key}:{desk.nonce}", "message", Urgency.REPLY, to, body, expires_at))
