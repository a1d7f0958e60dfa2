"""Queries that wait, and the newest deviations."""

from bot.turn.desk import Desk
from bot.turn.reads.participants import chart_in
from flows.facts.queries import DeviationFact, DeviationFacts, QueryFact, QueryFacts
from flows.forms import Answers
from flows.queries import QueryAct, QueryState
from storage import counts, deviations, participants, people, queries
from storage.queries import Query

# What fits a message, with a reason of the longest each.
MOST_DEVIATIONS = 8


def waiting(desk: Desk, _actor: int, answers: Answers) -> QueryFacts:
    """What is not closed: about the participant who is named, or about everybody."""
    chart = chart_in(desk, answers)
    about = None if chart is None else chart.participant
    kept = queries.kept(desk.connection, keys=desk.keys, participant=about)
    open_ones = (it for it in kept if it.state is not QueryState.CLOSED)
    return QueryFacts(chart, tuple(_fact(desk, it) for it in open_ones))


def _fact(desk: Desk, query: Query) -> QueryFact:
    answers = (turn for turn in query.turns if turn.act is QueryAct.ANSWER)
    return QueryFact(
        query.id,
        query.participant,
        participants.code_of(desk.connection, query.participant),
        query.kind,
        query.state,
        query.subject,
        query.raised_by,
        _name(desk, query.raised_by),
        query.words,
        tuple((_name(desk, turn.by), turn.words) for turn in answers),
    )


def _name(desk: Desk, person: int | None) -> str:
    if person is None:
        return ""
    return people.identity(desk.connection, keys=desk.keys, person_id=person, kind="name")


def newest_deviations(desk: Desk, _actor: int, _answers: Answers) -> DeviationFacts:
    kept = deviations.kept(desk.connection, keys=desk.keys, limit=MOST_DEVIATIONS)
    return DeviationFacts(
        counts.deviations(desk.connection),
        tuple(
            DeviationFact(
                participants.code_of(desk.connection, it.participant),
                it.kind,
                it.on,
                it.visit,
                it.detail,
                it.reason,
                _name(desk, it.recorded_by),
            )
            for it in kept
        ),
    )
