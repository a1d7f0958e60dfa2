"""Everything done to and said by a participant, and why a message did or did not reach them."""

from collections.abc import Sequence

from flows.chart import Chart
from flows.commands.about_participant import STAFF_OF_PARTICIPANT
from flows.commands.command import PARTICIPANT, Circumstances, Command, Reach
from flows.effects import Decision
from flows.effects.speaking import Say
from flows.facts.timeline import MessageFacts, TimelineFacts
from flows.forms import Answers, Item, Number
from flows.messages import Button, run_button, say
from flows.text import Text, text

# So many fit a phone and a message; the newest come first, and a button leads to those before.
ON_A_PAGE = 12
MOST_PAGES = 999


def _items(_f: object, _a: Answers, _g: Circumstances) -> tuple[Item, ...]:
    return (PARTICIPANT,)


def page_items(_f: object, _a: Answers, _g: Circumstances) -> tuple[Item, ...]:
    return (PARTICIPANT, Item("page", text("ask.page"), Number(1, MOST_PAGES)))


def _history(facts: TimelineFacts, answers: Answers, given: Circumstances) -> Decision:
    lines = [text("history.line", at=it.at, what=it.what) for it in facts.happened]
    return _paged("history", facts.chart, lines, answers)


def _why(facts: MessageFacts, answers: Answers, given: Circumstances) -> Decision:
    lines = [text("why.line", at=it.at, what=it.what, fate=it.fate) for it in facts.fates]
    return _paged("why", facts.chart, lines, answers)


def _paged(name: str, chart: Chart | None, lines: Sequence[Text], answers: Answers) -> Decision:
    """The page asked for, 1 being the newest; within it, older things stand first."""
    assert chart is not None
    if not lines:
        return (Say(say(text(f"{name}.none", code=chart.code))),)
    pages = -(-len(lines) // ON_A_PAGE)
    asked = answers.get("page")
    page = min(asked, pages) if isinstance(asked, int) else 1
    end = len(lines) - (page - 1) * ON_A_PAGE
    shown = tuple(lines[max(0, end - ON_A_PAGE) : end])
    title = text(f"{name}.title", code=chart.code, page=page, pages=pages)
    buttons = page_buttons(name, chart.code, page, pages)
    return (Say(say(title, text("history.lines", lines=shown), buttons=buttons)),)


def page_buttons(name: str, code: str, page: int, pages: int) -> tuple[tuple[Button, ...], ...]:
    turn = []
    if page < pages:
        turn.append(run_button(text("page.earlier"), f"{name}_page", code, page + 1))
    if page > 1:
        turn.append(run_button(text("page.later"), f"{name}_page", code, page - 1))
    card = (run_button(text("command.card.button"), "card", code),)
    return (tuple(turn), card) if turn else (card,)


COMMANDS = (
    Command(
        "history",
        STAFF_OF_PARTICIPANT,
        TimelineFacts,
        _history,
        "view_history",
        items=_items,
        reach=Reach.CARD,
    ),
    Command(
        "history_page",
        STAFF_OF_PARTICIPANT,
        TimelineFacts,
        _history,
        "view_history",
        items=page_items,
        reach=Reach.BUTTON,
    ),
    Command(
        "why",
        STAFF_OF_PARTICIPANT,
        MessageFacts,
        _why,
        "view_messages",
        items=_items,
        reach=Reach.CARD,
    ),
    Command(
        "why_page",
        STAFF_OF_PARTICIPANT,
        MessageFacts,
        _why,
        "view_messages",
        items=page_items,
        reach=Reach.BUTTON,
    ),
)
