"""The keys that open what is sealed: one of each person, and a few with names.

A person's key is remembered for one turn at most: a key remembered by the process could outlive its
row, whether the row was rolled back or its person was erased.

Whoever was erased has no key. What is written about their code since then is the trial's, so that
whatever works with a participant goes on working; what was written before stays closed.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from flows.text import ERASED
from storage import tables
from storage.sealing import HEADER, Ciphertext, Key, LookupKey, MasterKeys, Unreadable, Wrapping

_key = tables.key

# What every turn asks is built once: building a statement costs more than SQLite takes to run it.
_WRAPPED = select(_key.c.wrapped).where(_key.c.owner == bindparam("owner"))

# One key under each master key: the first bytes of what is wrapped name that one.
_ONE_OF_EACH = select(func.min(_key.c.wrapped)).group_by(func.substr(_key.c.wrapped, 1, HEADER))

NAMED = ("lookup", "envelopes", "quarantine", "trial")


@dataclass(frozen=True, slots=True)
class Keyring:
    """`lookup` finds, `envelopes` seals arms, `quarantine` updates that could not be read, `trial`
    what belongs to no person."""

    master: Wrapping
    _named: Mapping[str, Key] = field(repr=False)
    _remembered: dict[int, Key] | None = field(default=None, repr=False)

    @classmethod
    def open(cls, connection: Connection, master: Wrapping) -> "Keyring":
        """The keyring of this database; the named keys are made on first use. Raises Unreadable
        where a master key is not the right one, or is not there.
        """
        for wrapped in connection.scalars(_ONE_OF_EACH):
            master.unwrap(wrapped)
        return cls(
            master,
            {n: _read(connection, master, n) or _make(connection, master, n) for n in NAMED},
        )

    @property
    def lookup(self) -> LookupKey:
        return LookupKey(self._named["lookup"])

    def named(self, name: str) -> Key:
        return self._named[name]

    def for_one_turn(self) -> "Keyring":
        """The same keys, each person's read but once; to be dropped with the turn."""
        return Keyring(self.master, self._named, {})

    def of(self, connection: Connection, person_id: int | None) -> Key:
        """The key of this person, or the trial's where there is none."""
        if person_id is None:
            return self.named("trial")
        if self._remembered is not None and person_id in self._remembered:
            return self._remembered[person_id]
        key = _read(connection, self.master, _owner(person_id))
        if key is None:
            return self.named("trial")
        if self._remembered is not None:
            self._remembered[person_id] = key
        return key

    def words(
        self, connection: Connection, person_id: int | None, sealed: Ciphertext | None
    ) -> str:
        """What was written of this person; empty where nothing was, ERASED where they are."""
        if sealed is None:
            return ""
        try:
            return self.of(connection, person_id).open(sealed)
        except Unreadable:
            if person_id is None or self.has(connection, person_id):
                raise
            return ERASED

    def has(self, connection: Connection, person_id: int) -> bool:
        """Whether this person has a key, which is to say was not erased."""
        return connection.scalar(_WRAPPED, {"owner": _owner(person_id)}) is not None

    def destroy(self, connection: Connection, person_id: int) -> None:
        """SQLite overwrites what it deletes, and copies of it in its pages (`secure_delete`)."""
        connection.execute(delete(_key).where(_key.c.owner == _owner(person_id)))
        if self._remembered is not None:
            self._remembered.pop(person_id, None)

    def make_for(self, connection: Connection, person_id: int) -> Key:
        return _make(connection, self.master, _owner(person_id))


def wrapped_under(connection: Connection) -> Counter[int]:
    """How many keys are wrapped under each master key, by its id."""
    return Counter(Ciphertext(it).key_id for it in connection.scalars(select(_key.c.wrapped)))


def wrap_anew(connection: Connection, *, master: MasterKeys, most: int) -> int:
    """Wrap so many of the keys that are under an old master key under the current one. Returns how
    many are left.
    """
    rows = connection.execute(select(_key.c.id, _key.c.wrapped).order_by(_key.c.id)).all()
    old = [row for row in rows if Ciphertext(row.wrapped).key_id != master.current.id]
    for row in old[:most]:
        wrapped = master.wrap(master.unwrap(row.wrapped))
        connection.execute(update(_key).where(_key.c.id == row.id).values(wrapped=wrapped))
    return len(old[most:])


def _owner(person_id: int) -> str:
    return f"person:{person_id}"


def _read(connection: Connection, master: Wrapping, owner: str) -> Key | None:
    wrapped = connection.scalar(_WRAPPED, {"owner": owner})
    return None if wrapped is None else master.unwrap(wrapped)


def _make(connection: Connection, master: Wrapping, owner: str) -> Key:
    row = insert(_key).values(owner=owner, wrapped=b"").returning(_key.c.id)
    key = Key.generate(connection.execute(row).scalar_one())
    wrapped = master.wrap(key)
    connection.execute(update(_key).where(_key.c.id == key.id).values(wrapped=wrapped))
    return key
