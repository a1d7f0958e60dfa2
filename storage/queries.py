"""Queries and their turns. Neither is changed: a query stands as its turns have made it."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, Row, insert, or_, select

from flows.queries import QueryAct, QueryKind, QueryState, state_after
from flows.text import Text, text_from_json, text_to_json
from storage import tables
from storage.keyring import Keyring

_query = tables.query
_turn = tables.query_turn


@dataclass(frozen=True, slots=True)
class NewQuery:
    """The software's has a `subject`; a person's has `words`, which are sealed."""

    participant: int
    key: str
    kind: QueryKind
    subject: Text | None = None
    words: str = field(default="", repr=False)
    raised_by: int | None = None


@dataclass(frozen=True, slots=True)
class NewTurn:
    """What is done to a query about a participant; `by` is None for the software."""

    query: int
    participant: int
    act: QueryAct
    words: str = field(default="", repr=False)
    by: int | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    act: QueryAct
    by: int | None
    at: datetime
    words: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Query:
    id: int
    participant: int
    key: str
    kind: QueryKind
    subject: Text | None
    words: str = field(repr=False)
    raised_by: int | None
    raised_at: datetime
    turns: tuple[Turn, ...]

    @property
    def state(self) -> QueryState:
        return state_after(turn.act for turn in self.turns)


def raise_(connection: Connection, *, keys: Keyring, new: NewQuery, at: datetime) -> int:
    """Raise a query whose key is not known yet; returns its number."""
    words = keys.of(connection, new.participant).seal(new.words) if new.words else None
    row = (
        insert(_query)
        .values(
            participant_id=new.participant,
            key=new.key,
            kind=new.kind.value,
            subject=None if new.subject is None else text_to_json(new.subject),
            words=words,
            raised_by=new.raised_by,
            raised_at=at,
        )
        .returning(_query.c.id)
    )
    query_id: int = connection.execute(row).scalar_one()
    return query_id


def take_turn(connection: Connection, *, keys: Keyring, turn: NewTurn, at: datetime) -> None:
    """Answer, close or reopen a query."""
    words = keys.of(connection, turn.participant).seal(turn.words) if turn.words else None
    connection.execute(
        insert(_turn).values(
            query_id=turn.query, act=turn.act.value, words=words, by=turn.by, at=at
        )
    )


def open_about(connection: Connection) -> list[int]:
    """The participant of each query that is not closed."""
    last = (
        select(_turn.c.act)
        .where(_turn.c.query_id == _query.c.id)
        .order_by(_turn.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    is_open = or_(last.is_(None), last != QueryAct.CLOSE.value)
    return list(connection.scalars(select(_query.c.participant_id).where(is_open)))


def kept(connection: Connection, *, keys: Keyring, participant: int | None = None) -> list[Query]:
    """Every query, oldest first; with `participant`, about this one."""
    rows = select(_query).order_by(_query.c.id)
    turns = select(_turn).order_by(_turn.c.id)
    if participant is not None:
        rows = rows.where(_query.c.participant_id == participant)
        turns = turns.join(_query).where(_query.c.participant_id == participant)
    taken: dict[int, list[Row[tuple[object, ...]]]] = {}
    for turn in connection.execute(turns).all():
        taken.setdefault(turn.query_id, []).append(turn)
    found = connection.execute(rows).all()
    return [_kept(connection, keys, row, taken.get(row.id, [])) for row in found]


def _kept(
    connection: Connection,
    keys: Keyring,
    row: Row[tuple[object, ...]],
    taken: list[Row[tuple[object, ...]]],
) -> Query:
    participant = row.participant_id
    return Query(
        row.id,
        row.participant_id,
        row.key,
        QueryKind(row.kind),
        None if row.subject is None else text_from_json(row.subject),
        keys.words(connection, participant, row.words),
        row.raised_by,
        row.raised_at,
        tuple(
            Turn(QueryAct(it.act), it.by, it.at, keys.words(connection, participant, it.words))
            for it in taken
        ),
    )
