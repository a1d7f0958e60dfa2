"""How somebody becomes known: a one-time code binds their chat to a person.

A stranger learns nothing: every code that cannot be used gets the same sentence.
"""

from datetime import timedelta

from bot.turn.bodies import message_body, tap_body
from bot.turn.desk import Desk
from bot.turn.incoming import Incoming, Tapped, Typed
from bot.turn.speaking import TAP_LASTS
from flows.messages import say
from flows.roles import Role
from flows.text import Text, text
from storage import invitations, participants, people, unsent
from storage.audit import Act
from storage.outbox import NewMessage, ToPerson, ToStranger, Urgency
from storage.people import Speaker

# Five wrong codes from one chat, and it must wait; so many from anywhere, and staff are told.
WRONG_CODES = 5
WAIT = timedelta(hours=1)
REPORTED_CODES = 20
LONGEST_CODE = 64


def code_in(incoming: Incoming) -> str | None:
    """The code behind /start, as a link brings it."""
    if not isinstance(incoming.content, Typed):
        return None
    command, _, code = incoming.content.text.strip().partition(" ")
    return code.strip()[:LONGEST_CODE] or None if command.split("@")[0] == "/start" else None


def meet_stranger(desk: Desk, incoming: Incoming) -> Speaker | None:
    """Let a stranger in by a code, or answer politely. Returns who they turned out to be."""
    code = code_in(incoming)
    if code is None:
        _answer_stranger(desk, incoming, text("stranger.unknown"))
        return None
    if _must_wait(desk, incoming):
        _answer_stranger(desk, incoming, text("stranger.wait"))
        return None
    found = invitations.find(desk.connection, keys=desk.keys, code=code, at=desk.now)
    if found is None:
        _note_wrong_code(desk, incoming)
        _answer_stranger(desk, incoming, text("stranger.wrong_code"))
        return None
    return _enter(desk, incoming, found.person_id, code)


def meet_known(desk: Desk, incoming: Incoming, speaker: Speaker, code: str) -> Text | None:
    """Somebody known opens a link: their own is simply used; another person's is refused."""
    found = invitations.find(desk.connection, keys=desk.keys, code=code, at=desk.now)
    if found is None:
        if not _must_wait(desk, incoming):
            _note_wrong_code(desk, incoming)
        return text("entering.already")
    if found.person_id == speaker.person_id:
        invitations.use(desk.connection, keys=desk.keys, code=code, at=desk.now)
        return None
    _tell_of_taken_address(desk, found.person_id)
    desk.record(Act("refused_address", "system", speaker.person_id, found.person_id))
    return text("entering.taken")


def _must_wait(desk: Desk, incoming: Incoming) -> bool:
    return must_wait(desk, incoming.channel, incoming.address)


def must_wait(desk: Desk, channel: str, address: str, allowed: int = WRONG_CODES) -> bool:
    """Whether so many wrong codes came from there that no other is looked at for a while."""
    tried = invitations.wrong_codes(
        desk.connection, keys=desk.keys, channel=channel, address=address, since=desk.now - WAIT
    )
    return tried >= allowed


def _note_wrong_code(desk: Desk, incoming: Incoming) -> None:
    note_wrong_code(desk, (incoming.channel, incoming.address))


def note_wrong_code(desk: Desk, *sources: tuple[str, str]) -> None:
    """Count a wrong code against where it came from; when they become many, staff are told."""
    for channel, address in sources:
        invitations.note_wrong_code(
            desk.connection, keys=desk.keys, channel=channel, address=address, at=desk.now
        )
    desk.record(Act("refused_code", "stranger"))
    since = desk.now - WAIT
    count = invitations.all_wrong_codes(desk.connection, since=since)
    for many in (WRONG_CODES, REPORTED_CODES):
        if count >= many:
            key = f"guessing:{desk.now:%Y%m%d%H}:{many}"
            told = say(text("staff.guessing", count=count))
            desk.notify_role(Role.ADMINISTRATOR, told, key=key)


def _answer_stranger(desk: Desk, incoming: Incoming, words: Text) -> None:
    language = "en" if (incoming.language or "fa").startswith("en") else "fa"
    to = ToStranger(incoming.channel, incoming.address)
    if isinstance(incoming.content, Tapped):
        tap = incoming.content.tap
        body = tap_body(tap, None)
        desk.put(NewMessage(f"tap:{tap}", "tap", Urgency.ALERT, to, body, desk.now + TAP_LASTS))
    desk.reply(to, "message", message_body(say(words), language=language))


def _enter(desk: Desk, incoming: Incoming, person_id: int, code: str) -> Speaker:
    """Bind the chat; the earlier one of the same person is told that it is closed."""
    earlier = people.address_on(desk.connection, person_id=person_id, channel=incoming.channel)
    if earlier is not None:
        unsent.fail_waiting(desk.connection, address_id=earlier, at=desk.now, reason="chat_closed")
        desk.reply(
            ToPerson(person_id, earlier), "message", message_body(say(text("entering.closed")))
        )
    invitations.use(desk.connection, keys=desk.keys, code=code, at=desk.now)
    return bind(desk, incoming, person_id)


def bind(desk: Desk, incoming: Incoming, person_id: int) -> Speaker:
    """From now on this address is this person's."""
    address_id = people.bind_address(
        desk.connection,
        keys=desk.keys,
        person_id=person_id,
        channel=incoming.channel,
        address=incoming.address,
        at=desk.now,
    )
    unsent.hasten(desk.connection, person_id=person_id, at=desk.now)
    roles = people.roles_of(desk.connection, person_id)
    held = "+".join(sorted(roles))
    desk.record(Act("enter", held, person_id, person_id, {"channel": incoming.channel}))
    language = people.language_of(desk.connection, person_id)
    return Speaker(person_id, address_id, incoming.channel, language, roles)


def _tell_of_taken_address(desk: Desk, person_id: int) -> None:
    if Role.PARTICIPANT in people.roles_of(desk.connection, person_id):
        code = participants.code_of(desk.connection, person_id)
        told = say(text("staff.address_taken", code=code))
        desk.notify_role(Role.COORDINATOR, told)
    else:
        desk.notify_role(Role.ADMINISTRATOR, say(text("staff.address_taken_staff")))
