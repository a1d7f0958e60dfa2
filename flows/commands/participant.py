"""What a participant can ask of the bot."""

from flows.chart import NO_VISIT, Chart, Milestone, Status
from flows.commands.about_participant import visit_line
from flows.commands.command import Circumstances, Command, Reach, choice, pick
from flows.commands.language import LANGUAGE_ITEM
from flows.effects import Decision, Effect, Refused
from flows.effects.accounts import SetLanguage
from flows.effects.following import ContinueForm, LeaveFormForLater, OpenReport, RunNext
from flows.effects.milestones import RecordMilestone
from flows.effects.speaking import Say, TellRole
from flows.facts.participants import OwnFacts
from flows.forms import Answers, Item
from flows.messages import Button, run_button, say
from flows.roles import Role
from flows.schedule import Due
from flows.text import Text, text

OWN = frozenset({Role.PARTICIPANT})


def check_present(chart: Chart | None, given: Circumstances) -> Text | None:
    """Who withdrew consent is asked nothing more."""
    site = given.trial.site
    if chart is None or chart.status not in (Status.WITHDRAWN, Status.DIED):
        return None
    return text("refused.you_left", phone=site.clinic_phone, emergency=site.emergency)


def check_left(facts: OwnFacts, _answers: Answers, given: Circumstances) -> Text | None:
    return check_present(facts.chart, given)


def _language_items(_facts: OwnFacts, _a: Answers, _g: Circumstances) -> tuple[Item, ...]:
    return (LANGUAGE_ITEM,)


def _set_language(facts: OwnFacts, answers: Answers, given: Circumstances) -> Decision:
    language = SetLanguage(str(answers["language"]))
    if facts.messaging_asked or check_left(facts, answers, given) is not None:
        return (language, Say(say(text("language.set"))))
    return (language, RunNext("agree"))


def _agree_items(_facts: OwnFacts, _a: Answers, given: Circumstances) -> tuple[Item, ...]:
    site = given.trial.site
    question = text(
        "ask.agree",
        title=text("trial.title"),
        site=text("trial.site"),
        emergency=site.emergency,
        phone=site.clinic_phone,
    )
    return (choice("agree", "YES", "NO", question=question),)


def _agree(facts: OwnFacts, answers: Answers, given: Circumstances) -> Decision:
    assert facts.chart is not None
    agreed = answers["agree"] == "YES"
    milestone = Milestone.MESSAGING_AGREED if agreed else Milestone.MESSAGING_STOPPED
    reply = "agree.yes" if agreed else "agree.no"
    recorded = RecordMilestone(facts.chart.participant, milestone, given.today)
    done = Say(say(text(reply, phone=given.trial.site.clinic_phone)))
    return (recorded, done, *_told_of_refusal(facts, agreed=agreed))


def _told_of_refusal(facts: OwnFacts, *, agreed: bool) -> tuple[Effect, ...]:
    if agreed or facts.chart is None:
        return ()
    message = say(text("staff.messages_refused", code=facts.chart.code))
    return (TellRole(Role.COORDINATOR, message),)


def _start(facts: OwnFacts, _answers: Answers, given: Circumstances) -> Decision:
    if facts.chart is None or not facts.messaging_asked:
        return (RunNext("language"),)
    welcome = Say(say(text("start.again", phone=given.trial.site.clinic_phone)))
    if facts.chart.messaging:
        return (welcome,)
    agreed = RecordMilestone(facts.chart.participant, Milestone.MESSAGING_AGREED, given.today)
    return (agreed, welcome)


def _visits(facts: OwnFacts, _answers: Answers, given: Circumstances) -> Decision:
    lines = tuple(_visit_line(facts, name, due, given) for name, due in facts.due.items())
    if not lines:
        return (Say(say(text("visits.none", phone=given.trial.site.clinic_phone))),)
    shown = (text("visits.title"), text("visits.list", lines=lines), text("visits.footer"))
    return (Say(say(*shown, buttons=_move_rows(facts, given))),)


