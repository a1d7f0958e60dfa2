"""What staff have entered about a participant."""

from datetime import date

from bot.turn.desk import Desk
from bot.turn.reads.participants import chart_in
from flows.facts.entries import Entered, EntryFacts
from flows.forms import Answers
from storage import participants, people


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
    )


def _born_on(desk: Desk, participant: int) -> date | None:
    kept = people.identity(desk.connection, keys=desk.keys, person_id=participant, kind="born_on")
    return date.fromisoformat(kept) if kept else None
