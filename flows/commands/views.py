"""The pictures of views as questions: one a view, and why, where it is skipped.

A picture is taken as it comes, whatever becomes of the rest of the command, and is checked
afterwards.
"""

from collections.abc import Iterable, Iterator
from datetime import date

from flows.commands.about_participant import check_left, code_in
from flows.commands.command import Circumstances
from flows.definition import View
from flows.effects import Effect
from flows.effects.photographs import ReceivePhotograph, SkipView
from flows.engine import SKIPPED
from flows.facts.photographs import PhotographFacts
from flows.forms import Answers, Choice, Item, Option, Picture, When
from flows.photographs import counting
from flows.text import Text, text

SKIP_REASONS = ("DECLINED", "NOT_TODAY", "NO_CAMERA")


def labels(visits: Iterable[str]) -> dict[str, Text]:
    return {name: text(f"visit.{name}") for name in visits}


def picture_id(visit: str, view: str) -> str:
    """A picture for another visit answers another question."""
    return f"{visit}__{view}"


def _reason_id(visit: str, view: str) -> str:
    return f"{visit}__{view}__skipped"


def view_items(visit: str, view: View, asked: Text, *, may_skip: bool = True) -> Iterator[Item]:
    picture = picture_id(visit, view.name)
    yield Item(picture, asked, Picture(), may_skip=may_skip)
    reasons = tuple(Option(code, text(f"option.skip_reason.{code}")) for code in SKIP_REASONS)
    yield Item(
        _reason_id(visit, view.name),
        text("ask.skip_reason", view=text(f"view.{view.name}")),
        Choice(reasons),
        when=(When(picture, frozenset({SKIPPED})),),
    )


def as_given(
    facts: PhotographFacts, answers: Answers, given: Circumstances, item: str
) -> tuple[Effect, ...]:
    """A picture is taken as it comes, and a view is skipped when the reason is given."""
    chart, visit = facts.chart, str(answers.get("visit"))
    assert chart is not None
    for view in given.trial.views:
        if item == picture_id(visit, view.name) and answers[item] != SKIPPED:
            on = _taken_on(facts, answers, given, view.name)
            return (ReceivePhotograph(chart.participant, visit, view.name, on),)
        if item == _reason_id(visit, view.name):
            on, reason = _taken_on(facts, answers, given, view.name), str(answers[item])
            return (SkipView(chart.participant, visit, view.name, on, reason),)
    return ()


def _taken_on(facts: PhotographFacts, answers: Answers, given: Circumstances, view: str) -> date:
    """The day that was given; of what is sent again, the day of what it replaces."""
    if isinstance(on := answers.get("on"), date):
        return on
    before = counting(facts.shots, str(answers["visit"]), view)
    return given.today if before is None else before.taken_on


def became(answers: Answers, visit: str, view: View) -> Text:
    skipped = answers.get(picture_id(visit, view.name)) == SKIPPED
    key = "photographs.skipped" if skipped else "photographs.received"
    return text(key, view=text(f"view.{view.name}"))


def question(
    facts: PhotographFacts, answers: Answers, given: Circumstances, view: View, before: Text | None
) -> Text:
    """What is asked for, after what became of the picture before it; of one alone, no more."""
    label = text(f"view.{view.name}")
    if before is not None:
        return text("ask.picture_next", before=before, view=label)
    return text(
        "ask.picture" if "on" in answers else "ask.picture_again",
        code=code_in(facts),
        visit=text(f"visit.{answers['visit']}"),
        on=_taken_on(facts, answers, given, view.name),
        view=label,
    )


def check_agreed(facts: PhotographFacts, _a: Answers, _g: Circumstances) -> Text | None:
    """Nobody is photographed against their consent, or after they took it back."""
    chart = facts.chart
    if chart is None or chart.photographs_agreed:
        return check_left(facts)
    return check_left(facts) or text("refused.photographs_not_agreed", code=chart.code)
