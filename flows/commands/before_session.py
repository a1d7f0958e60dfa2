"""What the clinician asks before each session, as an instrument that the definition names."""

from flows.commands.about_participant import CLINICIAN
from flows.commands.command import PARTICIPANT, Circumstances, Command, Reach, pick
from flows.commands.treatment import check_treated, sessions_to_do
from flows.effects import Decision
from flows.effects.following import BeginForm
from flows.facts.participants import ParticipantFacts
from flows.forms import Answers, Item
from flows.text import Text, text


def _visits(facts: ParticipantFacts, given: Circumstances) -> dict[str, Text]:
    """The visits of sessions to come that were not checked."""
    chart = facts.chart
    return {
        name: label
        for name, label in sessions_to_do(facts, given).items()
        if chart is None or chart.visit(name).checked_on is None
    }


def _items(facts: ParticipantFacts, _a: Answers, given: Circumstances) -> tuple[Item, ...]:
    return (PARTICIPANT, pick("visit", _visits(facts, given)))


def _check(facts: ParticipantFacts, _answers: Answers, given: Circumstances) -> Text | None:
    if given.trial.before_session is None:
        return text("refused.nothing_before_session")
    if facts.chart is None:
        return None
    if refused := check_treated(facts, given):
        return refused
    checked = not _visits(facts, given)
    return text("refused.checked_already", code=facts.chart.code) if checked else None


def _begin(facts: ParticipantFacts, answers: Answers, given: Circumstances) -> Decision:
    assert facts.chart is not None
    assert given.trial.before_session is not None
    instrument = given.trial.before_session.instrument
    return (BeginForm(instrument, facts.chart.participant, str(answers["visit"])),)


COMMANDS = (
    Command(
        "before_session",
        CLINICIAN,
        ParticipantFacts,
        _begin,
        "check_before_session",
        items=_items,
        check=_check,
        reach=Reach.CARD,
    ),
)
