"""Roles begin and end; somebody is spoken to in another language."""

from typing import assert_never

from bot.turn import proving, staffing
from bot.turn.performing.enrolling import send_code, send_way_in
from bot.turn.speaking import Voice
from flows.effects.accounts import (
    Administering,
    CutOff,
    EndRole,
    GiveRole,
    InviteStaff,
    PreferChannel,
    ProveAlertNumber,
    ResetPin,
    SetLanguage,
    SetPin,
)
from flows.text import text
from storage import people, pins
from storage.outbox import ToPerson


def perform(voice: Voice, verb: str, effect: Administering) -> None:
    desk = voice.desk
    match effect:
        case SetLanguage(language):
            people.set_language(desk.connection, person_id=voice.person, language=language)
            voice.send("menu", "{}")
            voice.record(verb, voice.person, language=language)
        case PreferChannel(person, channel):
            people.prefer_channel(desk.connection, person_id=person, channel=channel)
            voice.record(verb, person, channel=channel)
        case InviteStaff(name, roles, secret):
            person = staffing.invite_staff(desk, name, roles, secret)
            send_way_in(voice, person, secret, name)
            held = "+".join(role.value for role in roles)
            voice.record(verb, person, name=name, roles=held)
        case GiveRole(person, role):
            people.begin_roles(desk.connection, person_id=person, roles=[role], at=desk.now)
            desk.reply(ToPerson(person), "menu", "{}")
            voice.record(verb, person, role=role.value)
        case EndRole(person, role):
            staffing.end_role(desk, person, role)
            desk.reply(ToPerson(person), "menu", "{}")
            voice.record(verb, person, role=role.value)
        case CutOff(person):
            staffing.cut_off(desk, person)
            voice.record(verb, person)
        case SetPin(digest):
            proving.set_pin(desk, voice.person, digest)
            voice.record(verb, voice.person)
        case ResetPin(person):
            pins.end(desk.connection, person_id=person, at=desk.now)
            voice.record(verb, person)
        case ProveAlertNumber(number):
            _prove_alert_number(voice, verb, number)
        case _:
            assert_never(effect)


def _prove_alert_number(voice: Voice, verb: str, number: str) -> None:
    """What comes from a participant's number is a participant's, so no code could come back."""
    desk = voice.desk
    if people.speaker_at(desk.connection, keys=desk.keys, channel="sms", address=number):
        voice.tell(text("refused.alert_number"))
        return
    send_code(desk, voice.person, number, "alert_number.code")
    voice.tell(text("alert_number.code_sent"))
    voice.record(verb, voice.person)
