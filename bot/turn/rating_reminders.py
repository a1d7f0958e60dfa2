"""Raters are reminded of what waits for them; the PI is told of what waits too long, or for nobody.

Where the order of time is hidden, a reminder is about a participant and names no visit, nor does it
lead to one.
"""

from datetime import timedelta

from bot.turn import readings
from bot.turn.desk import Desk
from bot.turn.looking_over import look_over
from bot.turn.planning import hours
from bot.turn.visit_words import key_of, visit_words
from flows.messages import Message, run_button, say
from flows.reminders import Decision, Send, Skip
from flows.roles import Role
from flows.text import Text, text
from storage import participants, planned, responses
from storage.planned import DuePlan, Plan
from storage.responses import FormRow

FURTHER_REMINDER = "further_reading_reminder"
FURTHER_OVERDUE = "further_reading_overdue"


def remind(desk: Desk, plan: DuePlan) -> Decision:
    """The raters who may read this visit, or the participant's visits, are told that they wait."""
    waiting = _waiting(desk, plan)
    if not waiting:
        return Skip("done")
    if not _tell_raters(desk, waiting, f"plan:{plan.id}"):
        _tell_nobody_left(desk, waiting[0], f"plan:{plan.id}")
    return Send()


def overdue(desk: Desk, plan: DuePlan) -> Decision:
    waiting = _waiting(desk, plan)
    if not waiting:
        return Skip("done")
    look_over(desk, waiting[0].participant)
    desk.notify_role(Role.PI, say(_overdue(desk, plan, waiting[0])), key=f"plan:{plan.id}")
    return Send()


def call_further(desk: Desk, row: FormRow) -> None:
    """A further reading was opened: its raters are told, and reminded like those of any other."""
    if not _tell_raters(desk, [row], f"reading:{row.id}"):
        _tell_nobody_left(desk, row, f"reading:{row.id}")
    rule, calendar = desk.study.trial.reminders, hours(desk)
    for kind, days in (
        (FURTHER_REMINDER, rule.rating_days),
        (FURTHER_OVERDUE, (rule.rating_escalates_on_day,)),
    ):
        for day in days:
            on = calendar.next_open_day(desk.today + timedelta(days=day))
            due_at = calendar.at_clinic(on, desk.study.trial.site.opens)
            plan = Plan(f"{kind}:{row.id}:{day}", kind, due_at, subject={"form": row.id})
            planned.add(desk.connection, plan)


def _waiting(desk: Desk, plan: DuePlan) -> list[FormRow]:
    """The open readings that a plan is about; they are opened here if nobody noticed the visit. A
    further reading has plans of its own."""
    if plan.participant is None:
        row = responses.form(desk.connection, int(plan.subject["form"]))
        return [row] if row.is_open else []
    readings.open_due(desk, plan.participant)
    visit = plan.subject.get("visit")
    return [
        row
        for row in responses.forms_of(desk.connection, plan.participant)
        if row.is_open
        and row.instrument in readings.scales(desk)
        and row.reading <= desk.study.trial.rating.raters
        and (visit is None or row.visit == visit)
    ]


def _tell_raters(desk: Desk, waiting: list[FormRow], key: str) -> bool:
    """Tell whoever may take one of these; False where that is nobody."""
    wanted = {row.id for row in waiting}
    told = False
    for rater in {rater: None for row in waiting for rater in readings.readers_left(desk, row)}:
        mine = next((it for it in readings.offered(desk, rater) if it.id in wanted), None)
        if mine is not None:
            desk.notify(rater, _due(desk, mine, rater), key=f"{key}:{rater}")
        told = True
    return told


def _due(desk: Desk, row: FormRow, rater: int) -> Message:
    code = participants.code_of(desk.connection, row.participant)
    if row.veil is not None:
        button = run_button(text("command.ratings.button"), "ratings")
        return say(text("rater.due_veiled", code=code), buttons=((button,),))
    button = run_button(text("command.rate.button"), "rate", key_of(desk, row, rater))
    return say(text("rater.due", code=code, visit=visit_words(row, rater)), buttons=((button,),))


def _tell_nobody_left(desk: Desk, row: FormRow, key: str) -> None:
    """One rater alone is reminded as ever; a second or third reading may lack its rater."""
    if desk.study.trial.rating.raters > 1:
        desk.notify_role(Role.PI, say(_about(desk, row, "pi.no_reader")), key=key)


def _overdue(desk: Desk, plan: DuePlan, row: FormRow) -> Text:
    if plan.participant is None or "visit" in plan.subject:
        return _about(desk, row, "pi.rating_overdue")
    code = participants.code_of(desk.connection, row.participant)
    return text("pi.ratings_overdue", code=code)


def _about(desk: Desk, row: FormRow, key: str) -> Text:
    """To the PI, who may know which month it is."""
    code = participants.code_of(desk.connection, row.participant)
    return text(key, code=code, visit=text(f"visit.{row.visit}"))
