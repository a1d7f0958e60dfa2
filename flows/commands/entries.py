"""Entries of staff that were wrong: on another day, about somebody else, or not so at all.

What was entered stays beside its correction. An allocation is never corrected, what a participant
said is theirs to correct, and a rating is its rater's.
"""

from collections.abc import Iterator
from datetime import date, datetime

from flows.chart import Chart, Milestone
from flows.commands.about_participant import STAFF_OF_PARTICIPANT
from flows.commands.command import (
    PARTICIPANT,
    Circumstances,
    Command,
    Reach,
    choice,
    completed_years,
    pick,
    words,
)
from flows.effects import Decision, Effect
from flows.effects.milestones import CorrectEntry
from flows.effects.speaking import Say, TellPerson
from flows.facts.entries import Entered, EntryFacts
from flows.forms import Answers, Day, Item, ParticipantCode, Review
from flows.messages import Button, run_button, say
from flows.roles import Role
from flows.text import Param, Text, text

# So many fit a phone; what is older is seldom found wrong.
MOST = 20

MAY_BE_ON_ANOTHER_DAY = frozenset(
    {
        Milestone.CONSENTED,
        Milestone.ATTENDED,
        Milestone.MISSED,
        Milestone.SESSION_DONE,
        Milestone.CALLED,
        Milestone.DISCONTINUED,
        Milestone.WITHDRAWN,
        Milestone.LOST,
        Milestone.DIED,
    }
)
MAY_BE_NOT_SO = (MAY_BE_ON_ANOTHER_DAY - {Milestone.CONSENTED}) | {
    Milestone.BOOKED,
    Milestone.PHOTOGRAPHED,
}


def _correctable(facts: EntryFacts, given: Circumstances) -> tuple[Entered, ...]:
    """What this person may correct: of a session, the treating clinician; of anything else, the
    coordinators, whoever entered it and the treating clinician."""
    chart = facts.chart
    if chart is None:
        return ()
    return tuple(
        it
        for it in facts.entries
        if it.milestone in MAY_BE_ON_ANOTHER_DAY | MAY_BE_NOT_SO
        and it.entered_by != chart.participant
        and _may(it, chart, given)
    )[:MOST]


def _may(it: Entered, chart: Chart, given: Circumstances) -> bool:
    if given.actor == chart.clinician:
        return True
    if it.milestone is Milestone.SESSION_DONE:
        return False
    return Role.COORDINATOR in given.roles or it.entered_by == given.actor


def entry_text(milestone: Milestone, on: date, visit: str | None, at: datetime | None) -> Text:
    """An entry in a few words, with its day."""
    about: dict[str, Param] = {"on": on}
    if visit is not None:
        about["visit"] = text(f"visit.{visit}")
    if at is not None:
        about["at"] = at
    return text(f"history.{milestone.value}", **about)


def _what(it: Entered) -> Text:
    return entry_text(it.milestone, it.on, it.visit, it.at)


def _code(it: Entered) -> str:
    """With its day: what somebody else has corrected meanwhile is another choice."""
    return f"{it.id}_{it.on:%Y%m%d}"


def _chosen(facts: EntryFacts, answers: Answers) -> Entered | None:
    return next((it for it in facts.entries if _code(it) == answers.get("entry")), None)


def _items(facts: EntryFacts, answers: Answers, given: Circumstances) -> tuple[Item, ...]:
    labels = {_code(it): _what(it) for it in _correctable(facts, given)}
    return (
        PARTICIPANT,
        pick("entry", labels),
        choice("wrong", *_wrong(_chosen(facts, answers))),
        *right_items(answers, given),
        words("correction_reason", 300),
    )


def _presumed(facts: EntryFacts, answers: Answers, _given: Circumstances) -> Answers:
    """Where one thing alone can be wrong, it goes without asking."""
    chosen = _chosen(facts, answers)
    possible = () if chosen is None else _wrong(chosen)
    return {"wrong": possible[0]} if len(possible) == 1 else {}


def _wrong(chosen: Entered | None) -> tuple[str, ...]:
    may_move = chosen is None or chosen.milestone in MAY_BE_ON_ANOTHER_DAY
    may_go = chosen is None or chosen.milestone in MAY_BE_NOT_SO
    return (
        *(("DAY",) if may_move else ()),
        *(("PARTICIPANT", "NOT_SO") if may_go else ()),
    )


def right_items(answers: Answers, given: Circumstances) -> tuple[Item, ...]:
    match answers.get("wrong"):
        case "DAY":
            return (Item("right_day", text("ask.right_day"), Day(latest=given.today)),)
        case "PARTICIPANT":
            return (Item("right_participant", text("ask.right_participant"), ParticipantCode()),)
        case _:
            return ()


