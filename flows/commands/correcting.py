"""Participants ask for a correction, their clinician decides, and they confirm (ICH E6(R3) 3.16.1).

Nothing of what a participant said changes before they confirmed it themselves.
"""

from collections.abc import Iterator
from dataclasses import replace

from flows.commands.about_participant import CLINICIAN, check_left
from flows.commands.command import (
    PARTICIPANT,
    Circumstances,
    Command,
    Reach,
    choice,
    pick,
    words,
)
from flows.commands.participant import OWN, check_present
from flows.effects import Decision, Effect, Refused
from flows.effects.corrections import (
    AskCorrection,
    ConfirmCorrection,
    DecideCorrection,
    RaiseRedFlags,
    ShowCorrection,
)
from flows.effects.speaking import Say
from flows.facts.corrections import (
    Asked,
    CorrectionFacts,
    OwnCorrectionFacts,
    Standing,
    SubmittedForm,
)
from flows.forms import NOT_ASKED, Answer, Answers, Item, Review, short
from flows.messages import Button, run_button, say
from flows.text import Text, text

LONGEST = 300


def changes_in(asked: Asked) -> Text:
    """Old and new, side by side."""
    lines = tuple(
        text("correction.change", question=it.question, old=it.old, new=it.new)
        for it in asked.changes
    )
    return text("correction.changes", form=asked.label, lines=lines)


def confirm_buttons(request: int) -> tuple[tuple[Button, ...], ...]:
    return tuple(
        (run_button(text(f"option.confirm_correction.{it}"), "confirm_correction", request, it),)
        for it in ("YES", "NO")
    )


def _form_in(facts: OwnCorrectionFacts, answers: Answers) -> SubmittedForm | None:
    chosen = str(answers.get("correct_form"))
    return next((it for it in facts.forms if str(it.form_id) == chosen), None)


def _is_answered(answers: Answers, item: Item) -> bool:
    return answers.get(item.id, NOT_ASKED) != NOT_ASKED


def _correct_items(
    facts: OwnCorrectionFacts, answers: Answers, _g: Circumstances
) -> tuple[Item, ...]:
    form = _form_in(facts, answers)
    first = pick("correct_form", {str(it.form_id): it.label for it in facts.forms})
    if form is None or facts.chart is None:
        return (first,)
    answered = [it for it in form.form.items if _is_answered(form.answers, it)]
    which = pick("correct_item", {it.id: short(it) for it in answered})
    asked = _asked(form, facts.chart.sex, answers)
    return (first, which, *asked, words("correct_reason", LONGEST, may_skip=True))


def _asked(form: SubmittedForm, sex: str, answers: Answers) -> tuple[Item, ...]:
    """The question itself, and those that its new answer leads to."""
    asked: list[Item] = []
    merged: dict[str, Answer] = {"sex": sex, **form.answers}
    for item in form.form.items:
        newly = not _is_answered(form.answers, item)
        leads_here = bool(asked) and newly and all(when.holds(merged) for when in item.when)
        if item.id == answers.get("correct_item") or leads_here:
            asked.append(replace(item, when=()))
            merged[item.id] = answers.get(item.id, NOT_ASKED)
    return tuple(asked)


def _changed(form: SubmittedForm, sex: str, answers: Answers) -> dict[str, Answer]:
    """The new answers, and those that no longer apply."""
    asked = {it.id for it in _asked(form, sex, answers)}
    after = {it: answers[it] for it in asked if it in answers}
    after = {it: answer for it, answer in after.items() if answer != form.answers.get(it)}
    known: dict[str, Answer] = {"sex": sex, **form.answers, **after}
    for item in form.form.items:
        if _is_answered(known, item) and not all(when.holds(known) for when in item.when):
            known[item.id] = after[item.id] = NOT_ASKED
    order = [it.id for it in form.form.items]
    return {it: after[it] for it in sorted(after, key=order.index)}


