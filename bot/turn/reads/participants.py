"""One participant: as staff see them, and as they see themselves."""

from collections.abc import Mapping

from bot.language.calendars import add_jalali_months
from bot.turn import arms
from bot.turn.desk import Desk
from bot.turn.reads.people import is_confirmed, person
from flows.chart import Chart
from flows.facts.participants import FormState, OwnFacts, ParticipantFacts
from flows.forms import Answers
from flows.instruments import FilledBy, title
from flows.roles import Role
from flows.schedule import Due, due_visits
from storage import (
    adverse_events,
    alerts,
    conversations,
    corrections,
    counts,
    envelopes,
    participants,
    people,
    queries,
    responses,
    unblindings,
)
from storage.responses import FormRow


def due_for(desk: Desk, chart: Chart) -> Mapping[str, Due]:
    return due_visits(desk.study.trial, chart, add_jalali_months)


def chart_in(desk: Desk, answers: Answers) -> Chart | None:
    """The chart of the participant whom the answers name; None before one is chosen."""
    code = answers.get("participant")
    known = participants.with_code(desk.connection, code) if isinstance(code, str) else None
    return None if known is None else participants.chart(desk.connection, known)


def about_participant(desk: Desk, _actor: int, answers: Answers) -> ParticipantFacts:
    chart = chart_in(desk, answers)
    left, confirmed = envelopes.count(desk.connection).left, is_confirmed(desk)
    clinicians = tuple(person(desk, it) for it in people.holders(desk.connection, Role.CLINICIAN))
    if chart is None:
        return ParticipantFacts(
            None, clinicians=clinicians, envelopes_left=left, enrolment_confirmed=confirmed
        )
    found = chart.participant
    bound = envelopes.allocation_of(desk.connection, found)
    phone = people.identity(desk.connection, keys=desk.keys, person_id=found, kind="phone")
    return ParticipantFacts(
        chart,
        people.identity(desk.connection, keys=desk.keys, person_id=found, kind="name"),
        due_for(desk, chart),
        form_states(desk, found),
        clinicians,
        None if bound is None else bound.envelope,
        bound is not None and arms.is_letter_kept(desk.connection, desk.keys, bound.envelope),
        left,
        confirmed,
        people.channel_of(desk.connection, found),
        phone,
        counts.waiting_mail(desk.connection, person_id=found),
        len(alerts.open_alerts(desk.connection, participant=found)),
        queries.open_about(desk.connection).count(found),
        tuple(adverse_events.of_participant(desk.connection, found)),
        unblindings.is_trial_unblinded(desk.connection),
        corrections.count_undecided(desk.connection, found),
        {it.channel for it in people.linked_addresses(desk.connection, found)},
        _sharing(desk, phone or str(answers.get("phone", "")), found),
    )


def _sharing(desk: Desk, phone: str, participant: int) -> tuple[str, ...]:
    """The codes of the other participants who are reached by SMS at this number."""
    there = people.speakers_at(desk.connection, keys=desk.keys, channel="sms", address=phone)
    return tuple(
        participants.code_of(desk.connection, it.person_id)
        for it in there
        if Role.PARTICIPANT in it.roles and it.person_id != participant
    )


def form_states(desk: Desk, participant: int) -> tuple[FormState, ...]:
    """The forms that the participant fills in."""
    rows = responses.forms_of(desk.connection, participant)
    return tuple(_form_state(desk, row) for row in rows if _is_own(desk, row))


def _is_own(desk: Desk, row: FormRow) -> bool:
    instrument = desk.study.instruments[row.instrument, row.version]
    return instrument.filled_by is FilledBy.PARTICIPANT


def _form_state(desk: Desk, row: FormRow) -> FormState:
    instrument = desk.study.instruments[row.instrument, row.version]
    closes_on = row.closes_on or desk.today
    in_window = row.opens_on <= desk.today <= closes_on
    return FormState(
        row.id,
        title(instrument),
        row.instrument,
        row.visit,
        row.is_open and in_window,
        row.submitted_at is not None,
        row.opens_on,
        row.closes_on,
    )


def own(desk: Desk, actor: int, _answers: Answers) -> OwnFacts:
    chart = participants.chart(desk.connection, actor)
    return OwnFacts(
        chart,
        due_for(desk, chart),
        form_states(desk, actor),
        _is_filling(desk, actor),
        participants.was_asked_for_messages(desk.connection, actor),
    )


def _is_filling(desk: Desk, actor: int) -> bool:
    """Whether a questionnaire is being asked, or was when the command began that is asking now."""
    current = conversations.foreground(desk.connection, keys=desk.keys, person_id=actor)
    if current is not None and current.kind == "command":
        current = conversations.last_aside(desk.connection, keys=desk.keys, person_id=actor)
    return current is not None and current.kind == "instrument"
