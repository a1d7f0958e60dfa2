"""Leaving treatment or the trial, and agreeing to messages anew."""

from datetime import date

from flows.chart import Milestone
from flows.commands.about_participant import (
    COORDINATOR,
    STAFF_OF_PARTICIPANT,
    check_day,
    check_left,
    has_left,
)
from flows.commands.command import PARTICIPANT, Circumstances, Command, Reach, words
from flows.effects import Decision
from flows.effects.milestones import RecordMilestone
from flows.effects.speaking import Say, TellPerson
from flows.facts.participants import ParticipantFacts
from flows.forms import Answers, Day, Item, Review
from flows.messages import say
from flows.text import Text, text


def _leave_items(
    facts: ParticipantFacts, _answers: Answers, given: Circumstances
) -> tuple[Item, ...]:
    return (
        PARTICIPANT,
        Item("on", text("ask.happened_on"), Day(latest=given.today)),
        words("reason", 300, may_skip=True),
    )


def _recorded(facts: ParticipantFacts, answers: Answers, milestone: Milestone) -> RecordMilestone:
    on, chart = answers["on"], facts.chart
    assert chart is not None
    assert isinstance(on, date)
    return RecordMilestone(chart.participant, milestone, on, reason=str(answers["reason"]))


def _left(
    facts: ParticipantFacts, answers: Answers, milestone: Milestone, given: Circumstances
) -> Decision:
    """Keep how somebody left, and tell their clinician, unless it is the clinician who says so."""
    chart = facts.chart
    assert chart is not None
    done = say(text(f"left.{milestone.value}", code=chart.code))
    recorded = (_recorded(facts, answers, milestone), Say(done))
    if chart.clinician is None or chart.clinician == given.actor:
        return recorded
    return (*recorded, TellPerson(chart.clinician, done))


def _withdraw(facts: ParticipantFacts, answers: Answers, given: Circumstances) -> Decision:
    return _left(facts, answers, Milestone.WITHDRAWN, given)


def _died(facts: ParticipantFacts, answers: Answers, given: Circumstances) -> Decision:
    return _left(facts, answers, Milestone.DIED, given)


def _lost(facts: ParticipantFacts, answers: Answers, given: Circumstances) -> Decision:
    return _left(facts, answers, Milestone.LOST, given)


def _discontinue(facts: ParticipantFacts, answers: Answers, given: Circumstances) -> Decision:
    return _left(facts, answers, Milestone.DISCONTINUED, given)


def _check_leaving(facts: ParticipantFacts, answers: Answers, _g: Circumstances) -> Text | None:
    return check_left(facts) or check_day(facts, answers)


def _check_discontinuing(
    facts: ParticipantFacts, answers: Answers, given: Circumstances
) -> Text | None:
    chart = facts.chart
    if chart is not None and chart.randomized_on is None:
        return text("refused.not_randomized", code=chart.code)
    return _check_leaving(facts, answers, given)


def _agree_items(_f: ParticipantFacts, _a: Answers, given: Circumstances) -> tuple[Item, ...]:
    return (PARTICIPANT, Item("on", text("ask.agreed_on"), Day(latest=given.today)))


def _check_agreement(facts: ParticipantFacts, answers: Answers, _g: Circumstances) -> Text | None:
    chart = facts.chart
    if chart is not None and chart.messaging and not has_left(chart.status):
        return text("refused.messages_on", code=chart.code)
    return check_left(facts) or check_day(facts, answers)


def _agree(facts: ParticipantFacts, answers: Answers, _given: Circumstances) -> Decision:
    on, chart = answers["on"], facts.chart
    assert chart is not None
    assert isinstance(on, date)
    agreed = RecordMilestone(chart.participant, Milestone.MESSAGING_AGREED, on)
    return (agreed, Say(say(text("agreement.renewed", code=chart.code))))


COMMANDS = (
    Command(
        "discontinue",
        STAFF_OF_PARTICIPANT,
        ParticipantFacts,
        _discontinue,
        "record_discontinued",
        items=_leave_items,
        check=_check_discontinuing,
        review=Review.ALWAYS,
        reach=Reach.CARD,
    ),
    Command(
        "withdraw",
        COORDINATOR,
        ParticipantFacts,
        _withdraw,
        "record_withdrawn",
        items=_leave_items,
        check=_check_leaving,
        review=Review.ALWAYS,
        reach=Reach.CARD,
    ),
    Command(
        "lost",
        COORDINATOR,
        ParticipantFacts,
        _lost,
        "record_lost",
        items=_leave_items,
        check=_check_leaving,
        review=Review.ALWAYS,
        reach=Reach.CARD,
    ),
    Command(
        "died",
        STAFF_OF_PARTICIPANT,
        ParticipantFacts,
        _died,
        "record_died",
        items=_leave_items,
        check=_check_leaving,
        review=Review.ALWAYS,
        reach=Reach.CARD,
    ),
    Command(
        "renew_messages",
        COORDINATOR,
        ParticipantFacts,
        _agree,
        "renew_messages",
        items=_agree_items,
        check=_check_agreement,
        review=Review.ALWAYS,
        reach=Reach.CARD,
    ),
)
