"""The pictures of one participant, as staff who take them see them."""

from bot.turn.desk import Desk
from bot.turn.reads.participants import due_for
from flows.facts.photographs import PhotographFacts
from flows.forms import Answers
from storage import participants, photographs


def of_participant(desk: Desk, _actor: int, answers: Answers) -> PhotographFacts:
    code = answers.get("participant")
    found = participants.with_code(desk.connection, code) if isinstance(code, str) else None
    if found is None:
        return PhotographFacts(None)
    chart = participants.chart(desk.connection, found)
    shots = photographs.shots(desk.connection, found)
    return PhotographFacts(chart, due_for(desk, chart), shots)
