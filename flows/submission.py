"""What follows from a form that was filled in by staff."""

from collections.abc import Sequence
from datetime import date

from flows.chart import Chart, Milestone
from flows.definition import Trial
from flows.effects import Effect
from flows.effects.milestones import RecordMilestone
from flows.effects.speaking import Say, TellRole
from flows.forms import Answers
from flows.instruments import FilledBy, Instrument
from flows.messages import run_button, say
from flows.roles import Role
from flows.text import text


def after_submission(
    trial: Trial, instrument: Instrument, answers: Answers, chart: Chart, today: date
) -> Sequence[Effect]:
    """The milestones and messages that a submitted form leads to, besides being kept."""
    if instrument.name == trial.eligibility.instrument:
        return _after_eligibility(instrument, answers, chart, today)
    if instrument.name == trial.eligibility.reference:
        return _after_reference(chart, today)
    if instrument.filled_by is FilledBy.RATER:
        return (Say(say(text("submitted.rating"))),)
    return (Say(say(text("submitted.thanks", phone=trial.site.clinic_phone))),)


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
    if chart.randomized_on is not None:  # Randomized while this form was being filled in.
        return (Say(say(text("refused.randomized_already", code=chart.code))),)
    excluding = excluding_items(instrument, answers)
    recorded = RecordMilestone(
        chart.participant,
        Milestone.ELIGIBILITY_RECORDED,
        today,
        detail={"excluded": "YES" if excluding else "NO", "items": ",".join(excluding)},
    )
    if excluding:
        reasons = tuple(
            text("submitted.reason", reason=text(f"{instrument.prefix}.{item}.short"))
            for item in excluding
        )
        excluded = RecordMilestone(chart.participant, Milestone.NOT_ELIGIBLE, today)
        told = text("submitted.not_eligible", code=chart.code, reasons=reasons)
        return (recorded, excluded, Say(say(told)))
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
