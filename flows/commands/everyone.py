"""What everybody can ask: help; and for staff, their language and a greeting."""

from flows.commands.command import Circumstances, Command
from flows.commands.language import LANGUAGE_ITEM
from flows.effects import Decision
from flows.effects.accounts import SetLanguage
from flows.effects.following import RunNext
from flows.effects.speaking import Say
from flows.facts import NoFacts
from flows.forms import Answers, Item
from flows.messages import say
from flows.roles import STAFF
from flows.text import text


def _language_items(_f: NoFacts, _a: Answers, _g: Circumstances) -> tuple[Item, ...]:
    return (LANGUAGE_ITEM,)


def _set_language(_facts: NoFacts, answers: Answers, given: Circumstances) -> Decision:
    return (
        SetLanguage(str(answers["language"])),
        Say(say(text("language.set"))),
        RunNext("help"),
    )


def _start(_facts: NoFacts, _answers: Answers, given: Circumstances) -> Decision:
    return (Say(say(text("start.staff"))), RunNext("help"))


COMMANDS = (
    Command("start", STAFF, NoFacts, _start, "greet"),
    Command("language", STAFF, NoFacts, _set_language, "set_language", items=_language_items),
)
