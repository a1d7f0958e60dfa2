"""Deviations: seen by the PI; recorded by a person where the software cannot know."""

from datetime import date

from flows.commands.about_participant import STAFF_OF_PARTICIPANT, check_day, code_in
from flows.commands.command import PARTICIPANT, Circumstances, Command, Reach, words
from flows.commands.oversight import PI
from flows.effects import Decision
from flows.effects.queries import RecordDeviation
from flows.effects.speaking import Say
from flows.facts.participants import ParticipantFacts
from flows.facts.queries import DeviationFact, DeviationFacts
from flows.forms import Answers, Day, Item, Review
from flows.messages import run_button, say
from flows.text import Text, text

LONGEST = 300


def deviation_text(fact: DeviationFact) -> Text:
    """What deviated, with its reason where one is known."""
    what = text(f"deviation.kind.{fact.kind}")
    if form := fact.detail.get("form"):
        what = text("deviation.of_form", kind=what, form=text(form))
    if fact.visit is not None:
        what = text("deviation.at_visit", kind=what, visit=text(f"visit.{fact.visit}"))
    if days := int(fact.detail.get("days", "0")):
        side = "before" if days < 0 else "after"
        what = text(f"deviation.days_{side}", what=what, days=abs(days))
    why = _why(fact)
    return what if why is None else text("deviation.because", what=what, why=why)


def _why(fact: DeviationFact) -> Text | None:
    if fact.reason:
        return text("deviation.reason", words=fact.reason)
    code = fact.detail.get("why")
    return None if code is None else text(f"option.outside.{code}")


def _line(fact: DeviationFact) -> Text:
    line = text("deviation.line", code=fact.code, on=fact.on, what=deviation_text(fact))
    return text("history.by", what=line, name=fact.name) if fact.name else line


def _list(facts: DeviationFacts, _answers: Answers, given: Circumstances) -> Decision:
    recording = ((run_button(text("command.deviation.button"), "deviation"),),)
    if not facts.deviations:
        return (Say(say(text("deviations.none"), buttons=recording)),)
    left = facts.count - len(facts.deviations)
    more = (text("deviations.more", count=left),) if left else ()
    lines = tuple(_line(it) for it in facts.deviations)
    shown = text("deviations.list", lines=lines)
    title = text("deviations.title", count=facts.count)
    return (Say(say(title, shown, *more, buttons=recording)),)


def _items(_f: ParticipantFacts, _a: Answers, given: Circumstances) -> tuple[Item, ...]:
    day = Item("on", text("ask.happened_on"), Day(latest=given.today))
    return (PARTICIPANT, day, words("deviation_words", LONGEST))


def _check(facts: ParticipantFacts, answers: Answers, given: Circumstances) -> Text | None:
    return check_day(facts, answers)


def _record(facts: ParticipantFacts, answers: Answers, given: Circumstances) -> Decision:
    on = answers["on"]
    assert facts.chart is not None
    assert isinstance(on, date)
    recorded = RecordDeviation(facts.chart.participant, on, str(answers["deviation_words"]))
    return (recorded, Say(say(text("deviation.recorded", code=code_in(facts)))))


COMMANDS = (
    Command("deviations", PI, DeviationFacts, _list, "view_deviations"),
    Command(
        "deviation",
        STAFF_OF_PARTICIPANT | PI,
        ParticipantFacts,
        _record,
        "record_deviation",
        items=_items,
        check=_check,
        review=Review.TYPED,
        reach=Reach.CARD,
    ),
)
