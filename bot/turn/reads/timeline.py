"""What happened with a participant, from the record. Never what was answered, and never an arm."""

from collections.abc import Iterator

from bot.turn.alerting import alert_term
from bot.turn.correction_words import label
from bot.turn.desk import Desk
from bot.turn.reads.participants import chart_in
from flows.chart import Chart
from flows.commands.deviations import deviation_text
from flows.commands.entries import entry_text
from flows.facts.queries import DeviationFact
from flows.facts.timeline import Happened, TimelineFacts
from flows.forms import Answers
from flows.instruments import FilledBy, title
from flows.text import Param, Text, text
from storage import (
    alerts,
    audit,
    corrections,
    deviations,
    mail,
    participants,
    people,
    queries,
    responses,
    transcriptions,
)

# What is put right of who a participant is, which chat is theirs, and what was entered for them is
# in the audit trail.
_PUT_RIGHT = ("unlink_chat", "correct_identity", "retract_answers")


def everything(desk: Desk, _actor: int, answers: Answers) -> TimelineFacts:
    chart = chart_in(desk, answers)
    if chart is None:
        return TimelineFacts(None)
    happened = [
        *_milestones(desk, chart.participant),
        *_forms(desk, chart.participant),
        *_alerts(desk, chart.participant),
        *_letters(desk, chart.participant),
        *_queries(desk, chart.participant),
        *_deviations(desk, chart),
        *_corrections(desk, chart.participant),
        *_put_right(desk, chart.participant),
    ]
    return TimelineFacts(chart, tuple(sorted(happened, key=lambda it: it.at)))


def _milestones(desk: Desk, participant: int) -> Iterator[Happened]:
    for entry in participants.entries(desk.connection, participant):
        what = entry_text(entry.milestone, entry.on, entry.visit, entry.at)
        yield Happened(entry.recorded_at, _by(desk, what, entry.recorded_by, participant))
        for it in entry.corrections:
            before = entry_text(entry.milestone, it.before, entry.visit, entry.at)
            key = "history.retracted" if it.on is None else "history.moved"
            corrected = text(key, what=before, on=it.on or it.before)
            yield Happened(it.corrected_at, _by(desk, corrected, it.corrected_by, participant))


def _by(desk: Desk, what: Text, person_id: int | None, participant: int) -> Text:
    """With the name of the member of staff who did it; a participant needs none."""
    if person_id is None or person_id == participant:
        return what
    return text("history.by", what=what, name=_name(desk, person_id))


def _name(desk: Desk, person_id: int) -> str:
    return people.identity(desk.connection, keys=desk.keys, person_id=person_id, kind="name")


def _forms(desk: Desk, participant: int) -> Iterator[Happened]:
    """Who rated is not told, nor what was answered."""
    entered = {
        it.form_id: it
        for it in transcriptions.of_participant(
            desk.connection, keys=desk.keys, participant=participant
        )
    }
    for row in responses.forms_of(desk.connection, participant):
        instrument = desk.study.instruments[row.instrument, row.version]
        about: dict[str, Param] = {"form": title(instrument)}
        where = "at_visit" if row.visit else "any_time"
        if row.visit:
            about["visit"] = text(f"visit.{row.visit}")
        if row.submitted_at is not None:
            what = text(f"history.submitted_{where}", **about)
            how = entered.get(row.id)
            if how is not None and how.entered_by == row.submitted_by:
                what = text("history.entered", what=what, way=how.way.label, on=how.answered_on)
            is_rating = instrument.filled_by is FilledBy.RATER
            by = None if is_rating else row.submitted_by
            yield Happened(row.submitted_at, _by(desk, what, by, participant))
        elif row.closed_at is not None:
            yield Happened(row.closed_at, text(f"history.closed_{where}", **about))


def _alerts(desk: Desk, participant: int) -> Iterator[Happened]:
    for alert in alerts.of_participant(desk.connection, participant):
        about: dict[str, Param] = {"number": alert.id, "term": alert_term(desk, alert)}
        yield Happened(alert.raised_at, text("history.alert", **about))
        if alert.acknowledged_at is not None:
            what = _by(desk, text("history.alert_acknowledged", **about), alert.acknowledged_by, 0)
            yield Happened(alert.acknowledged_at, what)


def _corrections(desk: Desk, participant: int) -> Iterator[Happened]:
    """What was asked for and what became of it; the answers stand elsewhere."""
    for it in corrections.of_participant(desk.connection, keys=desk.keys, participant=participant):
        row = responses.form(desk.connection, it.form_id)
        about: dict[str, Param] = {"form": label(desk.study, row)}
        yield Happened(it.asked_at, text("history.correction_asked", **about))
        if it.decided_at is not None:
            key = f"history.correction_{'agreed' if it.agreed else 'refused'}"
            what = _by(desk, text(key, **about), it.decided_by, participant)
            yield Happened(it.decided_at, what)
        if it.confirmed_at is not None:
            key = f"history.correction_{'confirmed' if it.confirmed else 'left'}"
            yield Happened(it.confirmed_at, text(key, **about))


def _letters(desk: Desk, participant: int) -> Iterator[Happened]:
    for it in mail.exchanged(desk.connection, keys=desk.keys, person_id=participant):
        wrote = text("history.wrote", words=it.words)
        answered = text("history.answered", words=it.answer)
        if it.is_withheld:
            wrote, answered = text("history.wrote_withheld"), text("history.answered_withheld")
        yield Happened(it.received_at, wrote)
        if it.answered_at is not None:
            yield Happened(it.answered_at, _by(desk, answered, it.answered_by, 0))
        if it.closed_at is not None:
            what = _by(desk, text("history.letter_closed"), it.closed_by, 0)
            yield Happened(it.closed_at, what)


def _queries(desk: Desk, participant: int) -> Iterator[Happened]:
    for query in queries.kept(desk.connection, keys=desk.keys, participant=participant):
        asked = query.subject or text("history.asked", words=query.words)
        what = text("history.query", number=query.id, asked=asked)
        yield Happened(query.raised_at, _by(desk, what, query.raised_by, 0))
        for turn in query.turns:
            what = text(f"history.query_{turn.act.value}", number=query.id, words=turn.words)
            yield Happened(turn.at, _by(desk, what, turn.by, 0))


def _deviations(desk: Desk, chart: Chart) -> Iterator[Happened]:
    for it in deviations.kept(desk.connection, keys=desk.keys, participant=chart.participant):
        fact = DeviationFact(chart.code, it.kind, it.on, it.visit, it.detail, it.reason, "")
        what = text("history.deviation", on=it.on, what=deviation_text(fact))
        yield Happened(it.recorded_at, _by(desk, what, it.recorded_by, 0))


def _put_right(desk: Desk, participant: int) -> Iterator[Happened]:
    for done in audit.done_to(desk.connection, subject=participant, verbs=_PUT_RIGHT):
        yield Happened(done.at, _by(desk, text(f"history.{done.verb}"), done.actor, participant))
