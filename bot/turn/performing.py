"""The effects of a decision become rows, all in the transaction of the turn."""

import json
from collections.abc import Callable
from datetime import date, datetime
from typing import assert_never

from bot.turn import arms, filling, staffing
from bot.turn.desk import Desk
from bot.turn.planning import replan, take_back_visit_reminders
from bot.turn.speaking import Voice
from bot.turn.summary import summary
from flows import effects
from flows.chart import Milestone
from flows.effects import Effect
from flows.messages import Message, say
from flows.roles import Role
from flows.text import text
from storage import (
    alerts,
    conversations,
    invitations,
    mail,
    outbox,
    participants,
    people,
    protocol,
    responses,
)
from storage.outbox import Urgency
from storage.participants import NewMilestone

Follow = Callable[[Effect], None]


def perform(  # noqa: C901, PLR0915 - one case an effect, each a call
    voice: Voice, verb: str, effect: Effect, follow: Follow
) -> None:
    """Do one effect. What begins a further conversation is handed to `follow`."""
    desk, connection, keys = voice.desk, voice.desk.connection, voice.desk.keys
    match effect:
        case effects.Say(message):
            voice.say(message)
        case effects.PopUp(words):
            voice.pop_up(words)
        case effects.TellRole(role, message):
            desk.notify_role(role, message)
        case effects.TellPerson(person, message, until):
            _tell(desk, person, message, until)
        case (
            effects.RunNext()
            | effects.BeginForm()
            | effects.OpenReport()
            | effects.ContinueForm()
            | effects.LeaveFormForLater()
        ):
            follow(effect)
        case effects.SetLanguage(language):
            people.set_language(connection, person_id=voice.person, language=language)
            voice.send("menu", "{}")
            voice.record(verb, voice.person, language=language)
        case effects.RecordMilestone():
            _record_milestone(voice, verb, effect)
        case effects.RecordScreeningFailure(sex, age, reason):
            participants.record_screening_failure(
                connection,
                sex=sex,
                age=age,
                reason=reason,
                recorded_by=voice.person,
                at=desk.now,
            )
            voice.record(verb, None, sex=sex, age=age, reason=reason)
        case effects.EnrolParticipant():
            _enrol(voice, verb, effect)
        case effects.InviteParticipant(participant, code, secret):
            staffing.invite(desk, participant, secret)
            _send_way_in(voice, participant, secret, code)
            voice.record(verb, participant)
        case effects.MakePersonalLink(participant, code):
            _send_personal_link(voice, participant, code)
            voice.record(verb, participant)
        case effects.InviteStaff(name, roles, secret):
            person = staffing.invite_staff(voice.desk, name, roles, secret)
            _send_way_in(voice, person, secret, name)
            held = "+".join(role.value for role in roles)
            voice.record(verb, person, name=name, roles=held)
        case effects.GiveRole(person, role):
            people.begin_roles(connection, person_id=person, roles=[role], at=desk.now)
            desk.reply(outbox.ToPerson(person), "menu", "{}")
            voice.record(verb, person, role=role.value)
        case effects.EndRole(person, role):
            staffing.end_role(desk, person, role)
            desk.reply(outbox.ToPerson(person), "menu", "{}")
            voice.record(verb, person, role=role.value)
        case effects.CutOff(person):
            staffing.cut_off(voice.desk, person)
            voice.record(verb, person)
        case effects.Allocate(participant):
            assert voice.tap is not None
            arms.allocate(desk, effect, voice.person, voice.tap.tap)
            randomized = effects.RecordMilestone(participant, Milestone.RANDOMIZED, desk.today)
            _record_milestone(voice, verb, randomized)
        case effects.ShowArm(participant):
            assert voice.tap is not None
            arms.show_arm(desk, voice.person, participant, voice.tap.tap)
        case effects.ShowSessionNote(participant, visit):
            assert voice.tap is not None
            arms.show_session_note(desk, voice.person, participant, visit, voice.tap.tap)
        case effects.RecordSessionNote(participant, visit):
            arms.keep_session_note(desk, effect, voice.person)
            voice.record("record_session_note", participant, visit=visit)
        case effects.KeepPaperLetter(participant):
            arms.keep_paper_letter(desk, effect, voice.person)
            voice.record(verb, participant)
        case effects.CorrectRating():
            follow(effect)
        case effects.LeaveRating(participant):
            protocol.exclude_rater(
                connection, rater=voice.person, participant=participant, at=desk.now
            )
            for row in responses.forms_of(connection, participant):
                conversations.end_of_form(
                    connection, form_id=row.id, at=desk.now, person_id=voice.person
                )
            voice.record(verb, participant)
        case effects.AcknowledgeAlert(alert_id, done):
            _acknowledge(voice, verb, alert_id, done)
        case effects.AnswerMail(mail_id, words):
            _answer_mail(voice, verb, mail_id, words)
        case effects.ShowAttachment(mail_id):
            file = mail.attachment(connection, keys=keys, mail_id=mail_id)
            voice.send("attachment", json.dumps({"file": file}))
            voice.record(verb, None, mail=mail_id)
        case effects.ConfirmDefinition(definition_hash):
            protocol.confirm(
                connection, definition_hash=definition_hash, by=voice.person, at=desk.now
            )
            voice.record(verb, None, definition=definition_hash)
        case effects.SendSummary():
            voice.say(summary(desk))
            voice.record(verb)
        case _:
            assert_never(effect)


