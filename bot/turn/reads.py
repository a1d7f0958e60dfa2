"""What each command reads, inside the transaction that it will write in."""

from collections.abc import Callable, Mapping
from typing import Any

from bot.language.calendars import add_jalali_months
from bot.turn import arms
from bot.turn.alerting import term_of
from bot.turn.desk import Desk
from flows.chart import Chart
from flows.facts import (
    AlertFact,
    AlertFacts,
    EnrolmentFacts,
    Facts,
    FormState,
    Letter,
    MailFacts,
    NoFacts,
    OwnFacts,
    ParticipantFacts,
    Person,
    ProtocolFacts,
    RaterFacts,
    Rating,
    StaffFacts,
)
from flows.forms import Answers
from flows.instruments import FilledBy, title
from flows.roles import Role
from flows.schedule import Due, due_visits
from flows.text import Text
from storage import (
    alerts,
    conversations,
    envelopes,
    mail,
    participants,
    people,
    protocol,
    responses,
)
from storage.responses import FormRow

Reader = Callable[[Desk, int, Answers], Any]


def read(kind: type[Facts], desk: Desk, actor: int, answers: Answers) -> Facts:
    """The facts of this kind, for this person, about the participant named in the answers."""
    facts: Facts = READERS[kind](desk, actor, answers)
    return facts


def due_for(desk: Desk, chart: Chart) -> Mapping[str, Due]:
    return due_visits(desk.study.trial, chart, add_jalali_months)


def is_confirmed(desk: Desk) -> bool:
    return protocol.is_confirmed(desk.connection, desk.study.definition_hash)


def _nothing(_desk: Desk, _actor: int, _answers: Answers) -> NoFacts:
    return NoFacts()


def _participant(desk: Desk, _actor: int, answers: Answers) -> ParticipantFacts:
    code = answers.get("participant")
    found = participants.with_code(desk.connection, code) if isinstance(code, str) else None
    count = envelopes.count(desk.connection)
    left, confirmed = count.sealed - count.used, is_confirmed(desk)
    clinicians = tuple(_person(desk, it) for it in people.holders(desk.connection, Role.CLINICIAN))
    if found is None:
        return ParticipantFacts(
            None, clinicians=clinicians, envelopes_left=left, enrolment_confirmed=confirmed
        )
    chart = participants.chart(desk.connection, found)
    bound = envelopes.allocation_of(desk.connection, found)
    return ParticipantFacts(
        chart,
        people.identity(desk.connection, keys=desk.keys, person_id=found, kind="name"),
        due_for(desk, chart),
        _form_states(desk, found),
        clinicians,
        None if bound is None else bound.envelope,
        bound is not None and arms.is_letter_kept(desk.connection, desk.keys, bound.envelope),
        left,
        confirmed,
        people.channel_of(desk.connection, found),
    )


def _person(desk: Desk, person_id: int) -> Person:
    name = people.identity(desk.connection, keys=desk.keys, person_id=person_id, kind="name")
    return Person(person_id, name, tuple(people.roles_of(desk.connection, person_id)))


def _form_states(desk: Desk, participant: int) -> tuple[FormState, ...]:
    """The forms that the participant fills in."""
    rows = responses.forms_of(desk.connection, participant)
    return tuple(_form_state(desk, row) for row in rows if _is_own(desk, row))


def _is_own(desk: Desk, row: FormRow) -> bool:
    instrument = desk.study.instruments[row.instrument, row.version]
    return instrument.filled_by is FilledBy.PARTICIPANT


def _form_state(desk: Desk, row: FormRow) -> FormState:
    instrument = desk.study.instruments[row.instrument, row.version]
    in_window = row.closes_on is None or desk.today <= row.closes_on
    return FormState(
        row.id,
        title(instrument),
        row.instrument,
        row.visit,
        row.is_open and in_window,
        row.submitted_at is not None,
        row.closes_on,
    )


def _enrolment(desk: Desk, _actor: int, _answers: Answers) -> EnrolmentFacts:
    everyone = participants.everyone(desk.connection)
    charts = participants.charts(desk.connection, everyone)
    enrolled = sum(chart.counts_for_target for chart in charts)
    takers = {
        person_id
        for role in (Role.COORDINATOR, Role.CLINICIAN, Role.PI)
        for person_id in people.holders(desk.connection, role)
    }
    return EnrolmentFacts(
        is_confirmed(desk),
        enrolled,
        f"P-{len(everyone) + 1:03}",
        tuple(_person(desk, person_id) for person_id in sorted(takers)),
    )


