"""An attack is a turn on the real database that is looked at from all sides, and then taken back.

So each begins where the one before it began, and thousands fit into a test.
"""

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.engine.interfaces import DBAPICursor

from bot.rehearsal import arriving
from bot.rehearsal.phones import Phone
from bot.rehearsal.world import World
from bot.sending.outgoing import (
    Attachment,
    Change,
    Comparison,
    Invitation,
    Outgoing,
    Picture,
    TapAnswer,
    Words,
)
from bot.sms.hearing import hear
from bot.turn.desk import Desk
from bot.turn.incoming import Content, Incoming, Tapped, Typed
from bot.turn.turns import take_turn
from storage import departures, tables

Dump = dict[str, Sequence[Any]]
Said = list[tuple[str, Outgoing | Comparison]]

# What any message leaves behind, also one that is refused: that it came, what was answered, and
# what was written down of it.
TRACES = frozenset({"audit", "audit_head", "outbox", "update_seen"})
_LOOKED_AT = tuple(tables.metadata.tables.keys() - TRACES)
_CHANNELS = ("telegram", "bale", "web", "sms")

_OPENING = "\u202a\u202b\u202d\u202e\u2066\u2067\u2068"
_CLOSING = "\u202c\u2069"


@dataclass(frozen=True, slots=True)
class Nth:
    """A tap on the button at this place among those that were offered last."""

    place: int


@dataclass(frozen=True, slots=True)
class Audited:
    verb: str
    role: str
    actor: int | None


@dataclass(frozen=True, slots=True)
class Seen:
    """What an attack came to: what was said, and to which address; what was written down; which
    tables are not as they were, the traces apart."""

    said: Said
    audited: tuple[Audited, ...]
    changed: frozenset[str]

    def words(self, address: str | None = None) -> str:
        return "\n".join(worded(it) for to, it in self.said if address in (None, to))

    @property
    def verbs(self) -> frozenset[str]:
        return frozenset(it.verb for it in self.audited)


async def attack(
    world: World,
    phone: Phone,
    *steps: Content | Nth,
    after: Callable[[Desk], object] = lambda _desk: None,
) -> Seen:
    """What would come of these, done on this phone one after the other, after something else."""

    def run(connection: Connection) -> None:
        after(world.desk(connection, "before"))
        raise _TakenBack(look(connection, world, phone, steps))

    try:
        await world.database.write(run)
    except _TakenBack as taken_back:
        return taken_back.seen
    raise AssertionError("it was not taken back")


class _TakenBack(Exception):
    def __init__(self, found: Seen) -> None:
        super().__init__()
        self.seen = found


def look(
    connection: Connection, world: World, phone: Phone, steps: Sequence[Content | Nth]
) -> Seen:
    """Look at what these steps come to; whoever called takes it back."""
    before, last = dump(connection), _last_entry(connection)
    said = play(connection, world, (phone.channel, phone.address), steps)
    after = dump(connection)
    changed = frozenset(name for name in after if after[name] != before[name])
    return Seen(said, tuple(_audited(connection, last)), changed)


def play(
    connection: Connection, world: World, at: tuple[str, str], steps: Sequence[Content | Nth]
) -> Said:
    """Everything that leaves meanwhile. Whatever fails or cannot be worded raises."""
    (channel, address), said, offered = at, Said(), list[str]()
    for number, step in enumerate(steps, start=_FIRST_UPDATE):
        content = _content(step, offered)
        # By SMS there is nothing to be tapped.
        if content is None or (channel == "sms" and not isinstance(content, Typed)):
            continue
        incoming = Incoming(channel, number, address, content, "en", message=str(number))
        desk = world.desk(connection, f"attack:{number}")
        (hear if channel == "sms" else take_turn)(desk, incoming)
        leaving = list(_leaving(connection, world))
        offered = [data for to, it in leaving if to == address for data in _offered(it)] or offered
        said += leaving
    return said


# No update of a played trial has such a number.
_FIRST_UPDATE = 10**9


def _content(step: Content | Nth, offered: Sequence[str]) -> Content | None:
    if not isinstance(step, Nth):
        return step
    return Tapped(offered[step.place % len(offered)], "attack", "1") if offered else None


def _offered(outgoing: Outgoing | Comparison) -> list[str]:
    words = outgoing.words if isinstance(outgoing, Change) else outgoing
    return [data for row in words.buttons for _, data in row] if isinstance(words, Words) else []


def _leaving(connection: Connection, world: World) -> Iterator[tuple[str, Outgoing | Comparison]]:
    while lines := departures.due_lines(
        connection, at=world.now, busy=(), channels=_CHANNELS, limit=100
    ):
        for line in lines:
            while (it := arriving.take(connection, world, line)) is not None:
                yield it.leaving.address, it.outgoing


def dump(connection: Connection) -> Dump:
    """Every row, but for the traces; by the driver, for it is done thousands of times."""
    cursor = connection.connection.cursor()
    return {name: _rows(cursor, name) for name in _LOOKED_AT}


def _rows(cursor: DBAPICursor, name: str) -> Sequence[Any]:
    cursor.execute(f"SELECT * FROM {name}")
    return cursor.fetchall()


def worded(outgoing: Outgoing | Comparison) -> str:
    match outgoing:
        case Words(text, buttons):
            return "\n".join([text, *(label for row in buttons for label, _ in row)])
        case Change(_, words):
            return worded(words)
        case TapAnswer():
            return outgoing.text or ""
        case Attachment(file):
            return file
        case Invitation(_, caption) | Picture(_, caption):
            return caption
        case _:
            return ""


def _last_entry(connection: Connection) -> int:
    return connection.scalar(select(tables.audit_head.c.entry)) or 0


def _audited(connection: Connection, last: int) -> Iterator[Audited]:
    table = tables.audit
    query = select(table.c.verb, table.c.role, table.c.actor_id).where(table.c.id > last)
    for row in connection.execute(query.order_by(table.c.id)):
        yield Audited(row.verb, row.role, row.actor_id)


def is_sound(words: str) -> bool:
    """Whether every line closes each direction of writing that it opens, and holds no letter that a
    phone takes for a command, nor half of one."""
    return all(map(_is_balanced, words.splitlines())) and not any(map(_is_control, words))


def _is_balanced(line: str) -> bool:
    depth = 0
    for letter in line:
        depth += (letter in _OPENING) - (letter in _CLOSING)
        if depth < 0:
            return False
    return depth == 0


def _is_control(letter: str) -> bool:
    return unicodedata.category(letter) in {"Cc", "Cs"} and letter not in "\n\t"
