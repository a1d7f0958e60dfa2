"""Whether appointments were kept."""

from flows.chart import Milestone
from flows.commands.about_participant import (
    COORDINATOR,
    check_day,
    code_in,
    has_left,
    visit_milestone,
)
from flows.commands.command import PARTICIPANT, Circumstances, Command, Reach, pick, words
from flows.commands.next_steps import steps_after
from flows.commands.outside import question_of_day, why_items, why_of_day, words_of
from flows.effects import Decision
from flows.effects.speaking import Say
from flows.facts.participants import ParticipantFacts
from flows.forms import Answers, Day, Item, Review
from flows.messages import say
from flows.text import Text, text


def open_visits(facts: ParticipantFacts, given: Circumstances) -> dict[str, Text]:
    """The visits that are still to come or to be recorded."""
    chart = facts.chart
    if chart is None:
        return {visit.name: text(f"visit.{visit.name}") for visit in given.trial.visits}
    names = [given.trial.baseline.name, *facts.due]
    return {name: text(f"visit.{name}") for name in names if chart.visit(name).attended_on is None}


def _visit_item(facts: ParticipantFacts, given: Circumstances) -> Item:
    return pick("visit", open_visits(facts, given))


def check_visits(facts: ParticipantFacts, _a: Answers, given: Circumstances) -> Text | None:
    chart = facts.chart
    if chart is None:
        return None
    if has_left(chart.status):
        return text("refused.left", code=chart.code)
    none_left = not open_visits(facts, given)
    return text("refused.no_visit_left", code=chart.code) if none_left else None


def _day_items(facts: ParticipantFacts, _a: Answers, given: Circumstances) -> tuple[Item, ...]:
    return (
        PARTICIPANT,
        _visit_item(facts, given),
        Item("on", text("ask.happened_on"), Day(latest=given.today)),
    )


def _attended_items(
    facts: ParticipantFacts, answers: Answers, given: Circumstances
) -> tuple[Item, ...]:
    asked = _day_items(facts, answers, given)
    return (*asked, *why_items(question_of_day(facts, answers, given), answers))


def _check_day(facts: ParticipantFacts, answers: Answers, given: Circumstances) -> Text | None:
    return check_visits(facts, answers, given) or check_day(facts, answers)


def _attended(facts: ParticipantFacts, answers: Answers, given: Circumstances) -> Decision:
    recorded = visit_milestone(
        facts, answers, Milestone.ATTENDED, words_of(answers), why_of_day(facts, answers, given)
    )
    done = text("attended.done", code=code_in(facts), visit=text(f"visit.{answers['visit']}"))
    return (recorded, Say(say(done, buttons=steps_after(facts, recorded, given))))


def _missed_items(facts: ParticipantFacts, a: Answers, given: Circumstances) -> tuple[Item, ...]:
    return (*_day_items(facts, a, given), words("reason", 300, may_skip=True))


def _missed(facts: ParticipantFacts, answers: Answers, given: Circumstances) -> Decision:
    recorded = visit_milestone(facts, answers, Milestone.MISSED, str(answers["reason"]))
    done = text("missed.done", code=code_in(facts), visit=text(f"visit.{answers['visit']}"))
    return (recorded, Say(say(done)))


COMMANDS = (
    Command(
        "attended",
        COORDINATOR,
        ParticipantFacts,
        _attended,
        "record_attended",
        items=_attended_items,
        check=_check_day,
        review=Review.TYPED,
        reach=Reach.CARD,
    ),
    Command(
        "missed",
        COORDINATOR,
        ParticipantFacts,
        _missed,
        "record_missed",
        items=_missed_items,
        check=_check_day,
        review=Review.TYPED,
        reach=Reach.CARD,
    ),
)
