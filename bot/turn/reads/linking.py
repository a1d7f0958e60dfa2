"""The chats that are linked to a participant now."""

from bot.turn.desk import Desk
from bot.turn.reads.participants import chart_in
from flows.facts.linking import Link, LinkFacts
from flows.forms import Answers
from storage import people, responses
from storage.people import LinkedAddress


def of_participant(desk: Desk, _actor: int, answers: Answers) -> LinkFacts:
    chart = chart_in(desk, answers)
    if chart is None:
        return LinkFacts(None)
    linked = people.linked_addresses(desk.connection, chart.participant)
    return LinkFacts(chart, tuple(_link(desk, chart.participant, it) for it in linked))


def _link(desk: Desk, participant: int, linked: LinkedAddress) -> Link:
    answers = responses.count_own(
        desk.connection, participant=participant, channel=linked.channel, since=linked.since
    )
    return Link(linked.id, linked.channel, linked.since, answers)
