"""Answers that staff entered for a participant wrongly: taken back, so that no answer stands, and
entered anew where they belong."""

from flows.commands.about_participant import STAFF_OF_PARTICIPANT
from flows.commands.command import PARTICIPANT, Circumstances, Command, Reach, choice, pick, words
from flows.commands.entries import right_items
from flows.effects import Decision
from flows.effects.corrections import RetractAnswers
from flows.effects.speaking import Say, TellPerson
from flows.facts.entries import EnteredForm, EntryFacts
from flows.forms import Answers, Item, Review
from flows.messages import run_button, say
from flows.text import Text, text
from flows.transcription import is_kept_from


def _form_label(it: EnteredForm) -> Text:
    if it.visit is None:
        return text("entry.report", form=it.title, on=it.on)
    return text("entry.form", form=it.title, visit=text(f"visit.{it.visit}"), on=it.on)


def _retractable(facts: EntryFacts, given: Circumstances) -> tuple[EnteredForm, ...]:
    chart = facts.chart
    if chart is None:
        return ()
    return tuple(
        it for it in facts.forms if not is_kept_from(given.trial, chart, given.actor, it.instrument)
    )


def _retract_items(facts: EntryFacts, answers: Answers, given: Circumstances) -> tuple[Item, ...]:
    labels = {str(it.form_id): _form_label(it) for it in _retractable(facts, given)}
    return (
        PARTICIPANT,
        pick("wrong_form", labels),
        choice("wrong", "DAY", "PARTICIPANT", "NOT_SO"),
        *(right_items(answers, given) if answers.get("wrong") == "PARTICIPANT" else ()),
        words("correction_reason", 300),
    )


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
    chart, chosen = facts.chart, str(answers["wrong_form"])
    assert chart is not None
    form = next(it for it in facts.forms if str(it.form_id) == chosen)
    told = text("entry.answers_retracted", code=chart.code, what=_form_label(form))
    right = str(answers.get("right_participant", chart.code))
    again = text("entry.enter_again", code=right)
    button = run_button(text("command.answer_for.button"), "answer_for", right)
    tell = chart.clinician is not None and chart.clinician != given.actor
    return (
        RetractAnswers(form.form_id, str(answers["wrong"]), str(answers["correction_reason"])),
        Say(say(told, again, buttons=((button,),))),
        *((TellPerson(chart.clinician, say(told)),) if tell and chart.clinician else ()),
    )


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
