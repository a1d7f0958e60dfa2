"""Randomization, and what the treating clinician may see of it. No text here can hold an arm."""

from flows.commands.about_participant import CLINICIAN, chart_items, has_left
from flows.commands.command import PARTICIPANT, Circumstances, Command, Reach, Secured, pick
from flows.definition import Concealment
from flows.effects import Decision, Refused
from flows.effects.allocation import Allocate, ShowArm, ShowSessionNote
from flows.effects.ledger import CallWitnesses
from flows.effects.speaking import Say, TellPerson
from flows.facts.participants import ParticipantFacts
from flows.forms import Answers, Item, Review
from flows.messages import run_button, say
from flows.roles import Role
from flows.schedule import next_step_before_randomization
from flows.text import Text, text

ALLOCATOR = frozenset({Role.ALLOCATOR})
PI = frozenset({Role.PI})


def _check_randomize(facts: ParticipantFacts, _a: Answers, given: Circumstances) -> Text | None:
    chart = facts.chart
    if not facts.enrolment_confirmed:
        return text("refused.not_confirmed")
    if chart is None:
        return None
    if has_left(chart.status):
        return text("refused.left", code=chart.code)
    if chart.randomized_on is not None:
        return text("refused.randomized_already", code=chart.code)
    if chart.excluded:
        return text("refused.excluded", code=chart.code)
    if chart.clinician is not None and not _is_clinician(facts, chart.clinician):
        return text("refused.clinician_left", code=chart.code)
    if step := next_step_before_randomization(given.trial, chart):
        return text("refused.step_missing", code=chart.code, step=text(f"step.{step}"))
    return None if facts.envelopes_left else text("refused.no_envelope")


def _is_clinician(facts: ParticipantFacts, person: int) -> bool:
    return any(clinician.id == person for clinician in facts.clinicians)


def _randomize(facts: ParticipantFacts, _answers: Answers, given: Circumstances) -> Decision:
    chart = facts.chart
    if chart is None or not given.tapped:
        return Refused(text("refused.tap_needed"))
    assert chart.clinician is not None
    allocate = Allocate(chart.participant)
    if given.trial.allocation.concealment is Concealment.PAPER:
        return (allocate, CallWitnesses(chart.participant))
    done = Say(say(text("randomize.done", code=chart.code)))
    return (allocate, done, tell_clinician(chart.clinician, chart.code))


def tell_clinician(clinician: int, code: str) -> TellPerson:
    """Said as soon as there is a group to see: with paper, once its letter is recorded."""
    button = run_button(text("command.arm.button"), "arm", code)
    return TellPerson(clinician, say(text("randomize.clinician", code=code), buttons=((button,),)))


def _check_own(facts: ParticipantFacts, _a: Answers, given: Circumstances) -> Text | None:
    chart = facts.chart
    if chart is None:
        return None
    if chart.clinician != given.actor:
        return text("refused.not_your_participant", code=chart.code)
    if chart.randomized_on is None:
        return text("refused.not_randomized", code=chart.code)
    return None


def _check_arm_alone(
    facts: ParticipantFacts, answers: Answers, given: Circumstances
) -> Text | None:
    """The clinician of the participant; and the PI, once the trial is unblinded."""
    if Role.PI in given.roles and Role.CLINICIAN not in given.roles:
        return None if facts.trial_unblinded else text("refused.still_blinded")
    return None if facts.trial_unblinded else _check_own(facts, answers, given)


def _check_arm(facts: ParticipantFacts, answers: Answers, given: Circumstances) -> Text | None:
    if refused := _check_arm_alone(facts, answers, given):
        return refused
    chart = facts.chart
    if chart is not None and chart.randomized_on is None:
        return text("refused.not_randomized", code=chart.code)
    paper = given.trial.allocation.concealment is Concealment.PAPER
    if chart is not None and paper and not facts.letter_kept:
        return text("refused.letter_missing", code=chart.code)
    return None


def _arm(facts: ParticipantFacts, _answers: Answers, given: Circumstances) -> Decision:
    assert facts.chart is not None
    if given.tapped:
        return (ShowArm(facts.chart.participant),)
    button = run_button(text("arm.show.button"), "arm", facts.chart.code)
    return (Say(say(text("arm.tap", code=facts.chart.code), buttons=((button,),))),)


def _sessions(facts: ParticipantFacts, _answers: Answers, given: Circumstances) -> Decision:
    chart = facts.chart
    assert chart is not None
    done = [v for v in given.trial.visits if chart.visit(v.name).session_on is not None]
    if not done:
        return (Say(say(text("sessions.none", code=chart.code))),)
    lines = tuple(
        text("sessions.line", visit=text(f"visit.{visit.name}"), on=session_on)
        for visit in done
        if (session_on := chart.visit(visit.name).session_on) is not None
    )
    buttons = tuple(
        (run_button(text(f"visit.{visit.name}"), "session_note", chart.code, visit.name),)
        for visit in done
    )
    title = text("sessions.title", code=chart.code)
    return (Say(say(title, text("sessions.list", lines=lines), buttons=buttons)),)


def _note_items(facts: ParticipantFacts, _a: Answers, given: Circumstances) -> tuple[Item, ...]:
    visits = {visit.name: text(f"visit.{visit.name}") for visit in given.trial.visits}
    return (PARTICIPANT, pick("visit", visits))


def _session_note(facts: ParticipantFacts, answers: Answers, given: Circumstances) -> Decision:
    assert facts.chart is not None
    if not given.tapped:
        return Refused(text("refused.tap_needed"))
    return (ShowSessionNote(facts.chart.participant, str(answers["visit"])),)


COMMANDS = (
    Command(
        "randomize",
        ALLOCATOR,
        ParticipantFacts,
        _randomize,
        "randomize",
        items=chart_items,
        check=_check_randomize,
        review=Review.ALWAYS,
        secured=Secured.ALWAYS,
    ),
    Command(
        "arm",
        CLINICIAN | PI,
        ParticipantFacts,
        _arm,
        "view_arm",
        items=chart_items,
        check=_check_arm,
        reach=Reach.CARD,
    ),
    Command(
        "sessions",
        CLINICIAN,
        ParticipantFacts,
        _sessions,
        "view_sessions",
        items=chart_items,
        check=_check_own,
        reach=Reach.CARD,
    ),
    Command(
        "session_note",
        CLINICIAN,
        ParticipantFacts,
        _session_note,
        "view_session_note",
        items=_note_items,
        check=_check_own,
        reach=Reach.BUTTON,
    ),
)
