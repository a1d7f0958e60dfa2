"""Answers that staff entered wrongly, for a participant or about them: taken back, so that nothing
rests on them, and entered anew where they belong."""

from collections.abc import Iterator

from flows.chart import Chart, Milestone, Status
from flows.commands.about_participant import STAFF_OF_PARTICIPANT
from flows.commands.command import PARTICIPANT, Circumstances, Command, Reach, choice, pick, words
from flows.commands.entries import right_items
from flows.effects import Decision, Effect
from flows.effects.corrections import RetractAnswers
from flows.effects.milestones import CorrectEntry
from flows.effects.speaking import Say, TellPerson, TellRole
from flows.facts.entries import EnteredForm, EntryFacts
from flows.forms import Answers, Item, Review
from flows.messages import Button, run_button, say
from flows.roles import Role
from flows.text import Param, Text, text
from flows.transcription import is_kept_from


def _form_label(it: EnteredForm) -> Text:
    about: dict[str, Param] = {"form": it.title, "on": it.on}
    kind = "of_staff" if it.is_of_staff else "answered"
    if it.visit is None:
        return text(f"entry.form.{kind}", **about)
    return text(f"entry.form.{kind}_at_visit", visit=text(f"visit.{it.visit}"), **about)


def _retractable(facts: EntryFacts, given: Circumstances) -> tuple[EnteredForm, ...]:
    chart = facts.chart
    if chart is None:
        return ()
    return tuple(it for it in facts.forms if _may(it, chart, given))


def _may(it: EnteredForm, chart: Chart, given: Circumstances) -> bool:
    """A form of staff is taken back by those who fill it in, and by the treating clinician."""
    if it.is_of_staff:
        return Role(it.filled_by.value) in given.roles or given.actor == chart.clinician
    return not is_kept_from(given.trial, chart, given.actor, it.instrument)


def _chosen(facts: EntryFacts, answers: Answers) -> EnteredForm | None:
    return next((it for it in facts.forms if str(it.form_id) == answers.get("wrong_form")), None)


def _retract_items(facts: EntryFacts, answers: Answers, given: Circumstances) -> tuple[Item, ...]:
    labels = {str(it.form_id): _form_label(it) for it in _retractable(facts, given)}
    return (
        PARTICIPANT,
        pick("wrong_form", labels),
        choice("wrong", *_wrong(_chosen(facts, answers))),
        *(right_items(answers, given) if answers.get("wrong") == "PARTICIPANT" else ()),
        words("correction_reason", 300),
    )


def _wrong(chosen: EnteredForm | None) -> tuple[str, ...]:
    """A form of staff holds no day of its own."""
    day = () if chosen is not None and chosen.is_of_staff else ("DAY",)
    return (*day, "ANSWERS", "PARTICIPANT", "NOT_SO")


def _check_retracting(facts: EntryFacts, answers: Answers, given: Circumstances) -> Text | None:
    chart = facts.chart
    if chart is None:
        return None
    if not _retractable(facts, given):
        return text("refused.nothing_entered_for", code=chart.code)
    if answers.get("right_participant") == chart.code:
        return text("refused.same_participant", code=chart.code)
    return None


def _retract(facts: EntryFacts, answers: Answers, given: Circumstances) -> Decision:
    chart, form = facts.chart, _chosen(facts, answers)
    assert chart is not None
    assert form is not None
    wrong, reason = str(answers["wrong"]), str(answers["correction_reason"])
    told = text("entry.answers_retracted", code=chart.code, what=_form_label(form))
    right = str(answers.get("right_participant", chart.code))
    buttons = (_anew(right, form, given), *_undo(chart, form))
    return (
        *_no_longer_so(chart, form, wrong, reason),
        RetractAnswers(form.form_id, wrong, reason),
        Say(say(told, *_then(chart, form, right), buttons=tuple((button,) for button in buttons))),
        *_tell(chart, form, told, given),
    )


def _no_longer_so(
    chart: Chart, form: EnteredForm, wrong: str, reason: str
) -> Iterator[CorrectEntry]:
    """What was recorded because of the form falls with it."""
    for it in form.led_to:
        yield CorrectEntry(
            chart.participant, it.id, it.milestone, it.visit, it.on, None, wrong, reason
        )


def _blocked(form: EnteredForm) -> bool:
    return any(it.milestone is Milestone.SESSION_BLOCKED for it in form.led_to)


def _stopped(chart: Chart, form: EnteredForm) -> bool:
    return _blocked(form) and chart.status is Status.DISCONTINUED


def _then(chart: Chart, form: EnteredForm, right: str) -> Iterator[Text]:
    """What does not fall with the answers, and is to be looked at by hand."""
    if not form.is_of_staff:
        yield text("entry.event_stays")
    if _blocked(form) and chart.pregnancy_followed:
        yield text("entry.pregnancy_stays")
    if _stopped(chart, form):
        yield text("entry.treatment_stays")
    yield text("entry.enter_again", code=right)


def _undo(chart: Chart, form: EnteredForm) -> tuple[Button, ...]:
    if not _stopped(chart, form):
        return ()
    return (run_button(text("command.correct_entry.button"), "correct_entry", chart.code),)


def _anew(code: str, form: EnteredForm, given: Circumstances) -> Button:
    """To where what is right is entered; to the card, where somebody else does that."""
    command = _command(form, given)
    if form.is_of_staff and Role(form.filled_by.value) not in given.roles:
        command = "card"
    label = text("find.code", code=code) if command == "card" else text(f"command.{command}.button")
    return run_button(label, command, code)


def _command(form: EnteredForm, given: Circumstances) -> str:
    """The command with which the form is filled in."""
    rule, check = given.trial.eligibility, given.trial.before_session
    if form.instrument == rule.instrument:
        return "eligibility"
    if form.instrument == rule.reference:
        return "reference"
    is_check = check is not None and form.instrument == check.instrument
    return "before_session" if is_check else "answer_for"


def _tell(chart: Chart, form: EnteredForm, told: Text, given: Circumstances) -> Iterator[Effect]:
    """The treating clinician; and the PI, who was told that a session was blocked."""
    if chart.clinician is not None and chart.clinician != given.actor:
        yield TellPerson(chart.clinician, say(told))
    if _blocked(form):
        yield TellRole(Role.PI, say(told))


COMMANDS = (
    Command(
        "retract_answers",
        STAFF_OF_PARTICIPANT,
        EntryFacts,
        _retract,
        "retract_answers",
        items=_retract_items,
        check=_check_retracting,
        review=Review.ALWAYS,
        reach=Reach.CARD,
    ),
)
