"""A rater's worklist."""

from bot.turn import readings
from bot.turn.desk import Desk
from bot.turn.guesses import to_guess
from bot.turn.visit_words import key_of, visit_words
from flows.facts.rating import Guessed, RaterFacts, Rating
from flows.forms import Answers
from flows.roles import Role
from storage import participants, people, protocol, responses
from storage.responses import FormRow


def worklist(desk: Desk, actor: int, answers: Answers) -> RaterFacts:
    scales = readings.scales(desk)
    excluded = protocol.excluded_for(desk.connection, actor)
    named = _named(desk, answers.get("rated"))
    locked = responses.submitted_by(desk.connection, person_id=actor, instruments=scales)
    return RaterFacts(
        desk.study.latest(min(scales)) if scales else None,
        _listed(desk, actor, readings.offered(desk, actor)),
        _listed(desk, actor, [row for row in locked if row.participant not in excluded]),
        _others(desk, actor, named),
        named,
        tuple(Guessed(chart.code, chart.participant) for chart in to_guess(desk, actor)),
    )


def _named(desk: Desk, code: object) -> int | None:
    return participants.with_code(desk.connection, code) if isinstance(code, str) else None


def _others(desk: Desk, actor: int, named: int | None) -> int:
    """How many more may rate this participant."""
    raters = people.holders(desk.connection, Role.RATER)
    return sum(
        it != actor and named not in protocol.excluded_for(desk.connection, it) for it in raters
    )


def _listed(desk: Desk, actor: int, rows: list[FormRow]) -> tuple[Rating, ...]:
    """In the order of their days; where that is hidden, by code and letters."""
    if any(row.veil is not None for row in rows):
        rows = sorted(rows, key=lambda it: (it.participant, key_of(desk, it, actor)))
    return tuple(_rating(desk, row, actor) for row in rows)


def _rating(desk: Desk, row: FormRow, actor: int) -> Rating:
    code = participants.code_of(desk.connection, row.participant)
    key, shown = key_of(desk, row, actor), visit_words(row, actor)
    return Rating(row.id, key, code, row.participant, shown)
