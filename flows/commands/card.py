"""The participant's card: where they are in the trial, and what comes next. Never the arm."""

from flows.chart import Chart
from flows.commands.about_participant import (
    STAFF_OF_PARTICIPANT,
    chart_items,
    has_left,
    visit_line,
)
from flows.commands.command import Circumstances, Command
from flows.effects import Decision
from flows.effects.speaking import Say
from flows.facts.participants import ParticipantFacts
from flows.forms import Answers
from flows.messages import Button, run_button, say
from flows.roles import Role
from flows.schedule import next_step_before_randomization
from flows.text import Text, text

CARD_COMMANDS = (
    "eligibility",
    "confirm_eligibility",
    "reference",
    "photographs",
    "assign",
    "invite",
    "personal_link",
    "book",
    "attended",
    "missed",
    "session",
    "sessions",
    "arm",
)


# Whoever has a web page alone sees a message when they look, and hears none.
_CHATS = {None: "none", "web": "web"}


def _card(facts: ParticipantFacts, _answers: Answers, given: Circumstances) -> Decision:
    chart = facts.chart
    assert chart is not None
    head = text(
        "card.head",
        code=chart.code,
        name=facts.name,
        sex=text(f"option.sex.{chart.sex}"),
        age=chart.age,
        status=text(f"status.{chart.status.value}"),
    )
    messages = text("card.messages_on" if chart.messaging else "card.messages_off")
    chat = text(f"card.chat_{_CHATS.get(facts.reached_on, 'open')}")
    return (
        Say(
            say(
                head,
                *_clinician(facts),
                *_whereabouts(facts, given),
                messages,
                chat,
                buttons=_card_buttons(chart, given),
            )
        ),
    )


def _clinician(facts: ParticipantFacts) -> tuple[Text, ...]:
    assert facts.chart is not None
    named = (person for person in facts.clinicians if person.id == facts.chart.clinician)
    return tuple(text("card.clinician", name=person.name) for person in named)


def _whereabouts(facts: ParticipantFacts, given: Circumstances) -> tuple[Text, ...]:
    chart = facts.chart
    assert chart is not None
    if has_left(chart.status):
        return ()
    if chart.randomized_on is None:
        if chart.excluded:
            return ()
        step = next_step_before_randomization(given.trial, chart)
        return (text("card.next", step=text(f"step.{step or 'randomize'}")),)
    visits = tuple(visit_line(chart, due) for due in facts.due.values())
    forms = tuple(
        text("card.form_open", form=form.title, last=form.closes_on)
        for form in facts.forms
        if form.is_open and form.closes_on is not None
    )
    listed = (text("card.visits", lines=visits),) if visits else (text("card.no_session"),)
    return (*listed, text("card.forms", lines=forms)) if forms else listed


def _card_buttons(chart: Chart, given: Circumstances) -> tuple[tuple[Button, ...], ...]:
    if has_left(chart.status):
        return ()
    allowed = [name for name in CARD_COMMANDS if _offers(name, chart, given)]
    buttons = [run_button(text(f"command.{name}.button"), name, chart.code) for name in allowed]
    return tuple(tuple(buttons[row : row + 2]) for row in range(0, len(buttons), 2))


def _offers(name: str, chart: Chart, given: Circumstances) -> bool:
    """Whether the card offers this command to this person at this point of the trial."""
    before = chart.randomized_on is None
    clinician, coordinator = Role.CLINICIAN in given.roles, Role.COORDINATOR in given.roles
    match name:
        case "eligibility":
            return coordinator and before
        case "confirm_eligibility" | "reference":
            return clinician and before
        case "session" | "sessions" | "arm":
            return chart.clinician == given.actor and not before
        case "invite" | "book" | "attended" | "missed":
            return coordinator
        case "personal_link":
            return coordinator and given.personal_links
        case _:
            return clinician or coordinator


COMMANDS = (
    Command(
        "card",
        STAFF_OF_PARTICIPANT,
        ParticipantFacts,
        _card,
        "view_card",
        items=chart_items,
    ),
)
