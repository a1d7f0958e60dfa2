"""`hamrah envelopes`: laying them, counting them, and opening them all at the end."""

import argparse
from random import SystemRandom

from bot import envelope_lists
from bot.envelope_lists import NotNow
from bot.operator import ROLE, Operator
from bot.turn import arms
from bot.turn.desk import Desk
from flows.allocation_list import ListProblem, ListRefused
from flows.envelope_proofs import Opening, write_openings
from flows.text import Text, text
from storage import envelopes, unblindings
from storage.audit import Act


async def import_list(it: Operator, given: argparse.Namespace) -> int:
    raw = await it.read_file(given.file)
    if raw is None:
        return 1
    async with it.at_data() as data:
        laid = await data.write(envelope_lists.import_list, raw)
    return _tell_laid(it, laid, "cli.envelopes.imported")


async def generate(it: Operator, _given: argparse.Namespace) -> int:
    async with it.at_data() as data:
        laid = await data.write(envelope_lists.generate, SystemRandom().shuffle)
    return _tell_laid(it, laid, "cli.envelopes.generated")


async def lay_paper(it: Operator, given: argparse.Namespace) -> int:
    async with it.at_data() as data:
        laid = await data.write(envelope_lists.lay_paper, given.count)
    return _tell_laid(it, laid, "cli.envelopes.laid")


def _tell_laid(it: Operator, laid: int | NotNow | ListRefused, done: str) -> int:
    match laid:
        case int():
            blocks = laid // it.study.trial.allocation.block_size
            it.tell(text(done, count=laid, blocks=blocks))
            return 0
        case NotNow():
            it.complain(text(f"cli.envelopes.{laid.value}", target=it.study.trial.target))
        case ListRefused(problems):
            it.complain(text("cli.envelopes.refused"), *map(_worded, problems))
    return 1


def _worded(problem: ListProblem) -> Text:
    """By number only: whoever reads this may enrol participants."""
    counted = {
        "line": problem.line,
        "row": problem.row,
        "block": problem.block,
        "expected": problem.expected,
        "found": problem.found,
    }
    known = {name: number for name, number in counted.items() if number is not None}
    return text(f"cli.list.{problem.kind.value}", **known)


async def status(it: Operator, _given: argparse.Namespace) -> int:
    async with it.at_data() as data:
        count = await data.read(lambda desk: envelopes.count(desk.connection))
    it.tell(text("cli.envelopes.status", sealed=count.sealed, used=count.used, left=count.left))
    if count.retired:
        it.tell(text("cli.envelopes.retired", count=count.retired))
    return 0


async def open_all(it: Operator, given: argparse.Namespace) -> int:
    async with it.at_data() as data:
        opened = await data.write(_open_all)
    if opened is None:
        it.complain(text("cli.envelopes.still_blinded"))
        return 1
    if not await it.write_file(given.file, write_openings(opened).encode()):
        return 1
    it.tell(text("cli.envelopes.opened", count=len(opened), file=given.file))
    return 0


def _open_all(desk: Desk) -> list[Opening] | None:
    """None while the trial is blinded."""
    if not unblindings.is_trial_unblinded(desk.connection):
        desk.record(Act("refused", ROLE, None, None, {"command": "envelopes open"}))
        return None
    desk.record(Act("open_envelopes", ROLE))
    return arms.openings(desk)
