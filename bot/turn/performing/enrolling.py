"""Who enters the trial, and the ways to their chat."""

import json
from typing import assert_never

from bot.turn import staffing, unlinking
from bot.turn.bodies import message_body
from bot.turn.desk import Desk
from bot.turn.performing import marking
from bot.turn.speaking import Voice
from flows.chart import Milestone
from flows.effects.enrolment import (
    CorrectIdentity,
    Enrolling,
    EnrolParticipant,
    InviteBySms,
    InviteParticipant,
    MakePersonalLink,
    RecordScreeningFailure,
    Unlink,
)
from flows.effects.milestones import RecordMilestone
from flows.messages import say
from flows.text import text
from storage import participants, people
from storage.outbox import ToStranger


def perform(voice: Voice, verb: str, effect: Enrolling) -> None:
    desk = voice.desk
    match effect:
        case RecordScreeningFailure(sex, age, reason):
            participants.record_screening_failure(
                desk.connection,
                sex=sex,
                age=age,
                reason=reason,
                recorded_by=voice.person,
                at=desk.now,
            )
            voice.record(verb, None, sex=sex, age=age, reason=reason)
        case EnrolParticipant():
            _enrol(voice, verb, effect)
        case InviteParticipant(participant, code, secret):
            staffing.invite(desk, participant, secret)
            send_way_in(voice, participant, secret, code)
            voice.record(verb, participant)
        case InviteBySms():
            _invite_by_sms(voice, verb, effect)
        case MakePersonalLink(participant, code):
            _send_personal_link(voice, participant, code)
            voice.record(verb, participant)
        case Unlink(participant, reason=reason):
            unlinking.unlink(desk, effect)
            voice.record(verb, participant, answers=effect.answers, reason=reason)
        case CorrectIdentity(participant, kind, value, reason):
            _identify(desk, participant, kind, value)
            if kind == "phone":
                unlinking.cut_off_number(desk, participant)
            voice.record(verb, participant, kind=kind, reason=reason)
        case _:
            assert_never(effect)


def _enrol(voice: Voice, verb: str, effect: EnrolParticipant) -> None:
    desk = voice.desk
    person = people.create(
        desk.connection, keys=desk.keys, language="fa", name=effect.name, at=desk.now
    )
    code = participants.enrol(
        desk.connection, person_id=person, sex=effect.sex, age=effect.age, at=desk.now
    )
    assert code == effect.code
    private = {
        "phone": effect.phone,
        "born_on": effect.born_on.isoformat(),
        "witness": effect.witness,
    }
    for kind, value in private.items():
        if value:
            _identify(desk, person, kind, value)
    consented = RecordMilestone(
        person, Milestone.CONSENTED, effect.consented_on, detail=effect.detail
    )
    marking.perform(voice, verb, consented)
    if effect.detail.get("messages") == "YES":
        agreed = RecordMilestone(person, Milestone.MESSAGING_AGREED, effect.consented_on)
        marking.perform(voice, verb, agreed)


def _invite_by_sms(voice: Voice, verb: str, effect: InviteBySms) -> None:
    """The code goes to the phone alone, and counts only when it comes back from there."""
    desk, person = voice.desk, effect.participant
    known = people.identity(desk.connection, keys=desk.keys, person_id=person, kind="phone")
    if known != effect.phone:
        _identify(desk, person, "phone", effect.phone)
    send_code(desk, person, effect.phone, "sms.code")
    voice.record(verb, person)


def send_code(desk: Desk, person: int, number: str, wording: str) -> None:
    """Send a code to this number alone, in words of this key."""
    staffing.invite(desk, person, desk.digits, at_number=number)
    language = people.language_of(desk.connection, person)
    code = say(text(wording, digits=desk.digits))
    body = message_body(code, language=language, **{"for": person})
    desk.reply(ToStranger("sms", number), "message", body)


def _identify(desk: Desk, person: int, kind: str, value: str) -> None:
    people.identify(
        desk.connection, keys=desk.keys, person_id=person, kind=kind, value=value, at=desk.now
    )


def send_way_in(voice: Voice, person: int, secret: str, invited: str) -> None:
    """Send the link and its picture to whoever asked; a personal one where there is no other."""
    if not voice.desk.links.invitations:
        _send_personal_link(voice, person, invited)
    else:
        voice.send("invitation", json.dumps({"secret": secret, "for": invited}))


def _send_personal_link(voice: Voice, person: int, invited: str) -> None:
    """The link and its code go in two messages: they are told on two ways."""
    desk = voice.desk
    staffing.make_personal_link(desk, person)
    voice.send("invitation", json.dumps({"secret": desk.secret, "for": invited, "personal": True}))
    voice.tell(text("personal_link.code", code=invited, digits=desk.digits))