def _check_correct(
    facts: OwnCorrectionFacts, answers: Answers, given: Circumstances
) -> Text | Refused | None:
    if refused := check_present(facts.chart, given):
        return refused
    if not facts.forms:
        return text("refused.nothing_submitted")
    waiting = {it.form_id: it for it in facts.waiting}
    form = _form_in(facts, answers)
    if form is not None:
        return _why_not_again(waiting.get(form.form_id), given)
    free = any(it.form_id not in waiting for it in facts.forms)
    return None if free else _why_not_again(facts.waiting[0], given)


def _why_not_again(asked: Asked | None, given: Circumstances) -> Text | Refused | None:
    """One correction of a form at a time."""
    if asked is None:
        return None
    if asked.standing is Standing.AGREED:
        return Refused(text("refused.correction_to_confirm"), confirm_buttons(asked.id))
    return text("refused.correction_waits", phone=given.trial.site.clinic_phone)


def _correct(facts: OwnCorrectionFacts, answers: Answers, given: Circumstances) -> Decision:
    form = _form_in(facts, answers)
    if form is None or facts.chart is None:
        return Refused(text("refused.changed_meanwhile"))
    after = _changed(form, facts.chart.sex, answers)
    if not after:
        return (Say(say(text("correction.unchanged"))),)
    before = {it: form.answers.get(it, NOT_ASKED) for it in after}
    asked = AskCorrection(form.form_id, before, after, str(answers["correct_reason"]))
    return (asked, Say(say(text("correction.asked", phone=given.trial.site.clinic_phone))))


def _red_flags(
    facts: OwnCorrectionFacts, answers: Answers, _g: Circumstances, item_id: str
) -> tuple[Effect, ...]:
    """Safety does not wait for a decision."""
    form = _form_in(facts, answers)
    item = None if form is None else form.form.item(item_id)
    if form is None or item is None:
        return ()
    before = _codes(form.answers.get(item_id))
    new = [code for code in _codes(answers.get(item_id)) if code not in before]
    flags = tuple(it.code for it in item.options if it.alert is not None and it.code in new)
    return (RaiseRedFlags(form.form_id, item_id, flags),) if flags else ()


def _codes(answer: Answer | None) -> tuple[str, ...]:
    if isinstance(answer, tuple):
        return answer
    return (answer,) if isinstance(answer, str) else ()


def _asked_in(waiting: tuple[Asked, ...], answers: Answers) -> Asked | None:
    chosen = str(answers.get("correction"))
    return next((it for it in waiting if str(it.id) == chosen), None)


def _agreed(facts: OwnCorrectionFacts) -> tuple[Asked, ...]:
    return tuple(it for it in facts.waiting if it.standing is Standing.AGREED)


def _confirm_items(facts: OwnCorrectionFacts, _a: Answers, _g: Circumstances) -> tuple[Item, ...]:
    which = pick("correction", {str(it.id): it.label for it in _agreed(facts)})
    return (which, choice("confirm_correction", "YES", "NO"))


def _check_confirm(
    facts: OwnCorrectionFacts, _answers: Answers, given: Circumstances
) -> Text | None:
    if refused := check_present(facts.chart, given):
        return refused
    return None if _agreed(facts) else text("refused.correction_over")


def _confirm(facts: OwnCorrectionFacts, answers: Answers, _given: Circumstances) -> Decision:
    asked = _asked_in(_agreed(facts), answers)
    if asked is None:
        return Refused(text("refused.correction_over"))
    confirmed = answers["confirm_correction"] == "YES"
    told = "correction.confirmed" if confirmed else "correction.left"
    return (ConfirmCorrection(asked.id, confirmed), Say(say(text(told))))


def _to_decide(facts: CorrectionFacts) -> tuple[Asked, ...]:
    return tuple(it for it in facts.waiting if it.standing is Standing.ASKED)


def _which(facts: CorrectionFacts) -> Item:
    return pick("correction", {str(it.id): it.label for it in _to_decide(facts)})


