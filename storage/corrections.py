"""Corrections that participants ask for: what was asked, decided and confirmed, row beside row."""

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, insert, select

from flows.forms import Answers
from flows.text import ERASED
from storage import tables
from storage.answers import answer_from_json, answer_to_json
from storage.keyring import Keyring

_request = tables.correction_request
_decision = tables.correction_decision
_confirmation = tables.correction_confirmation


@dataclass(frozen=True, slots=True)
class Correction:
    """`agreed` is None before the clinician decided, `confirmed` before the participant did."""

    id: int
    form_id: int
    participant: int
    asked_at: datetime
    agreed: bool | None
    decided_by: int | None
    decided_at: datetime | None
    confirmed: bool | None
    confirmed_at: datetime | None
    before: Answers = field(repr=False)
    after: Answers = field(repr=False)
    reason: str = field(repr=False)

    @property
    def waits(self) -> bool:
        """Whether somebody has still to decide or to confirm."""
        return self.agreed is None or (self.agreed and self.confirmed is None)


def ask(
    connection: Connection,
    *,
    keys: Keyring,
    form_id: int,
    participant: int,
    before: Answers,
    after: Answers,
    reason: str,
    at: datetime,
) -> int:
    key = keys.of(connection, participant)
    asked = json.dumps({"before": _dump(before), "after": _dump(after)}, ensure_ascii=False)
    row = (
        insert(_request)
        .values(
            form_id=form_id,
            participant_id=participant,
            asked=key.seal(asked),
            reason=key.seal(reason) if reason else None,
            asked_at=at,
        )
        .returning(_request.c.id)
    )
    request: int = connection.execute(row).scalar_one()
    return request


def decide(
    connection: Connection,
    *,
    keys: Keyring,
    request: Correction,
    agreed: bool,
    words: str,
    by: int,
    at: datetime,
) -> None:
    """Agree or not; a second decision of a request is refused by the database."""
    sealed = keys.of(connection, request.participant).seal(words) if words else None
    connection.execute(
        insert(_decision).values(
            request_id=request.id, agreed=int(agreed), words=sealed, decided_by=by, decided_at=at
        )
    )


def confirm(connection: Connection, *, request_id: int, confirmed: bool, at: datetime) -> None:
    """Confirm or not; a second confirmation of a request is refused by the database."""
    connection.execute(
        insert(_confirmation).values(request_id=request_id, confirmed=int(confirmed), at=at)
    )


def get(connection: Connection, *, keys: Keyring, request_id: int) -> Correction:
    row = connection.execute(_all().where(_request.c.id == request_id)).one()
    return _correction(connection, keys, row)


def of_participant(connection: Connection, *, keys: Keyring, participant: int) -> list[Correction]:
    """Everything that a participant asked for, in its order."""
    rows = connection.execute(
        _all().where(_request.c.participant_id == participant).order_by(_request.c.id)
    )
    return [_correction(connection, keys, row) for row in rows.all()]


def count_undecided(connection: Connection, participant: int) -> int:
    decided = select(_decision.c.request_id)
    return connection.execute(
        select(func.count()).where(
            _request.c.participant_id == participant, _request.c.id.not_in(decided)
        )
    ).scalar_one()


def _all() -> Select[Any]:
    return (
        select(
            _request,
            _decision.c.agreed,
            _decision.c.decided_by,
            _decision.c.decided_at,
            _confirmation.c.confirmed,
            _confirmation.c.at.label("confirmed_at"),
        )
        .outerjoin(_decision, _decision.c.request_id == _request.c.id)
        .outerjoin(_confirmation, _confirmation.c.request_id == _request.c.id)
    )


def _correction(connection: Connection, keys: Keyring, row: Row[Any]) -> Correction:
    kept = keys.words(connection, row.participant_id, row.asked)
    asked = {"before": {}, "after": {}} if kept == ERASED else json.loads(kept)
    return Correction(
        row.id,
        row.form_id,
        row.participant_id,
        row.asked_at,
        None if row.agreed is None else bool(row.agreed),
        row.decided_by,
        row.decided_at,
        None if row.confirmed is None else bool(row.confirmed),
        row.confirmed_at,
        _load(asked["before"]),
        _load(asked["after"]),
        keys.words(connection, row.participant_id, row.reason),
    )


def _dump(answers: Answers) -> dict[str, object]:
    return {item: answer_to_json(answer) for item, answer in answers.items()}


def _load(kept: dict[str, object]) -> Answers:
    return {item: answer_from_json(answer) for item, answer in kept.items()}
