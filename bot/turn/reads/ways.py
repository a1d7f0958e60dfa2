"""The ways on which somebody is reached, also those that take no messages now."""

from bot.turn.desk import Desk
from bot.turn.reads.participants import chart_in
from flows.facts.ways import OwnWaysFacts, Ways, WaysFacts
from flows.forms import Answers
from storage import people
from storage.people import FALLBACK_ORDER


def own(desk: Desk, actor: int, _answers: Answers) -> OwnWaysFacts:
    return OwnWaysFacts(_ways(desk, actor))


def of_participant(desk: Desk, _actor: int, answers: Answers) -> WaysFacts:
    chart = chart_in(desk, answers)
    return WaysFacts(None) if chart is None else WaysFacts(chart, _ways(desk, chart.participant))


def _ways(desk: Desk, person: int) -> Ways:
    linked = {it.channel for it in people.linked_addresses(desk.connection, person)}
    preferred = people.preferred_channel(desk.connection, person)
    return Ways(person, tuple(it for it in FALLBACK_ORDER if it in linked), preferred)
