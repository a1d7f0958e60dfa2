"""The standard pictures of a visit, sent view by view.

The visit counts as photographed once every view was kept or skipped. Where the definition has no
views, it is only recorded that pictures were taken.
"""

from collections.abc import Iterator

from flows.chart import Milestone
from flows.commands.about_participant import (
    STAFF_OF_PARTICIPANT,
    check_day,
    code_in,
    visit_milestone,
)
from flows.commands.command import PARTICIPANT, Circumstances, Command, Reach, pick
from flows.commands.views import (
    as_given,
    became,
    check_agreed,
    labels,
    picture_id,
    question,
    view_items,
)
from flows.definition import View
from flows.effects import Decision
from flows.effects.speaking import Say
from flows.facts.photographs import PhotographFacts
from flows.forms import Answers, Day, Item, Review
from flows.messages import say
from flows.photographs import Standing, counting, counting_at, is_complete, kept_message
from flows.text import Text, text


def _visits(given: Circumstances, facts: PhotographFacts) -> list[str]:
    """The visits that are photographed, as far as their dates are known."""
    known = {given.trial.baseline.name, *facts.due}
    return [it.name for it in given.trial.visits if it.photographs and it.name in known]


def _unfinished(facts: PhotographFacts, answers: Answers, given: Circumstances) -> list[str]:
    """The visits to choose from; the chosen one stays, for it may just have been finished."""
    chart = facts.chart
    return [
        name
        for name in _visits(given, facts)
        if chart is None
        or chart.visit(name).photographed_on is None
        or name == answers.get("visit")
    ]


def _items(facts: PhotographFacts, answers: Answers, given: Circumstances) -> tuple[Item, ...]:
    return (
        PARTICIPANT,
        pick("visit", labels(_unfinished(facts, answers, given))),
        Item("on", text("ask.happened_on"), Day(latest=given.today)),
        *_missing_items(facts, answers, given),
    )


def _missing_items(
    facts: PhotographFacts, answers: Answers, given: Circumstances
) -> Iterator[Item]:
    """The views that are still to be sent; each question says what became of the one before it."""
    chart, visit = facts.chart, str(answers.get("visit"))
    if chart is None or "on" not in answers:
        return
    before: Text | None = None
    for view in given.trial.views:
        if _is_there(facts, visit, view) and picture_id(visit, view.name) not in answers:
            continue
        yield from view_items(visit, view, question(facts, answers, given, view, before))
        before = became(answers, visit, view)


def _is_there(facts: PhotographFacts, visit: str, view: View) -> bool:
    shot = counting(facts.shots, visit, view.name)
    return shot is not None and shot.standing is not Standing.REFUSED


def _presumed(facts: PhotographFacts, answers: Answers, given: Circumstances) -> Answers:
    """The one visit that can be meant, and today where the visit is today or a button led here."""
    if facts.chart is None:
        return {}
    visit = answers.get("visit") or _only(facts, given)
    if visit is None:
        return {}
    attended_today = facts.chart.visit(str(visit)).attended_on == given.today
    return {"visit": visit, **({"on": given.today} if attended_today or given.tapped else {})}


def _only(facts: PhotographFacts, given: Circumstances) -> str | None:
    """The visit that was attended today, or the only one there is; none where several can be."""
    assert facts.chart is not None
    visits = _unfinished(facts, {}, given)
    today = [it for it in visits if facts.chart.visit(it).attended_on == given.today]
    return next((found[0] for found in (today, visits) if len(found) == 1), None)


def _check(facts: PhotographFacts, answers: Answers, given: Circumstances) -> Text | None:
    chart = facts.chart
    if chart is None:
        return None
    if why := check_agreed(facts, answers, given):
        return why
    if not _unfinished(facts, answers, given):
        return text("refused.photographed_already", code=chart.code)
    return check_day(facts, answers)


def _photographed(facts: PhotographFacts, answers: Answers, given: Circumstances) -> Decision:
    visit, views = str(answers["visit"]), given.trial.views
    label = text(f"visit.{visit}")
    if not views:
        recorded = visit_milestone(facts, answers, Milestone.PHOTOGRAPHED)
        return (recorded, Say(say(text("photographs.done", code=code_in(facts), visit=label))))
    if is_complete(views, facts.shots, visit):
        return (Say(kept_message(code_in(facts), visit, counting_at(views, facts.shots, visit))),)
    sent = [view for view in views if picture_id(visit, view.name) in answers]
    last = tuple(became(answers, visit, view) for view in sent[-1:])
    end = text("photographs.end", code=code_in(facts), visit=label)
    return (Say(say(*last, end)),)


COMMANDS = (
    Command(
        "photographs",
        STAFF_OF_PARTICIPANT,
        PhotographFacts,
        _photographed,
        "record_photographs",
        items=_items,
        check=_check,
        review=Review.ALWAYS,
        reach=Reach.CARD,
        presumes=_presumed,
        at_once=as_given,
    ),
)
