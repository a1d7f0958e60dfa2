"""How a participant gets to their chat: a one-time link, or a personal page with a code."""

from flows.commands.about_participant import COORDINATOR, chart_items
from flows.commands.command import Circumstances, Command, Reach
from flows.commands.enrolment import check_present
from flows.effects import Decision
from flows.effects.enrolment import InviteParticipant, MakePersonalLink
from flows.facts.participants import ParticipantFacts
from flows.forms import Answers
from flows.text import Text, text


def _invite(facts: ParticipantFacts, _answers: Answers, given: Circumstances) -> Decision:
    assert facts.chart is not None
    return (InviteParticipant(facts.chart.participant, facts.chart.code, given.secret),)


def _check_personal_link(
    facts: ParticipantFacts, answers: Answers, given: Circumstances
) -> Text | None:
    if not given.personal_links:
        return text("refused.no_web_chat")
    return check_present(facts, answers, given)


def _personal_link(facts: ParticipantFacts, _answers: Answers, _given: Circumstances) -> Decision:
    assert facts.chart is not None
    return (MakePersonalLink(facts.chart.participant, facts.chart.code),)


COMMANDS = (
    Command(
        "invite",
        COORDINATOR,
        ParticipantFacts,
        _invite,
        "invite_participant",
        items=chart_items,
        check=check_present,
        reach=Reach.CARD,
    ),
    Command(
        "personal_link",
        COORDINATOR,
        ParticipantFacts,
        _personal_link,
        "make_personal_link",
        items=chart_items,
        check=_check_personal_link,
        reach=Reach.CARD,
    ),
)
