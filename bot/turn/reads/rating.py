"""A rater's worklist."""

from bot.turn.desk import Desk
from flows.facts.rating import RaterFacts, Rating
from flows.forms import Answers
from flows.instruments import FilledBy
from flows.roles import Role
from storage import participants, people, protocol, responses
from storage.responses import FormRow


def worklist(desk: Desk, actor: int, answers: Answers) -> RaterFacts:
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