def _tell(desk: Desk, person: int, message: Message, until: datetime | None) -> None:
    """Tell somebody; the coordinators, where that person is no longer part of the trial."""
    if people.roles_of(desk.connection, person):
        desk.notify(person, message, lasts=None if until is None else until - desk.now)
    else:
        desk.notify_role(Role.COORDINATOR, message)


def _record_milestone(voice: Voice, verb: str, effect: effects.RecordMilestone) -> None:
    desk = voice.desk
    participants.record(
        desk.connection,
        keys=desk.keys,
        participant=effect.participant,
        new=NewMilestone(
            effect.milestone, effect.on, effect.visit, effect.at, effect.detail, effect.reason
        ),
        recorded_by=voice.person,
        at=desk.now,
    )
    voice.record(
        verb,
        effect.participant,
        milestone=effect.milestone.value,
        on=effect.on.isoformat(),
        visit=effect.visit,
        at=None if effect.at is None else effect.at.isoformat(),
        reason=effect.reason,
        **effect.detail,
    )
    _follow_milestone(voice, effect)
    replan(desk, effect.participant)


def _follow_milestone(voice: Voice, effect: effects.RecordMilestone) -> None:
    """What must not wait: forms for the rater, and messages that must not leave."""
    desk = voice.desk
    match effect.milestone:
        case Milestone.ATTENDED | Milestone.PHOTOGRAPHED | Milestone.SESSION_DONE:
            open_rating(desk, effect.participant, effect.visit, effect.on)
            _take_back(desk, effect)
        case Milestone.BOOKED | Milestone.CANNOT_COME | Milestone.MISSED:
            _take_back(desk, effect)
        case Milestone.MESSAGING_STOPPED:
            _cancel(desk, effect, Urgency.REMINDER)
        case Milestone.WITHDRAWN | Milestone.DIED:
            _leave(desk, effect)
        case _:
            pass


def _cancel(desk: Desk, effect: effects.RecordMilestone, *urgencies: Urgency) -> None:
    outbox.cancel(
        desk.connection,
        person_id=effect.participant,
        at=desk.now,
        reason=effect.milestone.value,
        urgencies=urgencies,
    )


def _leave(desk: Desk, effect: effects.RecordMilestone) -> None:
    """Nothing is sent or asked any more; what was answered stays."""
    person = effect.participant
    _cancel(desk, effect, Urgency.REMINDER, Urgency.NOTICE)
    invitations.revoke(desk.connection, person_id=person, at=desk.now)
    conversations.end_of_person(desk.connection, person_id=person, at=desk.now)
    for row in responses.forms_of(desk.connection, person):
        if row.is_open:
            filling.close(desk, row, effect.milestone.value)


def _take_back(desk: Desk, effect: effects.RecordMilestone) -> None:
    assert effect.visit is not None
    take_back_visit_reminders(desk, effect.participant, effect.visit, effect.milestone.value)


def open_rating(desk: Desk, participant: int, visit_name: str | None, on: date) -> None:
    """A visit that took place is rated: its form joins the raters' worklist, once."""
    visit = desk.study.trial.visit(visit_name) if visit_name is not None else None
    if visit is None or visit.rating is None:
        return
    responses.open_form(
        desk.connection,
        participant=participant,
        instrument=visit.rating,
        version=desk.study.latest(visit.rating).version,
        visit=visit.name,
        opens_on=on,
        closes_on=None,
        at=desk.now,
    )


def _enrol(voice: Voice, verb: str, effect: effects.EnrolParticipant) -> None:
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
            people.identify(
                desk.connection,
                keys=desk.keys,
                person_id=person,
                kind=kind,
                value=value,
                at=desk.now,
            )
    consented = effects.RecordMilestone(
        person, Milestone.CONSENTED, effect.consented_on, detail=effect.detail
    )
    _record_milestone(voice, verb, consented)
    if effect.detail.get("messages") == "YES":
        agreed = effects.RecordMilestone(person, Milestone.MESSAGING_AGREED, effect.consented_on)
        _record_milestone(voice, verb, agreed)


def _send_way_in(voice: Voice, person: int, secret: str, invited: str) -> None:
    """Send the link and its picture to whoever asked; a personal one where there is no other."""
    if voice.desk.links.invitation is None:
        _send_personal_link(voice, person, invited)
    else:
        voice.send("invitation", json.dumps({"secret": secret, "for": invited}))


def _send_personal_link(voice: Voice, person: int, invited: str) -> None:
    """The link and its code go in two messages: they are told on two ways."""
    desk = voice.desk
    staffing.make_personal_link(desk, person)
    voice.send("invitation", json.dumps({"secret": desk.secret, "for": invited, "personal": True}))
    voice.tell(text("personal_link.code", code=invited, digits=desk.digits))


def _acknowledge(voice: Voice, verb: str, alert_id: int, done: str) -> None:
    desk = voice.desk
    alert = alerts.get(desk.connection, alert_id)
    assert alert is not None
    alerts.acknowledge(
        desk.connection, keys=desk.keys, alert=alert, by=voice.person, done=done, at=desk.now
    )
    voice.record(verb, alert.participant, alert=alert_id, done=done)


def _answer_mail(voice: Voice, verb: str, mail_id: int, words: str) -> None:
    desk = voice.desk
    letter = next(it for it in mail.unanswered(desk.connection, keys=desk.keys) if it.id == mail_id)
    mail.answer(
        desk.connection, keys=desk.keys, letter=letter, words=words, by=voice.person, at=desk.now
    )
    desk.notify(letter.person_id, say(text("mail.from_clinic", words=words)), urgency=Urgency.REPLY)
    voice.record(verb, letter.person_id, mail=mail_id, words=words)