def _check(facts: EntryFacts, answers: Answers, given: Circumstances) -> Text | None:
    chart = facts.chart
    if chart is None:
        return None
    if not _correctable(facts, given):
        return text("refused.nothing_entered", code=chart.code)
    if answers.get("right_participant") == chart.code:
        return text("refused.same_participant", code=chart.code)
    chosen, on = _chosen(facts, answers), answers.get("right_day")
    if chosen is None or not isinstance(on, date):
        return None
    return _check_day(facts, chart, chosen, on)


def _check_day(facts: EntryFacts, chart: Chart, chosen: Entered, on: date) -> Text | None:
    if on == chosen.on:
        return text("refused.same_day")
    if chosen.milestone is Milestone.CONSENTED:
        return _check_consent(facts, chosen, on)
    if chart.consented_on is not None and on < chart.consented_on:
        return text("refused.before_consent")
    if chosen.milestone is Milestone.SESSION_DONE:
        return _check_session(chart, chosen, on)
    return None


def _check_consent(facts: EntryFacts, chosen: Entered, on: date) -> Text | None:
    """Nothing may come before the consent, and the age on its day is that of the trial's data."""
    if any(it.on < on for it in facts.entries if it.id != chosen.id):
        return text("refused.consent_after")
    born_on = facts.born_on
    if born_on and completed_years(born_on, on) != completed_years(born_on, chosen.on):
        return text("refused.consent_age")
    return None


def _check_session(chart: Chart, chosen: Entered, on: date) -> Text | None:
    """Sessions keep their order, and none was before the allocation."""
    others = [
        it.session_on
        for name, it in chart.visits.items()
        if name != chosen.visit and it.session_on is not None
    ]
    before = [it for it in others if it < chosen.on]
    if chart.randomized_on is not None:
        before.append(chart.randomized_on)
    after = [it for it in others if it >= chosen.on]
    in_order = max(before, default=on) <= on <= min(after, default=on)
    return None if in_order else text("refused.session_order")


def _decide(facts: EntryFacts, answers: Answers, given: Circumstances) -> Decision:
    chart, chosen = facts.chart, _chosen(facts, answers)
    assert chart is not None
    assert chosen is not None
    on = answers.get("right_day") if answers["wrong"] == "DAY" else None
    assert on is None or isinstance(on, date)
    corrected = CorrectEntry(
        chart.participant,
        chosen.id,
        chosen.milestone,
        chosen.visit,
        chosen.on,
        on,
        str(answers["wrong"]),
        str(answers["correction_reason"]),
    )
    told = _told(chart, chosen, on)
    return (
        corrected,
        Say(say(told, *_then(chosen, answers), buttons=((_next(chart, answers),),))),
        *_tell_others(chart, chosen, told, given),
    )


def _told(chart: Chart, chosen: Entered, on: date | None) -> Text:
    what = _what(chosen)
    if on is None:
        return text("entry.retracted", code=chart.code, what=what)
    return text("entry.moved", code=chart.code, what=what, on=on)


def _then(chosen: Entered, answers: Answers) -> Iterator[Text]:
    """What is still to be done by hand."""
    if answers["wrong"] == "PARTICIPANT":
        yield text("entry.record_there", code=str(answers["right_participant"]))
    if chosen.milestone in (Milestone.WITHDRAWN, Milestone.DIED):
        yield text("entry.invite_again")


def _next(chart: Chart, answers: Answers) -> Button:
    """To the card on which it is to be entered, where it was another participant's."""
    code = str(answers.get("right_participant", chart.code))
    return run_button(text("find.code", code=code), "card", code)


def _tell_others(
    chart: Chart, chosen: Entered, told: Text, given: Circumstances
) -> Iterator[Effect]:
    """The treating clinician; and the participant, of an appointment that there is not."""
    if chart.clinician is not None and chart.clinician != given.actor:
        yield TellPerson(chart.clinician, say(told))
    is_coming = chosen.at is not None and chosen.at > given.now
    if chosen.milestone is Milestone.BOOKED and is_coming and chart.gets_messages:
        visit = text(f"visit.{chosen.visit}")
        assert chosen.at is not None
        gone = text("entry.no_appointment", visit=visit, at=chosen.at)
        yield TellPerson(chart.participant, say(gone))


COMMANDS = (
    Command(
        "correct_entry",
        STAFF_OF_PARTICIPANT,
        EntryFacts,
        _decide,
        "correct_entry",
        items=_items,
        check=_check,
        presumes=_presumed,
        review=Review.ALWAYS,
        reach=Reach.CARD,
    ),
)