def _staff(desk: Desk, _actor: int, answers: Answers) -> StaffFacts:
    name = str(answers.get("staff_name", ""))
    namesakes = people.named(desk.connection, keys=desk.keys, name=name) if name else []
    return StaffFacts(
        tuple(
            Person(
                member.person_id,
                member.name,
                member.roles,
                member.entered,
                arms.knows_an_arm(desk.connection, member.person_id),
            )
            for member in people.staff(desk.connection, keys=desk.keys)
        ),
        any(arms.knows_an_arm(desk.connection, person) for person in namesakes),
    )


def _rater(desk: Desk, actor: int, answers: Answers) -> RaterFacts:
    scales = {it.name for it in desk.study.instruments.values() if it.filled_by is FilledBy.RATER}
    excluded = protocol.excluded_for(desk.connection, actor)
    raters = [it for it in people.holders(desk.connection, Role.RATER) if it != actor]
    due = [
        row
        for row in responses.forms_for(desk.connection, frozenset(scales))
        if row.participant not in excluded
    ]
    locked = responses.submitted_by(desk.connection, person_id=actor, instruments=frozenset(scales))
    return RaterFacts(
        desk.study.latest(min(scales)) if scales else None,
        tuple(_rating(desk, row) for row in due),
        tuple(_rating(desk, row) for row in locked if row.participant not in excluded),
        len(raters),
        _named(desk, answers.get("rated")),
    )


def _named(desk: Desk, code: object) -> int | None:
    return participants.with_code(desk.connection, code) if isinstance(code, str) else None


def _rating(desk: Desk, row: FormRow) -> Rating:
    code = participants.code_of(desk.connection, row.participant)
    return Rating(row.id, code, row.participant, row.visit or "")


def _alerts(desk: Desk, _actor: int, _answers: Answers) -> AlertFacts:
    return AlertFacts(
        tuple(
            AlertFact(
                alert.id,
                participants.code_of(desk.connection, alert.participant),
                alert_term(desk, alert),
                alert.level,
                alert.raised_at,
            )
            for alert in alerts.open_alerts(desk.connection)
        )
    )


def alert_term(desk: Desk, alert: alerts.Alert) -> Text:
    """What the alert is about, in a few words."""
    row = responses.form(desk.connection, alert.form_id)
    item = desk.study.form(row.instrument, row.version).item(alert.item)
    option = item.option(alert.option) if item is not None else None
    assert item is not None
    assert option is not None
    return term_of(item, option)


def _mail(desk: Desk, _actor: int, _answers: Answers) -> MailFacts:
    return MailFacts(
        tuple(
            Letter(
                letter.id,
                participants.code_of(desk.connection, letter.person_id),
                letter.received_at,
                letter.has_attachment,
                letter.words,
            )
            for letter in mail.unanswered(desk.connection, keys=desk.keys)
        )
    )


def _own(desk: Desk, actor: int, _answers: Answers) -> OwnFacts:
    chart = participants.chart(desk.connection, actor)
    return OwnFacts(
        chart,
        due_for(desk, chart),
        _form_states(desk, actor),
        _is_filling(desk, actor),
        participants.was_asked_for_messages(desk.connection, actor),
    )


def _is_filling(desk: Desk, actor: int) -> bool:
    """Whether a questionnaire is being asked, or was when the command began that is asking now."""
    current = conversations.foreground(desk.connection, keys=desk.keys, person_id=actor)
    if current is not None and current.kind == "command":
        current = conversations.last_aside(desk.connection, keys=desk.keys, person_id=actor)
    return current is not None and current.kind == "instrument"


def _protocol(desk: Desk, _actor: int, _answers: Answers) -> ProtocolFacts:
    return ProtocolFacts(desk.study.definition_hash, is_confirmed(desk))


READERS: Mapping[type, Reader] = {
    NoFacts: _nothing,
    ParticipantFacts: _participant,
    EnrolmentFacts: _enrolment,
    StaffFacts: _staff,
    RaterFacts: _rater,
    AlertFacts: _alerts,
    MailFacts: _mail,
    OwnFacts: _own,
    ProtocolFacts: _protocol,
}
