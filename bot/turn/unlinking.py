"""A chat that was linked to the wrong participant becomes a stranger's, at once."""

from bot.turn.bodies import message_body
from bot.turn.clinicians import tell_clinicians
from bot.turn.desk import Desk
from flows.effects.enrolment import Unlink
from flows.messages import run_button, say
from flows.text import text
from storage import conversations, invitations, people, personal_links, unsent
from storage.outbox import ToStranger, Urgency


def unlink(desk: Desk, effect: Unlink) -> None:
    """What was answered stays; whatever leads to the participant, or from them there, ends."""
    connection, person = desk.connection, effect.participant
    unsent.cancel(
        connection, person_id=person, at=desk.now, reason="wrong_link", urgencies=tuple(Urgency)
    )
    _tell_chats(desk, person)
    people.close_addresses(connection, person_id=person, at=desk.now)
    conversations.end_of_person(connection, person_id=person, at=desk.now)
    invitations.revoke(connection, person_id=person, at=desk.now)
    personal_links.end_all(connection, person_id=person, at=desk.now)
    if effect.answers:
        _tell_clinicians(desk, effect)


def cut_off_number(desk: Desk, person: int) -> None:
    """Their number is another one now, so what comes from the old one by SMS is a stranger's."""
    connection = desk.connection
    address = people.address_on(connection, person_id=person, channel="sms")
    if address is None:
        return
    unsent.fail_waiting(connection, address_id=address, at=desk.now, reason="chat_closed")
    people.close_addresses(connection, person_id=person, channel="sms", at=desk.now)


def _tell_chats(desk: Desk, person: int) -> None:
    """Whoever is there learns that it is over, and nothing of the participant; a phone that is
    another's too goes on for them.
    """
    language = people.language_of(desk.connection, person)
    closed = say(text("unlinked.chat", phone=desk.study.trial.site.clinic_phone))
    for linked in people.linked_addresses(desk.connection, person):
        if len(people.sharing(desk.connection, address_id=linked.id)) > 1:
            continue
        address = people.address_of(desk.connection, keys=desk.keys, address_id=linked.id)
        body = message_body(closed, language=language)
        desk.reply(ToStranger(linked.channel, address), "message", body)


def _tell_clinicians(desk: Desk, effect: Unlink) -> None:
    told = text("unlinked.clinician", code=effect.code, count=effect.answers, at=effect.since)
    card = run_button(text("command.card.button"), "card", effect.code)
    key = f"unlinked:{desk.nonce}"
    tell_clinicians(desk, effect.participant, say(told, buttons=((card,),)), key=key)
