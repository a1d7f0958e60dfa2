"""Roles begin and end; somebody is spoken to in another language."""

from typing import assert_never

from bot.turn import proving, staffing
from bot.turn.performing.enrolling import send_way_in
from bot.turn.speaking import Voice
from flows.effects.accounts import (
    Administering,
    CutOff,
    EndRole,
    GiveRole,
    InviteStaff,
    PreferChannel,
    ResetPin,
    SetLanguage,
    SetPin,
)
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
        case _:
            assert_never(effect)
