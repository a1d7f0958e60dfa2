"""Conversations between two turns, sealed under the person's key and wiped at their end."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from flows.conversation import Conversation
from storage import tables
from storage.answers import answer_from_json, answer_to_json
from storage.keyring import Keyring

_conversation = tables.conversation

# Aside is what something else came between: it is asked again after that. What is left for later
# waits until the person comes back to it.
UNFINISHED = ("foreground", "aside", "later")


@dataclass(frozen=True, slots=True)
class Open:
    """A conversation as it is kept: of an instrument (with its form) or of a command. `channel` is
    where its question was asked last."""

    id: int
    person_id: int
    kind: str
    form_id: int | None
    standing: str
    channel: str | None
    changed_at: datetime
    state: Conversation = field(repr=False)


def begin(
    connection: Connection,
    *,
    keys: Keyring,
    person_id: int,
    kind: str,
    form_id: int | None,
    state: Conversation,
    channel: str,
    at: datetime,
) -> Open:
    """Put a new conversation in the foreground; the one that stood there is set aside."""
    set_aside(connection, person_id=person_id, at=at)
    row = (
        insert(_conversation)
        .values(
            person_id=person_id,
            kind=kind,
            name=state.form,
            version=state.version,
            form_id=form_id,
            state=keys.of(connection, person_id).seal(_dump(state)),
            standing="foreground",
            channel=channel,
            begun_at=at,
            changed_at=at,
        )
        .returning(_conversation.c.id)
    )
    new_id = connection.execute(row).scalar_one()
    return Open(new_id, person_id, kind, form_id, "foreground", channel, at, state)


def set_aside(connection: Connection, *, person_id: int, at: datetime) -> None:
    """Something comes between: what stands in the foreground is asked again after it."""
    connection.execute(
        update(_conversation)
        .where(_conversation.c.person_id == person_id, _conversation.c.standing == "foreground")
        .values(standing="aside", changed_at=at)
    )


def leave_for_later(connection: Connection, *, person_id: int, at: datetime) -> None:
    """The person leaves what they were asked; a stop command may stand between them and it."""
    connection.execute(
        update(_conversation)
        .where(
            _conversation.c.person_id == person_id,
            _conversation.c.kind == "instrument",
            _conversation.c.standing.in_(("foreground", "aside")),
        )
        .values(standing="later", changed_at=at)
    )


def bring_forward(connection: Connection, *, conversation_id: int, at: datetime) -> None:
    connection.execute(
        update(_conversation)
        .where(_conversation.c.id == conversation_id)
        .values(standing="foreground", changed_at=at)
    )


def ask_on(connection: Connection, *, conversation: Open, channel: str) -> None:
    """Note on which channel the question is asked from now on."""
    if conversation.channel != channel:
        connection.execute(
            update(_conversation)
            .where(_conversation.c.id == conversation.id)
            .values(channel=channel)
        )


def foreground(connection: Connection, *, keys: Keyring, person_id: int) -> Open | None:
    return _first(
        connection,
        keys,
        select(_conversation).where(
            _conversation.c.person_id == person_id, _conversation.c.standing == "foreground"
        ),
    )


def last_aside(connection: Connection, *, keys: Keyring, person_id: int) -> Open | None:
    """The conversation that was set aside last."""
    return _first(
        connection,
        keys,
        select(_conversation)
        .where(_conversation.c.person_id == person_id, _conversation.c.standing == "aside")
        .order_by(_conversation.c.changed_at.desc(), _conversation.c.id.desc())
        .limit(1),
    )


def of_form(connection: Connection, *, keys: Keyring, person_id: int, form_id: int) -> Open | None:
    """This person's unfinished conversation about a form."""
    return _first(
        connection,
        keys,
        select(_conversation).where(
            _conversation.c.person_id == person_id,
            _conversation.c.form_id == form_id,
            _conversation.c.standing.in_(UNFINISHED),
        ),
    )


