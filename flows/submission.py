"""What follows from a form that was submitted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flows.adverse_events import present
from flows.chart import Chart, Milestone
from flows.definition import BeforeSession, Trial
from flows.effects import Effect
from flows.effects.events import OpenReportedEvents
from flows.effects.milestones import RecordMilestone
from flows.effects.pregnancies import TellOfBlockedSession
from flows.effects.speaking import Say, TellRole
from flows.forms import Answers
from flows.instruments import FilledBy, Instrument
from flows.messages import run_button, say
from flows.pregnancies import begin_following, stop_treatment
from flows.roles import Role
from flows.text import Param, Text, text


@dataclass(frozen=True, slots=True)
class Submitted:
    """A form that was submitted, and the visit that it belongs to, if any. Who `entered` it for the
    participant is told so in other words."""

    form_id: int
    visit: str | None
    entered: bool = False


def after_submission(
    trial: Trial,
    instrument: Instrument,
    answers: Answers,
    chart: Chart,
    today: date,
    form: Submitted,
) -> Sequence[Effect]:
    """The milestones and messages that a submitted form leads to, besides being kept."""
    if instrument.name == trial.eligibility.instrument:
        return _after_eligibility(instrument, answers, chart, today)
    if instrument.name == trial.eligibility.reference:
        return _after_reference(chart, today)
    if instrument.filled_by is FilledBy.RATER:
        return (Say(say(text("submitted.rating"))),)
    if trial.before_session is not None and instrument.name == trial.before_session.instrument:
        return _after_check(trial, trial.before_session, instrument, answers, chart, today, form)
    thanks = Say(say(text("submitted.thanks", phone=trial.site.clinic_phone)))
    told: tuple[Effect, ...] = () if form.entered else (thanks,)
    terms = tuple(present(instrument, answers)) if tells_of_events(trial, instrument) else ()
    if not terms:
        return told
    return (*told, OpenReportedEvents(chart.participant, form.form_id, terms))


def milestones_of(trial: Trial, instrument: str) -> frozenset[Milestone]:
    """What is recorded of a participant because a form of staff was submitted, and rests on it."""
    check = trial.before_session
    if instrument == trial.eligibility.instrument:
        return frozenset(
            {
                Milestone.ELIGIBILITY_RECORDED,
                Milestone.ELIGIBILITY_CONFIRMED,
                Milestone.NOT_ELIGIBLE,
            }
        )
    if instrument == trial.eligibility.reference:
        return frozenset({Milestone.REFERENCE_RECORDED})
    if check is not None and instrument == check.instrument:
        return frozenset({Milestone.CHECKED_BEFORE_SESSION, Milestone.SESSION_BLOCKED})
    return frozenset()


def tells_of_events(trial: Trial, instrument: Instrument) -> bool:
    check = trial.safety_check
    return instrument.name == trial.side_effect_report or (
        check is not None and instrument.name == check.instrument
    )


def _after_check(
    trial: Trial,
    rule: BeforeSession,
    instrument: Instrument,
    answers: Answers,
    chart: Chart,
    today: date,
    form: Submitted,
) -> Sequence[Effect]:
    """The session may be recorded now, or it is blocked, and a pregnancy is followed."""
    visit = str(form.visit)
    checked = RecordMilestone(
        chart.participant, Milestone.CHECKED_BEFORE_SESSION, today, form.visit
    )
    blocking = excluding_items(instrument, answers)
    about: dict[str, Param] = {"code": chart.code, "visit": text(f"visit.{visit}")}
    if not blocking:
        button = run_button(text("command.session.button"), "session", chart.code, visit)
        return (checked, Say(say(text("submitted.checked", **about), buttons=((button,),))))
    blocked = RecordMilestone(
        chart.participant,
        Milestone.SESSION_BLOCKED,
        today,
        form.visit,
        detail={"items": ",".join(blocking)},
    )
    reasons = _reasons(instrument, blocking)
    told = Say(say(text("submitted.blocked", reasons=reasons, **about)))
    if rule.pregnancy in blocking:
        return (checked, blocked, *begin_following(trial, chart, today), told)
    stopped = stop_treatment(trial, chart, today, blocking[0].upper())
    return (
        checked,
        blocked,
        *stopped,
        TellOfBlockedSession(chart.participant, visit, reasons),
        told,
    )


def _reasons(instrument: Instrument, items: Sequence[str]) -> tuple[Text, ...]:
    return tuple(
        text("submitted.reason", reason=text(f"{instrument.prefix}.{item}.short")) for item in items
    )


def excluding_items(instrument: Instrument, answers: Answers) -> list[str]:
    """The items whose answers make a candidate not eligible."""
    return [
        item.id
        for item in instrument.items
        if isinstance(answer := answers.get(item.id), str) and instrument.excludes(item.id, answer)
    ]


def _after_eligibility(
    instrument: Instrument, answers: Answers, chart: Chart, today: date
) -> Sequence[Effect]:
    if chart.randomized_on is not None and chart.eligibility_answered:
        # Randomized while this form was being filled in.
        return (Say(say(text("refused.randomized_already", code=chart.code))),)
    excluding = excluding_items(instrument, answers)
    recorded = RecordMilestone(
        chart.participant,
        Milestone.ELIGIBILITY_RECORDED,
        today,
        detail={"excluded": "YES" if excluding else "NO", "items": ",".join(excluding)},
    )
    if excluding and chart.randomized_on is not None:
        about: dict[str, Param] = {"code": chart.code, "reasons": _reasons(instrument, excluding)}
        told = say(text("submitted.randomized_not_eligible", **about))
        return (recorded, TellRole(Role.PI, told), Say(told))
    if excluding:
        reasons = _reasons(instrument, excluding)
        excluded = RecordMilestone(chart.participant, Milestone.NOT_ELIGIBLE, today)
        why = text("submitted.not_eligible", code=chart.code, reasons=reasons)
        return (recorded, excluded, Say(say(why)))
    button = run_button(
        text("command.confirm_eligibility.button"), "confirm_eligibility", chart.code
    )
    return (
        recorded,
        Say(say(text("submitted.eligible", code=chart.code))),
        TellRole(
            Role.CLINICIAN,
            say(text("submitted.confirm_eligibility", code=chart.code), buttons=((button,),)),
        ),
    )


def _after_reference(chart: Chart, today: date) -> Sequence[Effect]:
    recorded = RecordMilestone(chart.participant, Milestone.REFERENCE_RECORDED, today)
    button = run_button(text("command.photographs.button"), "photographs", chart.code)
    done = say(text("submitted.reference", code=chart.code), buttons=((button,),))
    return (recorded, Say(done))
