"""Envelopes are laid once, before the first allocation, from a list or by drawing one here. To
paper ones more can be added, for those that were retired.

Only counts come out of here: whoever lays envelopes may enrol participants too.
"""

from collections.abc import Callable
from enum import Enum

from bot.operator import ROLE
from bot.turn.arms import seal_envelopes
from bot.turn.desk import Desk
from flows.allocation_list import (
    AllocationList,
    ListRefused,
    decode_list,
    generate_allocation_list,
    plan_of,
    read_allocation_list,
)
from flows.definition import Concealment
from flows.envelopes import merkle_root
from storage import envelopes
from storage.audit import Act

Shuffle = Callable[[list[str]], None]


class NotNow(Enum):
    """Why no envelopes are laid."""

    LAID_ALREADY = "laid_already"
    ON_PAPER = "on_paper"
    NOT_ON_PAPER = "not_on_paper"
    TOO_FEW = "too_few"


def import_list(desk: Desk, raw: bytes) -> int | NotNow | ListRefused:
    """Seal a list that was made elsewhere; returns how many envelopes there are."""
    if why := _why_not(desk, Concealment.DIGITAL):
        return why
    text = decode_list(raw)
    if isinstance(text, ListRefused):
        return text
    listed = read_allocation_list(text, plan_of(desk.study.trial))
    return listed if isinstance(listed, ListRefused) else _seal(desk, listed, "import_envelopes")


def generate(desk: Desk, shuffle: Shuffle) -> int | NotNow:
    """Draw a list and seal it, seen by nobody."""
    if why := _why_not(desk, Concealment.DIGITAL):
        return why
    drawn = generate_allocation_list(plan_of(desk.study.trial), shuffle)
    return _seal(desk, drawn, "generate_envelopes")


def lay_paper(desk: Desk, count: int) -> int | NotNow:
    """Number the envelopes that stand in a drawer, in which nobody here can look, up to `count`."""
    laid = envelopes.count(desk.connection).sealed
    why = _why_not(desk, Concealment.PAPER)
    if why is not None and (why is not NotNow.LAID_ALREADY or count <= laid):
        return why
    if count < desk.study.trial.target:
        return NotNow.TOO_FEW
    envelopes.lay(
        desk.connection,
        commitments=[None] * (count - laid),
        block_size=desk.study.trial.allocation.block_size,
        at=desk.now,
        first=laid + 1,
    )
    desk.record(Act("lay_paper_envelopes", ROLE, detail={"count": count}))
    return count


def _seal(desk: Desk, drawn: AllocationList, verb: str) -> int:
    """The list's commitment goes into the audit trail, so that it is part of the chain."""
    sealed = seal_envelopes(desk, drawn)
    root = merkle_root(sealed).hex()
    desk.record(Act(verb, ROLE, detail={"count": len(sealed), "root": root}))
    return len(sealed)


def _why_not(desk: Desk, wanted: Concealment) -> NotNow | None:
    concealment = desk.study.trial.allocation.concealment
    if concealment is not wanted:
        return NotNow.ON_PAPER if concealment is Concealment.PAPER else NotNow.NOT_ON_PAPER
    return NotNow.LAID_ALREADY if envelopes.count(desk.connection).sealed else None
