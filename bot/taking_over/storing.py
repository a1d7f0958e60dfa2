"""What a file told is stored, all of it in one transaction, and marked as transcribed.

Nothing of the past is sent: no reminder whose time is over, no form that has closed, no alert. What
is open now is opened, and what is still to come is planned.
"""

from dataclasses import dataclass
from datetime import time

from bot.language.calendars import add_jalali_months
from bot.taking_over.checking import Examined, examine
from bot.turn import arms, readings
from bot.turn.desk import Desk
from bot.turn.filling import answer_code
from bot.turn.performing import marking
from bot.turn.planning import replan
from flows.chart import Chart
from flows.effects.events import OpenReportedEvents
from flows.effects.milestones import RecordMilestone
from flows.roles import Role
from flows.schedule import due_forms
from flows.submission import Submitted, after_submission
from flows.taking_over.people import FilledForm, Rules, Taken, milestones
from flows.transcription import Way
from storage import (
    adverse_events,
    envelopes,
    participants,
    people,
    planned,
    responses,
    take_overs,
    transcriptions,
)
from storage.audit import Act, Detail
from storage.responses import FormRow, NewResponse

VERB = "take_over"
CHANNEL = "transcribed"
LOADED_BY = (Role.COORDINATOR, Role.PI)


@dataclass(frozen=True, slots=True)
class Loader:
    """Who loads the file, and in which role."""

    person: int
    role: Role


def loader(desk: Desk, person: int) -> Loader | None:
    """A coordinator or the principal investigator; nobody else, a rater least of all."""
    members = {it.person_id: it for it in people.staff(desk.connection, keys=desk.keys)}
    held = members[person].roles if person in members else ()
    role = next((role for role in LOADED_BY if role in held), None)
    return None if role is None or Role.RATER in held else Loader(person, role)


def load(desk: Desk, raw: bytes, person: int) -> Examined | None:
    """Check the file again and store it whole; None when this person may not load it."""
    by = loader(desk, person)
    if by is None:
        desk.record(Act("refused", "command_line", None, None, {"command": "take-over load"}))
        return None
    examined = examine(desk, raw)
    if examined.problems:
        desk.record(Act("refused", by.role.value, by.person, None, {"command": "take-over load"}))
        return examined
    counts = examined.counts | examined.forms
    take_overs.add(
        desk.connection, digest=examined.digest, counts=counts, by=by.person, at=desk.now
    )
    numbers = ",".join(str(fact.value) for fact in examined.skipped)
    detail: Detail = {"digest": examined.digest, **counts, "skipped_envelopes": numbers}
    desk.record(Act(VERB, by.role.value, by.person, None, detail))
    for taken in examined.people:
        _store(desk, examined.rules, taken, by)
    return examined


def _store(desk: Desk, rules: Rules, taken: Taken, by: Loader) -> None:
    person = _enrol(desk, taken, by)
    for it in milestones(rules, taken):
        effect = RecordMilestone(person, it.milestone, it.on, it.visit, it.at, it.detail)
        marking.keep(desk, VERB, effect, by.person, by.role.value)
    _bind(desk, taken, person, by)
    chart = participants.chart(desk.connection, person)
    for form in taken.forms:
        _fill_in(desk, rules, form, chart, by)
    _go_on(desk, chart)


def _enrol(desk: Desk, taken: Taken, by: Loader) -> int:
    connection, keys, at = desk.connection, desk.keys, desk.now
    language = str(taken.identity.get("language", "fa"))
    name = str(taken.identity["name"])
    person = people.create(connection, keys=keys, language=language, name=name, at=at)
    participants.take_over(
        connection, person_id=person, code=taken.code, sex=taken.sex, age=taken.age, at=at
    )
    private = {
        "phone": taken.identity.get("phone", ""),
        "born_on": taken.identity.get("born_on", ""),
        "witness": taken.consent.get("witness", ""),
    }
    for kind, value in private.items():
        if value:
            people.identify(
                connection, keys=keys, person_id=person, kind=kind, value=str(value), at=at
            )
    detail: Detail = {"code": taken.code, "sex": taken.sex, "age": taken.age}
    desk.record(Act(VERB, by.role.value, by.person, person, detail))
    return person


