"""The coordinator's day: who comes, who is to be phoned, what waits; and finding somebody."""

from flows.chart import Milestone
from flows.commands.about_participant import (
    COORDINATOR,
    STAFF_OF_PARTICIPANT,
    check_left,
)
from flows.commands.command import PARTICIPANT, Circumstances, Command, Reach, choice, words
from flows.effects import Decision
from flows.effects.following import RunNext
from flows.effects.milestones import RecordMilestone
from flows.effects.speaking import Say
from flows.facts.day import DayFacts, FindFacts, Found
from flows.facts.participants import ParticipantFacts
from flows.forms import Answers, Item
from flows.messages import Button, Message, run_button, say
from flows.overview import MOST_BUTTONS, code_rows, day_message
from flows.text import Text, text

FEWEST_LETTERS = 2


def _today(facts: DayFacts, _answers: Answers, given: Circumstances) -> Decision:
    return (Say(day_message(facts)),)


def _list_items(_f: DayFacts, _a: Answers, _g: Circumstances) -> tuple[Item, ...]:
    return (choice("worklist", "VISITS", "CALLS", "UNBOOKED"),)


def _worklist(facts: DayFacts, answers: Answers, given: Circumstances) -> Decision:
    """A whole list as codes to tap, however long it is."""
    name = str(answers["worklist"])
    codes = {
        "VISITS": [it.code for it in facts.expected],
        "CALLS": [it.code for it in facts.calls],
        "UNBOOKED": [it.code for it in facts.unbooked],
    }[name]
    title = text(f"option.worklist.{name}")
    return (Say(_codes(text("worklist.title", list=title, count=len(codes)), codes)),)


def _codes(title: Text, codes: list[str]) -> Message:
    left = len(codes) - MOST_BUTTONS
    more = (text("worklist.more", count=left),) if left > 0 else ()
    return say(title, *more, buttons=code_rows(codes))


def _find_items(_f: FindFacts, _a: Answers, _g: Circumstances) -> tuple[Item, ...]:
    return (words("find", 80),)


def _check_find(_f: FindFacts, answers: Answers, _g: Circumstances) -> Text | None:
    """One letter is part of too many names; one digit may be a code."""
    sought = str(answers.get("find", "..")).strip()
    short = len(sought) < FEWEST_LETTERS and not sought.isdecimal()
    return text("refused.find_more") if short else None


def _find(facts: FindFacts, _answers: Answers, given: Circumstances) -> Decision:
    match facts.found:
        case ():
            return (Say(say(text("find.none"))),)
        case (found,):
            return (RunNext("card", (found.code,)),)
        case several:
            left = len(several) - MOST_BUTTONS
            more = (text("worklist.more", count=left),) if left > 0 else ()
            rows = tuple((_card(it),) for it in several[:MOST_BUTTONS])
            return (Say(say(text("find.several", count=len(several)), *more, buttons=rows)),)


def _card(found: Found) -> Button:
    return run_button(text("find.one", code=found.code, name=found.name), "card", found.code)


def _called_items(f: ParticipantFacts, a: Answers, g: Circumstances) -> tuple[Item, ...]:
    return (PARTICIPANT, choice("call_outcome", "REACHED", "NO_ANSWER", "WRONG_NUMBER"))


def _check_called(facts: ParticipantFacts, _a: Answers, _g: Circumstances) -> Text | None:
    return check_left(facts)


def _called(facts: ParticipantFacts, answers: Answers, given: Circumstances) -> Decision:
    chart = facts.chart
    assert chart is not None
    outcome = str(answers["call_outcome"])
    called = RecordMilestone(
        chart.participant, Milestone.CALLED, given.today, detail={"outcome": outcome}
    )
    done = text("called.done", code=chart.code, outcome=text(f"option.call_outcome.{outcome}"))
    return (called, Say(say(done)))


COMMANDS = (
    Command("today", COORDINATOR, DayFacts, _today, "view_today"),
    Command(
        "find",
        STAFF_OF_PARTICIPANT,
        FindFacts,
        _find,
        "find_participant",
        items=_find_items,
        check=_check_find,
    ),
    Command(
        "worklist",
        COORDINATOR,
        DayFacts,
        _worklist,
        "view_worklist",
        items=_list_items,
        reach=Reach.BUTTON,
    ),
    Command(
        "called",
        STAFF_OF_PARTICIPANT,
        ParticipantFacts,
        _called,
        "record_call",
        items=_called_items,
        check=_check_called,
        reach=Reach.CARD,
    ),
)
