"""What staff have entered about a participant."""

from collections.abc import Iterator
from datetime import date

from bot.turn.desk import Desk
from bot.turn.reads.participants import chart_in
from flows.facts.entries import Entered, EnteredForm, EntryFacts
from flows.forms import Answers
from flows.instruments import title
from storage import participants, people, responses, transcriptions


def entries(desk: Desk, _actor: int, answers: Answers) -> EntryFacts:
    chart = chart_in(desk, answers)
    if chart is None:
        return EntryFacts(None)
    found = participants.entries(desk.connection, chart.participant)
    return EntryFacts(
        chart,
        tuple(
            Entered(it.id, it.milestone, it.on_now, it.visit, it.at, it.recorded_by)
            for it in reversed(found)
            if not it.retracted
        ),
        _born_on(desk, chart.participant),
        tuple(_forms(desk, chart.participant)),
    )


def _forms(desk: Desk, participant: int) -> Iterator[EnteredForm]:
    """The questionnaires with answers of staff, each once, the newest first."""
    known = transcriptions.of_participant(desk.connection, keys=desk.keys, participant=participant)
    for it in {it.form_id: it for it in known}.values():
        if responses.entered_for(desk.connection, it.form_id, participant):
            row = responses.form(desk.connection, it.form_id)
            instrument = desk.study.instruments[row.instrument, row.version]
            yield EnteredForm(row.id, title(instrument), row.instrument, row.visit, it.answered_on)


def _born_on(desk: Desk, participant: int) -> date | None:
    kept = people.identity(desk.connection, keys=desk.keys, person_id=participant, kind="born_on")
    return date.fromisoformat(kept) if kept else None
