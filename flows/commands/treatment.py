"""Treatment sessions. Batch and notes can name a product: arm data."""

from datetime import date

from flows.chart import Chart, Milestone
from flows.commands.about_participant import (
    CLINICIAN,
    outside_window,
    visit_milestone,
)
from flows.commands.command import PARTICIPANT, Circumstances, Command, Reach, pick, words
from flows.commands.outside import question_of_day, why_items, why_of_day, words_of
from flows.effects import Decision, Refused
from flows.effects.allocation import RecordSessionNote
from flows.effects.speaking import Say
from flows.facts.participants import ParticipantFacts
from flows.forms import Answers, Day, Item, Review
from flows.messages import run_button, say
from flows.schedule import first_session_late_by
from flows.text import Text, text

# What fits in a pop-up of 200 characters, with room for the visit's name.
LONGEST_BATCH = 40
LONGEST_NOTES = 110


def sessions_to_do(facts: ParticipantFacts, given: Circumstances) -> dict[str, Text]:
    """The visit of the next session, and any later one that was attended: sessions keep their
    order, and one whose visit was missed is passed over. Dates hang on the first, so it is not.
    """
    chart = facts.chart
    planned = [v for v in given.trial.visits if v.session is not None]
    if chart is None:
        return {visit.name: text(f"visit.{visit.name}") for visit in planned}
    done = [at for at, it in enumerate(planned) if chart.visit(it.name).session_on is not None]
    left = planned[max(done, default=-1) + 1 :]
    took_place = [it for it in left if chart.visit(it.name).attended_on is not None]
    following = [it for it in left if chart.visit(it.name).missed_on is None]
    offered = left[:1] if not done else [*following[:1], *took_place]
    return {
        visit.name: text("session.option", number=visit.session, visit=text(f"visit.{visit.name}"))
        for visit in offered
        if visit.session is not None
    }


def _session_items(
    facts: ParticipantFacts, answers: Answers, given: Circumstances
) -> tuple[Item, ...]:
    why = question_of_day(facts, answers, given) or _question_of_delay(facts, answers, given)
    return (
        PARTICIPANT,
        pick("visit", sessions_to_do(facts, given)),
        Item("on", text("ask.session_on"), Day(latest=given.today)),
        words("batch", LONGEST_BATCH, veiled=True),
        words("notes", LONGEST_NOTES, may_skip=True, veiled=True),
        *why_items(why, answers),
    )


def _question_of_delay(
    facts: ParticipantFacts, answers: Answers, given: Circumstances
) -> Text | None:
    chart, on = facts.chart, answers.get("on")
    first = given.trial.visit_of_session(1)
    if chart is None or first is None or answers.get("visit") != first.name:
        return None
    if not isinstance(on, date) or not first_session_late_by(given.trial, chart, on):
        return None
    return text("ask.session_late", most=_most_days(given))


def _check_session(
    facts: ParticipantFacts, answers: Answers, given: Circumstances
) -> Text | Refused | None:
    """No session before what the trial asks before it; one button leads there."""
    chart, on, name = facts.chart, answers.get("on"), answers.get("visit")
    if chart is None:
        return None
    if refused := check_treated(facts, given):
        return refused
    if given.trial.before_session and name and chart.visit(str(name)).checked_on is None:
        why = text("refused.not_checked", code=chart.code, visit=text(f"visit.{name}"))
        label = text("command.before_session.button")
        return Refused(why, ((run_button(label, "before_session", chart.code, str(name)),),))
    early = isinstance(on, date) and on < _last_session_on(chart, chart.randomized_on)
    return text("refused.before_last_session") if early else None


def check_treated(facts: ParticipantFacts, given: Circumstances) -> Text | None:
    """Whether this clinician may give this participant a session now."""
    chart = facts.chart
    if chart is None:
        return None
    if given.actor != chart.clinician:
        return text("refused.not_your_participant", code=chart.code)
    if chart.randomized_on is None:
        return text("refused.not_randomized", code=chart.code)
    if not chart.is_treated:
        return text("refused.not_treated", code=chart.code)
    if not sessions_to_do(facts, given):
        return text("refused.no_session_left", code=chart.code)
    return None


def _last_session_on(chart: Chart, randomized_on: date | None) -> date:
    done = [v.session_on for v in chart.visits.values() if v.session_on is not None]
    return max(done, default=randomized_on or date.min)


def _session(facts: ParticipantFacts, answers: Answers, given: Circumstances) -> Decision:
    chart, name = facts.chart, str(answers["visit"])
    assert chart is not None
    why = why_of_day(facts, answers, given)
    recorded = visit_milestone(facts, answers, Milestone.SESSION_DONE, words_of(answers), why)
    note = RecordSessionNote(chart.participant, name, str(answers["batch"]), str(answers["notes"]))
    done = text("session.done", code=chart.code, visit=text(f"visit.{name}"))
    return (recorded, note, Say(say(done, *_late(facts, recorded.on, name, given))))


def _late(facts: ParticipantFacts, on: date, name: str, given: Circumstances) -> tuple[Text, ...]:
    """A session outside its window is taken as it was, and said to be."""
    chart, due = facts.chart, facts.due.get(name)
    assert chart is not None
    if due is not None:
        return outside_window(due, on)
    late, most = first_session_late_by(given.trial, chart, on), _most_days(given)
    return (text("session.late", days=most + late, most=most),) if late else ()


def _most_days(given: Circumstances) -> int:
    return given.trial.eligibility.session_1_within_days


COMMANDS = (
    Command(
        "session",
        CLINICIAN,
        ParticipantFacts,
        _session,
        "record_session",
        items=_session_items,
        check=_check_session,
        review=Review.ALWAYS,
        reach=Reach.CARD,
    ),
)
