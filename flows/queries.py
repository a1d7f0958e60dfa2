"""Queries: what is asked about the record, by the software or a person; answered, then closed."""

from collections.abc import Iterable
from enum import StrEnum


class QueryKind(StrEnum):
    MISSING = "missing"
    LATE = "late"
    IMPLAUSIBLE = "implausible"
    CONTRADICTORY = "contradictory"
    OTHER = "other"


class QueryAct(StrEnum):
    """What is done to a query. The software reopens one that it closed, if its fact returns."""

    ANSWER = "answer"
    CLOSE = "close"
    REOPEN = "reopen"


class QueryState(StrEnum):
    OPEN = "open"
    ANSWERED = "answered"
    CLOSED = "closed"


_AFTER = {
    QueryAct.ANSWER: QueryState.ANSWERED,
    QueryAct.CLOSE: QueryState.CLOSED,
    QueryAct.REOPEN: QueryState.OPEN,
}


def state_after(acts: Iterable[QueryAct]) -> QueryState:
    """The state is what the acts, in their order, have made of it."""
    return _AFTER[[QueryAct.REOPEN, *acts][-1]]
