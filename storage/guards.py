"""Triggers that keep a table append-only, and the check at every start that all triggers stand.

They abort the statement, never the transaction, so the writes that share its commit go on.
INSERT OR REPLACE meets the DELETE trigger because `database` turns recursive triggers on. Alembic's
batch mode drops triggers in silence, so a migration that uses it must put them back.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import ExecutableDDLElement
from sqlalchemy.sql.compiler import DDLCompiler

from storage.recording import Recording

_ACTS = ("UPDATE", "DELETE")

# Names and numbers are found by keyed digests. Once the person's key is destroyed theirs may be
# taken out, and nothing else of the row.
_UNLESS = {
    ("identity", "UPDATE"): (
        "NEW.digest IS NULL AND NEW.id IS OLD.id AND NEW.person_id IS OLD.person_id "
        "AND NEW.kind IS OLD.kind AND NEW.sealed IS OLD.sealed "
        "AND NEW.recorded_at IS OLD.recorded_at "
        "AND NOT EXISTS (SELECT 1 FROM key WHERE owner = 'person:' || OLD.person_id)"
    )
}

_TRIGGERS = {"sqlite": text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")}


class Refusal(ExecutableDDLElement):
    """A trigger that refuses one act on one table; each database compiles it in its own words."""

    inherit_cache = False

    def __init__(self, table_name: str, act: str) -> None:
        self.table_name = table_name
        self.act = act

    @property
    def name(self) -> str:
        return f"{self.table_name}_refuses_{self.act.lower()}"


@compiles(Refusal, "sqlite")
def _for_sqlite(refusal: Refusal, compiler: DDLCompiler, **_: Any) -> str:
    quote = compiler.preparer.quote
    unless = _UNLESS.get((refusal.table_name, refusal.act))
    condition = "" if unless is None else f"WHEN NOT ({unless}) "
    return (
        f"CREATE TRIGGER {quote(refusal.name)} "
        f"BEFORE {refusal.act} ON {quote(refusal.table_name)} {condition}"
        f"BEGIN SELECT RAISE(ABORT, '{refusal.table_name} is append-only'); END"
    )


def append_only(table_name: str) -> list[ExecutableDDLElement]:
    return list(_refusals(table_name))


def missing_guards(connection: Connection, table_names: Iterable[str]) -> list[str]:
    """The triggers that should keep these tables append-only and do not."""
    return missing(connection, [it for name in table_names for it in _refusals(name)])


def missing(connection: Connection, wanted: Iterable[Refusal | Recording]) -> list[str]:
    """Those of the triggers that do not stand, word for word."""
    rows = connection.execute(_TRIGGERS[connection.dialect.name])
    standing = {row.name: row.sql for row in rows}
    compiled = {it.name: str(it.compile(dialect=connection.dialect)) for it in wanted}
    return [name for name, words in compiled.items() if standing.get(name) != words]


def _refusals(table_name: str) -> list[Refusal]:
    return [Refusal(table_name, act) for act in _ACTS]
