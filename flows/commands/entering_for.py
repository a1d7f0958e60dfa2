"""Staff enter what a participant answered on paper, on the telephone, or read aloud to them.

Form and questions are the participant's own; staff are asked what is still open in it.
"""

from datetime import date

from flows.commands.about_participant import STAFF_OF_PARTICIPANT, check_day, check_left, code_in
from flows.commands.command import (
    PARTICIPANT,
    Circumstances,
    Command,
    Reach,
    choice,
    words,
)
from flows.commands.next_steps import next_steps
from flows.effects import Decision, Effect
from flows.effects.following import EnterAnswers
from flows.effects.speaking import Say, TellPerson
from flows.facts.participants import FormState, ParticipantFacts
from flows.forms import Answers, Choice, Day, Item, Option, Review
from flows.messages import run_button, say
from flows.text import Text, text
from flows.transcription import LIVE, Way, can_be_entered, is_kept_from, outside_window

NEW_REPORT = "NEW"
LONGEST_REASON = 300
_WAYS = {"PAPER": Way.PAPER, "TELEPHONE": Way.TELEPHONE, "READ_ALOUD": Way.READ_ALOUD}


def _form_item(facts: ParticipantFacts) -> Item:
    """What is open comes first, and what closed unanswered last."""
    forms, new = [form for form in facts.forms if can_be_entered(form)], text("entering.new_report")
    options = (
        *(_option(form) for form in forms if form.is_open),
        Option(NEW_REPORT, new, new),
        *(_option(form) for form in forms if not form.is_open),
    )
    return Item("entered_form", text("ask.entered_form"), Choice(options))


def _option(form: FormState) -> Option:
    if form.visit is None:
        label = text("entering.report_begun", form=form.title, on=form.opens_on)
        return Option(str(form.form_id), label, label)
    visit = text(f"visit.{form.visit}")
    short = text("entering.form", form=form.title, visit=visit)
    key = "entering.form_open" if form.is_open else "entering.form_closed"
    return Option(str(form.form_id), text(key, form=short, last=_last(form)), short)


def _last(form: FormState) -> date:
    assert form.closes_on is not None
    return form.closes_on


def _items(facts: ParticipantFacts, _a: Answers, given: Circumstances) -> tuple[Item, ...]:
    return (
        PARTICIPANT,
        _form_item(facts),
        choice("way", *_WAYS),
        Item("on", text("ask.answered_on"), Day(latest=given.today)),
        words("entered_why", LONGEST_REASON),
    )


def _chosen(facts: ParticipantFacts, answers: Answers) -> FormState | None:
    code = answers.get("entered_form")
    return next((form for form in facts.forms if str(form.form_id) == code), None)


def _presumed(facts: ParticipantFacts, answers: Answers, given: Circumstances) -> Answers:
    """Whoever speaks with the participant does so today, where today is in the form's window."""
    form, way = _chosen(facts, answers), _WAYS.get(str(answers.get("way")))
    late = form is not None and outside_window(form, given.today) is not None
    return {"on": given.today} if way in LIVE and not late else {}


def _check(facts: ParticipantFacts, answers: Answers, given: Circumstances) -> Text | None:
    chart, form, on = facts.chart, _chosen(facts, answers), answers.get("on")
    if chart is None or "entered_form" not in answers:
        return check_left(facts)
    instrument = given.trial.side_effect_report if form is None else form.instrument
    if is_kept_from(given.trial, chart, given.actor, instrument):
        return text("refused.treating_clinician", code=chart.code)
    if form is not None and not can_be_entered(form):
        return text("refused.answers_are_in", code=chart.code, form=form.title)
    outside = outside_window(form, on) if form is not None and isinstance(on, date) else None
    return check_left(facts) or outside or check_day(facts, answers)


def _answer_for(facts: ParticipantFacts, answers: Answers, _given: Circumstances) -> Decision:
    form, on = _chosen(facts, answers), answers["on"]
    assert facts.chart is not None
    assert isinstance(on, date)
    return (
        EnterAnswers(
            facts.chart.participant,
            None if form is None else form.form_id,
            _WAYS[str(answers["way"])],
            on,
            str(answers["entered_why"]),
        ),
    )


def after_entering(
    facts: ParticipantFacts, given: Circumstances, form: Text, way: Way, on: date
) -> tuple[Effect, ...]:
    """What staff are told of answers that they submitted, and the participant whose they are."""
    code = code_in(facts)
    done = text("entering.done", code=code, form=form, way=way.label, on=on)
    steps = tuple((step.button,) for step in next_steps(facts, given))
    card = (run_button(text("command.card.button"), "card", code),)
    return (Say(say(done, buttons=(*steps, card))), *_told(facts, given, way, on))


def _told(facts: ParticipantFacts, given: Circumstances, way: Way, on: date) -> tuple[Effect, ...]:
    chart = facts.chart
    assert chart is not None
    if not chart.gets_messages or facts.reached_on is None:
        return ()
    told = text(f"entering.told.{way.value}", on=on, phone=given.trial.site.clinic_phone)
    return (TellPerson(chart.participant, say(told)),)


COMMANDS = (
    Command(
        "answer_for",
        STAFF_OF_PARTICIPANT,
        ParticipantFacts,
        _answer_for,
        "enter_answers",
        items=_items,
        check=_check,
        review=Review.ALWAYS,
        reach=Reach.CARD,
        presumes=_presumed,
    ),
)
