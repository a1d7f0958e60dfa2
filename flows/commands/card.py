"""The participant's card: where they are in the trial, and what comes next. Never the arm.

The first page leads to the next steps; everything else is on a page by what it is about.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from flows.chart import Chart
from flows.commands.about_participant import (
    STAFF_OF_PARTICIPANT,
    chart_items,
    has_left,
    visit_line,
)
from flows.commands.command import PARTICIPANT, Circumstances, Command, Reach, pick
from flows.commands.next_steps import next_steps
from flows.effects import Decision
from flows.effects.speaking import Say
from flows.facts.participants import ParticipantFacts
from flows.forms import Answers, Item
from flows.messages import Button, run_button, say
from flows.roles import Role
from flows.schedule import next_step_before_randomization
from flows.text import Text, text

Rows = tuple[tuple[Button, ...], ...]


class Page(StrEnum):
    VISITS = "visits"
    TREATMENT = "treatment"
    RECORD = "record"
    MESSAGES = "messages"
    LEAVING = "leaving"


Fits = Callable[[Chart, Circumstances], bool]


@dataclass(frozen=True, slots=True)
class Offer:
    """A command on a page of the card, for whoever and whenever it fits."""

    command: str
    page: Page
    fits: Fits


def _coordinator(_chart: Chart, given: Circumstances) -> bool:
    return Role.COORDINATOR in given.roles


def _clinician(_chart: Chart, given: Circumstances) -> bool:
    return Role.CLINICIAN in given.roles


def _anybody(_chart: Chart, _given: Circumstances) -> bool:
    return True


def _own(chart: Chart, given: Circumstances) -> bool:
    """The treating clinician of somebody who is randomized."""
    return chart.clinician == given.actor and chart.randomized_on is not None


def _before(chart: Chart, _given: Circumstances) -> bool:
    return chart.randomized_on is None


def _after(chart: Chart, _given: Circumstances) -> bool:
    return chart.randomized_on is not None


def _with_page(_chart: Chart, given: Circumstances) -> bool:
    return given.personal_links


def _silent(chart: Chart, _given: Circumstances) -> bool:
    return not chart.messaging


def _all(*conditions: Fits) -> Fits:
    return lambda chart, given: all(fits(chart, given) for fits in conditions)


OFFERS = (
    Offer("book", Page.VISITS, _coordinator),
    Offer("attended", Page.VISITS, _coordinator),
    Offer("missed", Page.VISITS, _coordinator),
    Offer("photographs", Page.VISITS, _anybody),
    Offer("eligibility", Page.TREATMENT, _all(_coordinator, _before)),
    Offer("confirm_eligibility", Page.TREATMENT, _all(_clinician, _before)),
    Offer("reference", Page.TREATMENT, _all(_clinician, _before)),
    Offer("assign", Page.TREATMENT, _anybody),
    Offer("session", Page.TREATMENT, _own),
    Offer("sessions", Page.TREATMENT, _own),
    Offer("arm", Page.TREATMENT, _own),
    Offer("called", Page.MESSAGES, _anybody),
    Offer("invite", Page.MESSAGES, _coordinator),
    Offer("personal_link", Page.MESSAGES, _all(_coordinator, _with_page)),
    Offer("renew_messages", Page.MESSAGES, _all(_coordinator, _silent)),
    Offer("why", Page.MESSAGES, _anybody),
    Offer("history", Page.RECORD, _anybody),
    Offer("discontinue", Page.LEAVING, _after),
    Offer("withdraw", Page.LEAVING, _coordinator),
    Offer("lost", Page.LEAVING, _coordinator),
    Offer("died", Page.LEAVING, _anybody),
)
# Of somebody who withdrew consent, or died, these remain.
READING = frozenset({"history", "why", "sessions", "arm"})

# Whoever has a web page alone sees a message when they look, and hears none.
_CHATS = {None: "none", "web": "web"}


def _card(facts: ParticipantFacts, _answers: Answers, given: Circumstances) -> Decision:
    chart = facts.chart
    assert chart is not None
    steps = next_steps(facts, given)
    rows = (*((step.button,) for step in steps), *_page_rows(chart, given))
    shown = (*_head(facts), *_whereabouts(facts, given), *_waiting(facts), *_reached(facts))
    return (Say(say(*shown, buttons=rows)),)


def _head(facts: ParticipantFacts) -> tuple[Text, ...]:
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
    phone = (text("card.phone", phone=facts.phone),) if facts.phone else ()
    named = (person for person in facts.clinicians if person.id == chart.clinician)
    return (head, *phone, *(text("card.clinician", name=person.name) for person in named))


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


def _waiting(facts: ParticipantFacts) -> tuple[Text, ...]:
    counted = (("mail", facts.letters), ("alerts", facts.alerts))
    return tuple(text(f"card.{name}", count=count) for name, count in counted if count)


def _reached(facts: ParticipantFacts) -> tuple[Text, ...]:
    assert facts.chart is not None
    messages = text("card.messages_on" if facts.chart.messaging else "card.messages_off")
    return (messages, text(f"card.chat_{_CHATS.get(facts.reached_on, 'open')}"))


def _page_rows(chart: Chart, given: Circumstances) -> Rows:
    """The pages that hold something for this person."""
    pages = [page for page in Page if _offered(page, chart, given)]
    return _in_pairs(
        [run_button(text(f"card.page.{it.value}"), "card_page", chart.code, it) for it in pages]
    )


def _offered(page: Page, chart: Chart, given: Circumstances) -> list[str]:
    left = has_left(chart.status)
    return [
        offer.command
        for offer in OFFERS
        if offer.page is page
        and offer.fits(chart, given)
        and (not left or offer.command in READING)
    ]


def _in_pairs(buttons: list[Button]) -> Rows:
    return tuple(tuple(buttons[row : row + 2]) for row in range(0, len(buttons), 2))


def _page_items(_f: ParticipantFacts, _a: Answers, _g: Circumstances) -> tuple[Item, ...]:
    pages = {page.value: text(f"card.page.{page.value}") for page in Page}
    return (PARTICIPANT, pick("card_page", pages))


def _page(facts: ParticipantFacts, answers: Answers, given: Circumstances) -> Decision:
    chart = facts.chart
    assert chart is not None
    page = Page(str(answers["card_page"]))
    title = text("card.page_title", page=text(f"card.page.{page.value}"), code=chart.code)
    buttons = [
        run_button(text(f"command.{name}.button"), name, chart.code)
        for name in _offered(page, chart, given)
    ]
    back = run_button(text("card.back"), "card", chart.code)
    return (Say(say(title, buttons=(*_in_pairs(buttons), (back,)))),)


COMMANDS = (
    Command(
        "card",
        STAFF_OF_PARTICIPANT,
        ParticipantFacts,
        _card,
        "view_card",
        items=chart_items,
        reach=Reach.CARD,
    ),
    Command(
        "card_page",
        STAFF_OF_PARTICIPANT,
        ParticipantFacts,
        _page,
        "view_card",
        items=_page_items,
        reach=Reach.BUTTON,
    ),
)
