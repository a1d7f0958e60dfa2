import pytest
from sqlalchemy import Connection, Executable, delete, insert, text, update
from sqlalchemy.exc import IntegrityError

from storage.database import Database
from storage.guards import append_only, missing_guards
from tests.storage.notes import note, notes, texts, topics


@pytest.fixture
async def guarded(database: Database) -> Database:
    def guard(connection: Connection) -> None:
        for trigger in append_only("notes"):
            connection.execute(trigger)

    await database.write(guard)
    await database.write(note, "kept")
    return database


@pytest.mark.parametrize(
    "statement",
    [
        update(notes).values(text="changed"),
        update(notes).values(text=notes.c.text),
        delete(notes),
        insert(notes).prefix_with("OR REPLACE").values(id=1, text="changed"),
        text("REPLACE INTO notes (id, text) VALUES (1, 'changed')"),
        text(
            "INSERT INTO notes (id, text) VALUES (1, 'x') "
            "ON CONFLICT (id) DO UPDATE SET text = 'changed'"
        ),
        text("UPDATE OR REPLACE notes SET id = 2"),
    ],
    ids=str,
)
async def test_no_statement_changes_an_append_only_row(
    guarded: Database, statement: Executable
) -> None:
    with pytest.raises(IntegrityError, match="notes is append-only"):
        await guarded.write(lambda connection: connection.execute(statement))
    assert await guarded.read(texts) == ["kept"]


async def test_rows_can_still_be_added(guarded: Database) -> None:
    await guarded.write(note, "added")
    assert await guarded.read(texts) == ["kept", "added"]


async def test_a_refusal_leaves_the_rest_of_its_write_standing(guarded: Database) -> None:
    def go_on(connection: Connection) -> None:
        note(connection, "before")
        with pytest.raises(IntegrityError):
            connection.execute(delete(notes))
        note(connection, "after")

    await guarded.write(go_on)
    assert await guarded.read(texts) == ["kept", "before", "after"]


async def test_standing_guards_are_found(guarded: Database) -> None:
    assert await guarded.read(missing_guards, ["notes"]) == []


async def test_missing_guards_are_named(guarded: Database) -> None:
    await guarded.write(lambda it: it.execute(text("DROP TRIGGER notes_refuses_delete")))
    assert await guarded.read(missing_guards, ["notes", topics.name]) == [
        "notes_refuses_delete",
        "topics_refuses_update",
        "topics_refuses_delete",
    ]


async def test_a_table_made_anew_lacks_its_guards(guarded: Database) -> None:
    """This is what Alembic's batch mode does: copy, drop, rename."""

    def batch(connection: Connection) -> None:
        connection.execute(text("CREATE TABLE copy AS SELECT * FROM notes"))
        connection.execute(text("DROP TABLE notes"))
        connection.execute(text("ALTER TABLE copy RENAME TO notes"))

    await guarded.write(batch)
    assert len(await guarded.read(missing_guards, ["notes"])) == 2
