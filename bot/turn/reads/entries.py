"""What staff have entered about a participant."""

from collections.abc import Iterator
from datetime import date

from bot.turn.desk import Desk
from bot.turn.reads.participants import chart_in
from flows.facts.entries import Entered, EnteredForm, EntryFacts
from flows.forms import Answers
from flows.instruments import FilledBy, title
from flows.submission import milestones_of
from storage import participants, people, responses, transcriptions
from storage.responses import FormRow


def entries(desk: Desk, _actor: int, answers: Answers) -> EntryFacts:
    chart = chart_in(desk, answers)
    if chart is None:
        return EntryFacts(None)
    standing = tuple(_standing(desk, chart.participant))
    return EntryFacts(
        chart,
        standing,
        _born_on(desk, chart.participant),
        (*_forms(desk, chart.participant), *_forms_of_staff(desk, chart.participant, standing)),
    )


def _standing(desk: Desk, participant: int) -> Iterator[Entered]:
    for it in reversed(participants.entries(desk.connection, participant)):
        if not it.retracted:
            yield Entered(
                it.id, it.milestone, it.on_now, it.visit, it.at, it.recorded_by, it.recorded_at
            )


def _forms(desk: Desk, participant: int) -> Iterator[EnteredForm]:
    """The questionnaires with answers of staff, each once, the newest first."""
    known = transcriptions.of_participant(desk.connection, keys=desk.keys, participant=participant)
    for it in {it.form_id: it for it in known}.values():
        if responses.entered_for(desk.connection, it.form_id, participant):
            row = responses.form(desk.connection, it.form_id)
            instrument = desk.study.instruments[row.instrument, row.version]
            yield EnteredForm(
                row.id,
                title(instrument),
                row.instrument,
                row.visit,
                it.answered_on,
                FilledBy.PARTICIPANT,
            )


def _forms_of_staff(
    desk: Desk, participant: int, entries: tuple[Entered, ...]
) -> Iterator[EnteredForm]:
    """What staff filled in about the participant and what rests on it; of each form that was
    filled in more than once, what counts now. The newest come first."""
    counts: dict[tuple[str, str | None], FormRow] = {}
    for row in responses.forms_of(desk.connection, participant):
        if milestones_of(desk.study.trial, row.instrument) and row.submitted_at is not None:
            counts[row.instrument, row.visit] = row
    for row in reversed(counts.values()):
        assert row.submitted_at is not None
        instrument = desk.study.instruments[row.instrument, row.version]
        rests = milestones_of(desk.study.trial, row.instrument)
        yield EnteredForm(
            row.id,
            title(instrument),
            row.instrument,
            row.visit,
            desk.study.today(row.submitted_at),
            instrument.filled_by,
            tuple(
                it
                for it in entries
                if it.milestone in rests
                and it.visit == row.visit
                and it.entered_at >= row.submitted_at
            ),
        )


def _born_on(desk: Desk, participant: int) -> date | None:
    kept = people.identity(desk.connection, keys=desk.keys, person_id=participant, kind="born_on")
    return date.fromisoformat(kept) if kept else None