def _bind(desk: Desk, taken: Taken, person: int, by: Loader) -> None:
    """The envelope was opened elsewhere: nobody is shown what is in it, and its clinician knows."""
    envelope = taken.envelope
    if envelope is None:
        return
    number = int(str(envelope.value))
    envelopes.bind(desk.connection, participant=person, number=number, by=by.person, at=desk.now)
    detail: Detail = {"envelope": number}
    desk.record(Act("bind_envelope", by.role.value, by.person, person, detail))
    clinician = participants.chart(desk.connection, person).clinician
    assert clinician is not None
    arms.note_known(desk, clinician, person)


def _fill_in(desk: Desk, rules: Rules, filled: FilledForm, chart: Chart, by: Loader) -> None:
    """A form with its answers, submitted; the problems that it reports are events."""
    row = _submitted(desk, rules, filled, chart, by)
    effects = after_submission(
        rules.trial,
        filled.instrument,
        filled.answers,
        chart,
        filled.on,
        Submitted(row.id, filled.visit),
    )
    for effect in effects:
        if isinstance(effect, OpenReportedEvents):
            _open_events(desk, effect)


def _submitted(desk: Desk, rules: Rules, filled: FilledForm, chart: Chart, by: Loader) -> FormRow:
    connection, instrument = desk.connection, filled.instrument
    due = {(it.instrument, it.visit): it for it in due_forms(rules.trial, chart, rules.add_months)}
    window = due.get((instrument.name, filled.visit or ""))
    form_id = responses.open_form(
        connection,
        participant=chart.participant,
        instrument=instrument.name,
        version=instrument.version,
        visit=filled.visit,
        opens_on=filled.on if window is None else window.opens_on,
        closes_on=None if window is None else window.closes_on,
        at=desk.now,
    )
    row = responses.form(connection, form_id)
    transcriptions.add(
        connection,
        keys=desk.keys,
        form=row,
        way=Way.TAKEN_OVER,
        answered_on=filled.on,
        reason="",
        by=by.person,
        at=desk.now,
    )
    for item, answer in filled.answers.items():
        asked = filled.form.item(item)
        assert asked is not None
        responses.record(
            connection,
            keys=desk.keys,
            new=NewResponse(
                form=row,
                item=asked,
                answer=answer,
                originator=by.person,
                role=by.role.value,
                channel=CHANNEL,
                language=people.language_of(desk.connection, chart.participant),
                # Which words stood on the paper is not known here.
                wording_digest="",
                answered_at=desk.study.moment(filled.on, time(0)),
                saved_at=desk.now,
            ),
        )
    responses.submit(connection, form_id=form_id, by=by.person, at=desk.now)
    detail: Detail = {
        "form": form_id,
        "instrument": f"{instrument.name}.{instrument.version}",
        "visit": filled.visit,
        "answered_on": filled.on.isoformat(),
        **{
            f"item.{item.id}": answer_code(item, filled.answers[item.id])
            for item in filled.form.items
            if item.id in filled.answers
        },
    }
    desk.record(Act(VERB, by.role.value, by.person, chart.participant, detail))
    return row


def _open_events(desk: Desk, effect: OpenReportedEvents) -> None:
    """Listed as open, for the clinician to assess; nobody is told or asked, for it is past."""
    for term in effect.terms:
        event_id = adverse_events.open_(
            desk.connection,
            participant=effect.participant,
            term=term,
            source="report",
            form_id=effect.form_id,
            by=None,
            at=desk.now,
        )
        assert event_id is not None
        event = adverse_events.get(desk.connection, event_id)
        detail: Detail = {"event": event.code, "term": term.code, "source": "report"}
        desk.record(Act("open_event", "system", None, effect.participant, detail))


def _go_on(desk: Desk, chart: Chart) -> None:
    """From here on everything goes as if the participant had been enrolled here."""
    if chart.is_followed:
        readings.open_due(desk, chart.participant)
        _open_forms(desk, chart)
    replan(desk, chart.participant)
    planned.skip_past(
        desk.connection, participant=chart.participant, at=desk.now, reason="taken_over"
    )


def _open_forms(desk: Desk, chart: Chart) -> None:
    for due in due_forms(desk.study.trial, chart, add_jalali_months):
        if due.opens_on <= desk.today <= due.closes_on:
            responses.open_form(
                desk.connection,
                participant=chart.participant,
                instrument=due.instrument,
                version=desk.study.latest(due.instrument).version,
                visit=due.visit,
                opens_on=due.opens_on,
                closes_on=due.closes_on,
                at=desk.now,
            )
