"""The keys that open what is sealed: one of each person, and a few with names.

A person's key is remembered for one turn at most: a key remembered by the process could outlive its
row, whether the row was rolled back or its person was erased.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection, bindparam, insert, select, update

from storage import tables
from storage.sealing import Key, LookupKey, MasterKeys, Unreadable

# What every turn asks is built once: building a statement costs more than SQLite takes to run it.
_WRAPPED = select(tables.key.c.wrapped).where(tables.key.c.owner == bindparam("owner"))

NAMED = ("lookup", "envelopes", "quarantine", "trial")


class PersonErased(Unreadable):
    """This person's key was destroyed, so what was sealed with it is gone."""


@dataclass(frozen=True, slots=True)
class Keyring:
    """`lookup` finds, `envelopes` seals arms, `quarantine` updates that could not be read, `trial`
    what belongs to no person."""

    master: MasterKeys
    _named: Mapping[str, Key] = field(repr=False)
    _remembered: dict[int, Key] | None = field(default=None, repr=False)

    @classmethod
    def open(cls, connection: Connection, master: MasterKeys) -> "Keyring":
        """The keyring of this database; the named keys are made on first use."""
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
        """The key of this person, or the trial's where there is none. Raises PersonErased."""
        if person_id is None:
            return self.named("trial")
        if self._remembered is not None and person_id in self._remembered:
            return self._remembered[person_id]
        key = _read(connection, self.master, _owner(person_id))
        if key is None:
            raise PersonErased
        if self._remembered is not None:
            self._remembered[person_id] = key
        return key

    def make_for(self, connection: Connection, person_id: int) -> Key:
        return _make(connection, self.master, _owner(person_id))


def _owner(person_id: int) -> str:
    return f"person:{person_id}"


def _read(connection: Connection, master: MasterKeys, owner: str) -> Key | None:
    wrapped = connection.scalar(_WRAPPED, {"owner": owner})
    return None if wrapped is None else master.unwrap(wrapped)


def _make(connection: Connection, master: MasterKeys, owner: str) -> Key:
    row = insert(tables.key).values(owner=owner, wrapped=b"").returning(tables.key.c.id)
    key = Key.generate(connection.execute(row).scalar_one())
    wrapped = master.wrap(key)
    connection.execute(update(tables.key).where(tables.key.c.id == key.id).values(wrapped=wrapped))
    return key
