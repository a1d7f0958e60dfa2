"""The pictures of one participant, as staff who take them see them."""

from bot.turn.desk import Desk
from bot.turn.reads.participants import chart_in, due_for
from flows.facts.photographs import PhotographFacts
from flows.forms import Answers
from storage import photographs


def of_participant(desk: Desk, _actor: int, answers: Answers) -> PhotographFacts:
    chart = chart_in(desk, answers)
    if chart is None:
        return PhotographFacts(None)
    shots = photographs.shots(desk.connection, chart.participant)
    return PhotographFacts(chart, due_for(desk, chart), shots)
