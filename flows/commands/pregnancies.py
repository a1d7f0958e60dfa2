"""A pregnancy that the clinician learnt of, and what became of it."""

from datetime import date

from flows.chart import Milestone
from flows.commands.about_event import check_yours
from flows.commands.about_participant import CLINICIAN, check_day
from flows.commands.command import PARTICIPANT, Circumstances, Command, Reach, choice
from flows.effects import Decision, Effect
from flows.effects.milestones import RecordMilestone
from flows.effects.pregnancies import FollowPregnancy
from flows.effects.speaking import Say
from flows.facts.events import EventFacts
from flows.forms import Answers, Day, Item, Review
from flows.messages import Button, run_button, say
from flows.pregnancies import ONGOING, OUTCOMES, SERIOUS, Pregnancy, begin_following
from flows.text import Text, text


def _followed(facts: EventFacts) -> Pregnancy | None:
    return next((it for it in facts.pregnancies if it.is_open), None)


def _report_items(_f: EventFacts, _a: Answers, given: Circumstances) -> tuple[Item, ...]:
    return (PARTICIPANT, Item("on", text("ask.learnt_on"), Day(latest=given.today)))


def _check_report(facts: EventFacts, answers: Answers, given: Circumstances) -> Text | None:
    chart = facts.chart
    if chart is None:
        return None
    if refused := check_yours(facts, given):
        return refused
    if chart.sex != "F":
        return text("refused.not_a_woman", code=chart.code)
    if _followed(facts) is not None:
        return text("refused.pregnancy_followed", code=chart.code)
    return check_day(facts, answers)


def _report(facts: EventFacts, answers: Answers, given: Circumstances) -> Decision:
    on, chart = answers["on"], facts.chart
    assert chart is not None
    assert isinstance(on, date)
    done = Say(say(text("pregnancy.opened", code=chart.code)))
    return (*begin_following(given.trial, chart, on), done)


def _follow_items(_f: EventFacts, _a: Answers, given: Circumstances) -> tuple[Item, ...]:
    return (
        PARTICIPANT,
        choice("pregnancy_outcome", *OUTCOMES),
        Item("on", text("ask.outcome_on"), Day(latest=given.today)),
    )


def _check_following(facts: EventFacts, answers: Answers, given: Circumstances) -> Text | None:
    chart = facts.chart
    if chart is None:
        return None
    if refused := check_yours(facts, given):
        return refused
    if _followed(facts) is None:
        return text("refused.no_pregnancy", code=chart.code)
    return check_day(facts, answers)


def _follow(facts: EventFacts, answers: Answers, _given: Circumstances) -> Decision:
    """A loss or a sick child is a serious event of its own: the clinician is led there."""
    on, outcome, pregnancy = answers["on"], str(answers["pregnancy_outcome"]), _followed(facts)
    chart = facts.chart
    assert chart is not None
    assert pregnancy is not None
    assert isinstance(on, date)
    followed = FollowPregnancy(chart.participant, pregnancy.id, outcome, on)
    key = "pregnancy.goes_on" if outcome == ONGOING else "pregnancy.closed"
    told = [text(key, pregnancy=pregnancy.code, code=chart.code)]
    buttons: tuple[tuple[Button, ...], ...] = ()
    if outcome in SERIOUS:
        told.append(text("pregnancy.report_event"))
        button = run_button(text("command.report_event.button"), "report_event", chart.code)
        buttons = ((button,),)
    ended: tuple[Effect, ...] = ()
    if outcome != ONGOING:
        detail = {"outcome": outcome}
        ended = (RecordMilestone(chart.participant, Milestone.PREGNANCY_ENDED, on, detail=detail),)
    return (followed, *ended, Say(say(*told, buttons=buttons)))


COMMANDS = (
    Command(
        "report_pregnancy",
        CLINICIAN,
        EventFacts,
        _report,
        "report_pregnancy",
        items=_report_items,
        check=_check_report,
        review=Review.ALWAYS,
        reach=Reach.CARD,
    ),
    Command(
        "pregnancy",
        CLINICIAN,
        EventFacts,
        _follow,
        "follow_pregnancy",
        items=_follow_items,
        check=_check_following,
        review=Review.ALWAYS,
        reach=Reach.CARD,
    ),
)
