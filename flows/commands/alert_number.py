"""The mobile number at which a member of staff is told that an urgent alert waits in the bot."""

from flows.commands.command import Circumstances, Command
from flows.commands.safety import ALERTED
from flows.effects import Decision
from flows.effects.accounts import ProveAlertNumber
from flows.facts import NoFacts
from flows.forms import Answers, Item, Phone
from flows.roles import Role
from flows.text import Text, text

# Whoever an alert may go to.
NUDGED = ALERTED | {Role.ADMINISTRATOR}


def _items(_f: NoFacts, _a: Answers, _g: Circumstances) -> tuple[Item, ...]:
    return (Item("alert_number", text("ask.alert_number"), Phone()),)


def _check(_facts: NoFacts, _answers: Answers, given: Circumstances) -> Text | None:
    return None if given.sms else text("refused.no_sms")


def _prove(_facts: NoFacts, answers: Answers, _given: Circumstances) -> Decision:
    return (ProveAlertNumber(str(answers["alert_number"])),)


COMMANDS = (
    Command(
        "alert_number",
        NUDGED,
        NoFacts,
        _prove,
        "ask_alert_number",
        items=_items,
        check=_check,
    ),
)