def begun_by(connection: Connection, form_id: int) -> frozenset[int]:
    """Who has begun a form and not finished it."""
    persons = select(_conversation.c.person_id).where(
        _conversation.c.form_id == form_id, _conversation.c.standing.in_(UNFINISHED)
    )
    return frozenset(connection.scalars(persons))


def with_id(
    connection: Connection, *, keys: Keyring, person_id: int, conversation_id: int
) -> Open | None:
    """This person's conversation with this id, while it is unfinished."""
    return _first(
        connection,
        keys,
        select(_conversation).where(
            _conversation.c.id == conversation_id,
            _conversation.c.person_id == person_id,
            _conversation.c.standing.in_(UNFINISHED),
        ),
    )


def save(
    connection: Connection, *, keys: Keyring, conversation: Open, state: Conversation, at: datetime
) -> None:
    connection.execute(
        update(_conversation)
        .where(_conversation.c.id == conversation.id)
        .values(state=keys.of(connection, conversation.person_id).seal(_dump(state)), changed_at=at)
    )


def end(connection: Connection, *, conversation_id: int, standing: str, at: datetime) -> None:
    """Finish or cancel a conversation; its answers stay where they were recorded, not here."""
    connection.execute(
        update(_conversation)
        .where(_conversation.c.id == conversation_id)
        .values(standing=standing, state=None, changed_at=at)
    )


def end_of_form(
    connection: Connection, *, form_id: int, at: datetime, person_id: int | None = None
) -> None:
    """End every conversation about a form, or this person's alone."""
    whose = [] if person_id is None else [_conversation.c.person_id == person_id]
    connection.execute(
        update(_conversation)
        .where(
            _conversation.c.form_id == form_id,
            _conversation.c.standing.in_(UNFINISHED),
            *whose,
        )
        .values(standing="cancelled", state=None, changed_at=at)
    )


def end_of_command(connection: Connection, *, person_id: int, name: str, at: datetime) -> None:
    """End a half-done command of this name."""
    connection.execute(
        update(_conversation)
        .where(
            _conversation.c.person_id == person_id,
            _conversation.c.kind == "command",
            _conversation.c.name == name,
            _conversation.c.standing.in_(UNFINISHED),
        )
        .values(standing="cancelled", state=None, changed_at=at)
    )


def end_of_person(connection: Connection, *, person_id: int, at: datetime) -> None:
    connection.execute(
        update(_conversation)
        .where(
            _conversation.c.person_id == person_id,
            _conversation.c.standing.in_(UNFINISHED),
        )
        .values(standing="cancelled", state=None, changed_at=at)
    )


def _first(connection: Connection, keys: Keyring, query: Any) -> Open | None:
    row: Row[Any] | None = connection.execute(query).one_or_none()
    if row is None:
        return None
    state = _load(row.name, row.version, keys.of(connection, row.person_id).open(row.state))
    return Open(
        row.id,
        row.person_id,
        row.kind,
        row.form_id,
        row.standing,
        row.channel,
        row.changed_at,
        state,
    )


def _dump(state: Conversation) -> str:
    return json.dumps(
        {
            "answers": {item: answer_to_json(answer) for item, answer in state.answers.items()},
            "context": {item: answer_to_json(answer) for item, answer in state.context.items()},
            "at": state.at,
            "step": state.step,
            "misses": state.misses,
            "declining": state.declining,
            "picked": state.picked,
            "flagged": sorted(state.flagged),
            "typed": state.typed,
            "proven": state.proven,
        },
        ensure_ascii=False,
    )


def _load(name: str, version: str, dumped: str) -> Conversation:
    kept: Mapping[str, Any] = json.loads(dumped)
    return Conversation(
        form=name,
        version=version,
        answers={item: answer_from_json(answer) for item, answer in kept["answers"].items()},
        context={item: answer_from_json(answer) for item, answer in kept["context"].items()},
        at=kept["at"],
        step=kept["step"],
        misses=kept["misses"],
        declining=kept["declining"],
        picked=tuple(kept["picked"]),
        flagged=frozenset((item, option) for item, option in kept["flagged"]),
        typed=kept.get("typed", False),
        proven=kept.get("proven", False),
    )
