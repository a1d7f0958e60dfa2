"""The pictures that are kept, to be looked at; and one picture sent again."""

from flows.commands.about_participant import STAFF_OF_PARTICIPANT, has_left
from flows.commands.command import PARTICIPANT, Circumstances, Command, Reach, pick
from flows.commands.views import as_given, became, check_agreed, labels, question, view_items
from flows.effects import Decision
from flows.effects.photographs import ShowPhotographs
from flows.effects.speaking import Say
from flows.facts.photographs import PhotographFacts
from flows.forms import Answers, Item
from flows.messages import Button, run_button, say
from flows.photographs import Standing, counting, counting_at
from flows.text import Text, text


def _visits_with(facts: PhotographFacts, given: Circumstances, *standings: Standing) -> list[str]:
    shown = {shot.visit for shot in facts.shots if shot.standing in standings}
    return [visit.name for visit in given.trial.visits if visit.name in shown]


def _retake_items(
    facts: PhotographFacts, answers: Answers, given: Circumstances
) -> tuple[Item, ...]:
    views = {view.name: text(f"view.{view.name}") for view in given.trial.views}
    chosen = (
        PARTICIPANT,
        pick("visit", labels(_visits_with(facts, given, *Standing))),
        pick("view", views),
    )
    view = next((it for it in given.trial.views if it.name == answers.get("view")), None)
    if view is None or "visit" not in answers:
        return chosen
    visit = str(answers["visit"])
    before = counting(facts.shots, visit, view.name)
    is_kept = before is not None and before.standing is Standing.KEPT
    asked = question(facts, answers, given, view, None)
    return (*chosen, *view_items(visit, view, asked, may_skip=not is_kept))


def _check_retake(facts: PhotographFacts, answers: Answers, given: Circumstances) -> Text | None:
    if why := check_agreed(facts, answers, given):
        return why
    return _check_some(facts, given, *Standing)


def _check_some(facts: PhotographFacts, given: Circumstances, *standings: Standing) -> Text | None:
    if facts.chart is None or _visits_with(facts, given, *standings):
        return None
    return text("refused.no_photographs", code=facts.chart.code)


def _retaken(facts: PhotographFacts, answers: Answers, given: Circumstances) -> Decision:
    visit, views = str(answers["visit"]), given.trial.views
    view = next(it for it in views if it.name == answers["view"])
    return (Say(say(became(answers, visit, view))),)


def _pictures_items(facts: PhotographFacts, _a: Answers, given: Circumstances) -> tuple[Item, ...]:
    return (PARTICIPANT, pick("visit", labels(_visits_with(facts, given, Standing.KEPT))))


def _check_pictures(facts: PhotographFacts, _a: Answers, given: Circumstances) -> Text | None:
    return _check_some(facts, given, Standing.KEPT)


def _only_kept(facts: PhotographFacts, answers: Answers, given: Circumstances) -> Answers:
    visits = _visits_with(facts, given, Standing.KEPT)
    return {"visit": visits[0]} if len(visits) == 1 else {}


def _pictures(facts: PhotographFacts, answers: Answers, given: Circumstances) -> Decision:
    chart, visit = facts.chart, str(answers["visit"])
    assert chart is not None
    counted = counting_at(given.trial.views, facts.shots, visit)
    views = tuple(shot.view for shot in counted if shot.standing is Standing.KEPT)
    told = say(text("pictures.shown", code=chart.code, visit=text(f"visit.{visit}")))
    if not has_left(chart.status):
        rows = tuple(_again(chart.code, visit, view) for view in views)
        told = say(*told.paragraphs, text("pictures.replace"), buttons=rows)
    return (ShowPhotographs(chart.participant, visit, views), Say(told))


def _again(code: str, visit: str, view: str) -> tuple[Button, ...]:
    label = text("pictures.again", view=text(f"view.{view}"))
    return (run_button(label, "retake", code, visit, view),)


COMMANDS = (
    Command(
        "retake",
        STAFF_OF_PARTICIPANT,
        PhotographFacts,
        _retaken,
        "retake_photograph",
        items=_retake_items,
        check=_check_retake,
        reach=Reach.BUTTON,
        at_once=as_given,
    ),
    Command(
        "pictures",
        STAFF_OF_PARTICIPANT,
        PhotographFacts,
        _pictures,
        "view_photographs",
        items=_pictures_items,
        check=_check_pictures,
        reach=Reach.CARD,
        presumes=_only_kept,
    ),
)
