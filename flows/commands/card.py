"""The participant's card: where they are in the trial, and what comes next. Never the arm.

The first page leads to the next steps; everything else is on a page by what it is about.
"""

from flows.commands.about_participant import (
    STAFF_OF_PARTICIPANT,
    chart_items,
    has_left,
    visit_line,
)
from flows.commands.command import PARTICIPANT, Circumstances, Command, Reach, pick
from flows.commands.next_steps import next_steps
from flows.commands.offers import Page, offered
from flows.effects import Decision
from flows.effects.speaking import Say
from flows.facts.participants import ParticipantFacts
from flows.forms import Answers, Item
from flows.messages import Button, run_button, say
from flows.schedule import next_step_before_randomization
from flows.sharing import in_words
from flows.text import Text, text

Rows = tuple[tuple[Button, ...], ...]


# Whoever has a web page alone sees a message when they look, and hears none.
_CHATS = {None: "none", "web": "web", "sms": "sms"}


def _card(facts: ParticipantFacts, _answers: Answers, given: Circumstances) -> Decision:
    chart = facts.chart
    assert chart is not None
    steps = next_steps(facts, given)
    rows = (*((step.button,) for step in steps), *_page_rows(facts, given))
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
    unblinded = (
        () if chart.unblinded_on is None else (text("card.unblinded", on=chart.unblinded_on),)
    )
    phone = (text("card.phone", phone=facts.phone),) if facts.phone else ()
    named = (person for person in facts.clinicians if person.id == chart.clinician)
    return (
        head,
        *unblinded,
        *phone,
        *(text("card.clinician", name=person.name) for person in named),
    )


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
    counted = (("mail", facts.letters), ("alerts", facts.alerts), ("queries", facts.queries))
    return tuple(text(f"card.{name}", count=count) for name, count in counted if count)


def _reached(facts: ParticipantFacts) -> tuple[Text, ...]:
    assert facts.chart is not None
    messages = text("card.messages_on" if facts.chart.messaging else "card.messages_off")
    chat = text(f"card.chat_{_CHATS.get(facts.reached_on, 'open')}")
    if not facts.sharing or "sms" not in facts.linked_on:
        return (messages, chat)
    return (messages, chat, text("card.shares_phone", codes=in_words(facts.sharing)))


def _page_rows(facts: ParticipantFacts, given: Circumstances) -> Rows:
    """The pages that hold something for this person."""
    assert facts.chart is not None
    code = facts.chart.code
    pages = [page for page in Page if offered(page, facts, given)]
    return _in_pairs(
        [run_button(text(f"card.page.{it.value}"), "card_page", code, it) for it in pages]
    )


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
        for name in offered(page, facts, given)
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
