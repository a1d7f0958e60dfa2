"""The methodologist's command: do the blocks keep the planned ratio? No arm, no participant."""

from flows.commands.command import Circumstances, Command
from flows.effects import Decision
from flows.effects.speaking import Say
from flows.facts.envelopes import BalanceFacts
from flows.forms import Answers
from flows.messages import say
from flows.roles import Role
from flows.text import text


def _balance(facts: BalanceFacts, _answers: Answers, given: Circumstances) -> Decision:
    if not facts.unbalanced:
        return (Say(say(text("balance.kept"))),)
    lines = tuple(text("balance.block", block=block) for block in facts.unbalanced)
    return (Say(say(text("balance.broken", lines=lines))),)


COMMANDS = (
    Command("balance", frozenset({Role.METHODOLOGIST}), BalanceFacts, _balance, "view_balance"),
)