def _decide_items(facts: CorrectionFacts, answers: Answers, _g: Circumstances) -> tuple[Item, ...]:
    asked = _asked_in(_to_decide(facts), answers)
    if asked is None:
        return (PARTICIPANT, _which(facts))
    assert facts.chart is not None
    question = text("ask.decide_correction", code=facts.chart.code, changes=changes_in(asked))
    agrees = answers.get("decide_correction") == "AGREE"
    return (
        PARTICIPANT,
        _which(facts),
        choice("decide_correction", "AGREE", "REFUSE", question=question),
        words("correction_words", LONGEST, may_skip=agrees),
    )


def _the_only_one(facts: CorrectionFacts, _answers: Answers, _g: Circumstances) -> Answers:
    only = _to_decide(facts)
    return {"correction": str(only[0].id)} if len(only) == 1 else {}


def _check_yours(facts: CorrectionFacts, given: Circumstances) -> Text | None:
    if facts.chart is None:
        return None
    if facts.clinician not in (None, given.actor):
        return text("refused.not_your_participant", code=facts.chart.code)
    return None


def _check_decide(facts: CorrectionFacts, _answers: Answers, given: Circumstances) -> Text | None:
    if facts.chart is None:
        return None
    if refused := _check_yours(facts, given) or check_left(facts):
        return refused
    if not _to_decide(facts):
        return text("refused.no_correction", code=facts.chart.code)
    return None


def _decide(facts: CorrectionFacts, answers: Answers, _given: Circumstances) -> Decision:
    asked = _asked_in(_to_decide(facts), answers)
    assert facts.chart is not None
    if asked is None:
        return Refused(text("refused.no_correction", code=facts.chart.code))
    agreed = answers["decide_correction"] == "AGREE"
    decided = DecideCorrection(asked.id, agreed, str(answers["correction_words"]))
    told = "correction.agreed" if agreed else "correction.refused"
    return (decided, Say(say(text(told, code=facts.chart.code))))


def _show_items(facts: CorrectionFacts, _a: Answers, _g: Circumstances) -> tuple[Item, ...]:
    return (PARTICIPANT, pick("correction", {str(it.id): it.label for it in facts.waiting}))


def _check_show(facts: CorrectionFacts, answers: Answers, given: Circumstances) -> Text | None:
    """Words that could name a product are for who treats the participant, and nobody else."""
    chart = facts.chart
    if chart is not None and chart.clinician != given.actor:
        return text("refused.not_your_participant", code=chart.code)
    return (
        None if chart is None or facts.waiting else text("refused.no_correction", code=chart.code)
    )


def _show(facts: CorrectionFacts, answers: Answers, _given: Circumstances) -> Decision:
    asked = _asked_in(facts.waiting, answers)
    assert facts.chart is not None
    if asked is None:
        return Refused(text("refused.no_correction", code=facts.chart.code))
    return (ShowCorrection(facts.chart.participant, asked.id),)


def notice(code: str, asked: Asked) -> Iterator[Button]:
    """What the clinician can do about a correction that was asked for."""
    yield run_button(text("command.decide_correction.button"), "decide_correction", code, asked.id)
    if asked.has_words:
        yield run_button(text("command.show_correction.button"), "show_correction", code, asked.id)


COMMANDS = (
    Command(
        "correct",
        OWN,
        OwnCorrectionFacts,
        _correct,
        "ask_correction",
        items=_correct_items,
        check=_check_correct,
        review=Review.ALWAYS,
        at_once=_red_flags,
    ),
    Command(
        "confirm_correction",
        OWN,
        OwnCorrectionFacts,
        _confirm,
        "confirm_correction",
        items=_confirm_items,
        check=_check_confirm,
        reach=Reach.BUTTON,
    ),
    Command(
        "decide_correction",
        CLINICIAN,
        CorrectionFacts,
        _decide,
        "decide_correction",
        items=_decide_items,
        check=_check_decide,
        review=Review.ALWAYS,
        reach=Reach.CARD,
        presumes=_the_only_one,
    ),
    Command(
        "show_correction",
        CLINICIAN,
        CorrectionFacts,
        _show,
        "show_correction",
        items=_show_items,
        check=_check_show,
        reach=Reach.BUTTON,
    ),
)