def _move_rows(facts: OwnFacts, given: Circumstances) -> tuple[tuple[Button, ...], ...]:
    """A button beside each appointment to come, to ask for another time."""
    assert facts.chart is not None
    return tuple(
        (
            run_button(
                text("another_time.button", visit=text(f"visit.{name}")),
                "another_time",
                name,
                given.clinic_day(visit.booked_at).isoformat(),
            ),
        )
        for name, visit in facts.chart.visits.items()
        if visit.booked_at is not None
        and visit.booked_at > given.now
        and visit.attended_on is None
        and visit.missed_on is None
    )


def _visit_line(facts: OwnFacts, name: str, due: Due, given: Circumstances) -> Text:
    """A visit; where nobody made an appointment in time, whom to call."""
    assert facts.chart is not None
    if facts.chart.visit(name) == NO_VISIT and given.today > due.closes_on:
        return text("visits.not_booked", visit=text(f"visit.{name}"))
    return visit_line(facts.chart, due)


def _open(facts: OwnFacts, _answers: Answers, given: Circumstances) -> Decision:
    waiting = [form for form in facts.forms if form.is_open and form.visit is not None]
    if not waiting:
        return (Say(say(text("open.none"))),)
    buttons = tuple((run_button(form.title, "fill", form.form_id),) for form in waiting)
    return (Say(say(text("open.title"), buttons=buttons)),)


def _fill_items(facts: OwnFacts, _answers: Answers, _given: Circumstances) -> tuple[Item, ...]:
    return (pick("form", {str(form.form_id): form.title for form in facts.forms}),)


def _fill(facts: OwnFacts, answers: Answers, given: Circumstances) -> Decision:
    chosen = str(answers.get("form"))
    form = next((form for form in facts.forms if str(form.form_id) == chosen), None)
    if form is None or not form.is_open:
        submitted = form is not None and form.submitted
        return Refused(text("form.submitted_before" if submitted else "form.closed"))
    return (ContinueForm(form.form_id),)


def _side_effect(facts: OwnFacts, _answers: Answers, given: Circumstances) -> Decision:
    assert facts.chart is not None
    return (OpenReport(facts.chart.participant),)


def _stop_items(facts: OwnFacts, _answers: Answers, given: Circumstances) -> tuple[Item, ...]:
    return (choice("stop", "FORM", "ALL"),) if facts.form_in_foreground else ()


def _stop(facts: OwnFacts, answers: Answers, given: Circumstances) -> Decision:
    assert facts.chart is not None
    if answers.get("stop") == "FORM":
        return (LeaveFormForLater(), Say(say(text("stop.form"))))
    reply = Say(say(text("stop.all", phone=given.trial.site.clinic_phone)))
    if not facts.chart.messaging:
        return (LeaveFormForLater(), reply)
    stopped = RecordMilestone(facts.chart.participant, Milestone.MESSAGING_STOPPED, given.today)
    told = TellRole(Role.COORDINATOR, say(text("staff.messages_stopped", code=facts.chart.code)))
    return (LeaveFormForLater(), stopped, reply, told)


COMMANDS = (
    Command("start", OWN, OwnFacts, _start, "start_messages", check=check_left),
    Command("visits", OWN, OwnFacts, _visits, "view_visits", check=check_left),
    Command("open", OWN, OwnFacts, _open, "view_forms", check=check_left),
    Command("side_effect", OWN, OwnFacts, _side_effect, "report_side_effect", check=check_left),
    Command(
        "language",
        OWN,
        OwnFacts,
        _set_language,
        "set_language",
        items=_language_items,
        may_cancel=False,
    ),
    Command("stop", OWN, OwnFacts, _stop, "stop_messages", items=_stop_items, check=check_left),
    Command(
        "agree",
        OWN,
        OwnFacts,
        _agree,
        "agree_messages",
        items=_agree_items,
        check=check_left,
        reach=Reach.BUTTON,
        may_cancel=False,
    ),
    Command(
        "fill",
        OWN,
        OwnFacts,
        _fill,
        "fill_form",
        items=_fill_items,
        check=check_left,
        reach=Reach.BUTTON,
    ),
)
