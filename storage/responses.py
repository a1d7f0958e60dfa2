"""Forms of participants (one an instrument, visit and reading) and the responses in them.

A response is never changed: another answer to the same item is a further revision beside it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import Connection, Row, bindparam, func, insert, select, update

from flows.forms import (
    Answer,
    Answers,
    Choice,
    Choices,
    Day,
    Hour,
    Item,
    Missing,
    MissingReason,
    Moment,
    Number,
    ParticipantCode,
    Phone,
    Picture,
    Pin,
    Words,
)
from storage import tables
from storage.keyring import Keyring

_form = tables.form
_response = tables.response

# Every turn asks this, so it is built once.
_WITH_ID = select(_form).where(_form.c.id == bindparam("form_id"))


@dataclass(frozen=True, slots=True)
class FormRow:
    """One instrument of one participant. `visit` is None for what is reported at any time.

    `reading` counts the raters of a visit; `veil` is random where its name is hidden from them.
    """

    id: int
    participant: int
    instrument: str
    version: str
    visit: str | None
    opens_on: date
    closes_on: date | None
    submitted_at: datetime | None
    submitted_by: int | None
    closed_at: datetime | None
    reading: int
    veil: str | None = field(repr=False)

    @property
    def is_open(self) -> bool:
        return self.submitted_at is None and self.closed_at is None


@dataclass(frozen=True, slots=True)
class NewResponse:
    """One answer as it is kept: who gave it, how, and a digest of the words that were shown."""

    form: FormRow
    item: Item
    answer: Answer = field(repr=False)
    originator: int
    role: str
    channel: str
    language: str
    wording_digest: str
    answered_at: datetime
    saved_at: datetime
    reason: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Origin:
    """Who gave an answer, or entered it for the participant, on which way, and of which moment."""

    originator: int
    channel: str
    answered_at: datetime


def open_form(
    connection: Connection,
    *,
    participant: int,
    instrument: str,
    version: str,
    visit: str | None,
    opens_on: date,
    closes_on: date | None,
    at: datetime,
    reading: int = 1,
    veil: str | None = None,
) -> int:
    """Open a form; a scheduled one that was opened before stays as it is. Returns its id."""
    found = None
    if visit is not None:
        found = _same(connection, participant, instrument, visit, reading)
    if found is not None:
        return found
    row = (
        insert(_form)
        .values(
            participant_id=participant,
            instrument=instrument,
            version=version,
            visit=visit,
            reading=reading,
            veil=veil,
            opens_on=opens_on,
            closes_on=closes_on,
            opened_at=at,
        )
        .returning(_form.c.id)
    )
    form_id: int = connection.execute(row).scalar_one()
    return form_id


def _same(
    connection: Connection, participant: int, instrument: str, visit: str, reading: int
) -> int | None:
    return connection.scalar(
        select(_form.c.id).where(
            _form.c.participant_id == participant,
            _form.c.instrument == instrument,
            _form.c.visit == visit,
            _form.c.reading == reading,
        )
    )


def readings_beside(connection: Connection, row: FormRow) -> list[FormRow]:
    """Every reading of the same visit with the same instrument, this one too, in their order."""
    rows = connection.execute(
        select(_form)
        .where(
            _form.c.participant_id == row.participant,
            _form.c.instrument == row.instrument,
            _form.c.visit == row.visit,
        )
        .order_by(_form.c.reading)
    )
    return [_form_row(it) for it in rows]


def all_of(connection: Connection, instruments: frozenset[str]) -> list[FormRow]:
    """All forms of these instruments, by participant, visit and reading."""
    rows = connection.execute(
        select(_form)
        .where(_form.c.instrument.in_(instruments))
        .order_by(_form.c.participant_id, _form.c.visit, _form.c.reading)
    )
    return [_form_row(row) for row in rows]


def form(connection: Connection, form_id: int) -> FormRow:
    return _form_row(connection.execute(_WITH_ID, {"form_id": form_id}).one())


def forms_of(connection: Connection, participant: int) -> list[FormRow]:
    """All forms of a participant, by the time they opened."""
    rows = connection.execute(
        select(_form).where(_form.c.participant_id == participant).order_by(_form.c.id)
    )
    return [_form_row(row) for row in rows]


def forms_for(connection: Connection, instruments: frozenset[str]) -> list[FormRow]:
    """All forms of these instruments that wait to be filled in."""
    rows = connection.execute(
        select(_form)
        .where(
            _form.c.instrument.in_(instruments),
            _form.c.submitted_at.is_(None),
            _form.c.closed_at.is_(None),
        )
        .order_by(_form.c.opens_on, _form.c.id)
    )
    return [_form_row(row) for row in rows]


def submitted_by(
    connection: Connection, *, person_id: int, instruments: frozenset[str]
) -> list[FormRow]:
    """The forms of these instruments that this person submitted."""
    rows = connection.execute(
        select(_form)
        .where(_form.c.instrument.in_(instruments), _form.c.submitted_by == person_id)
        .order_by(_form.c.id)
    )
    return [_form_row(row) for row in rows]


def submit(
    connection: Connection, *, form_id: int, by: int, at: datetime, although_closed: bool = False
) -> bool:
    """Submit a form; False when it was submitted or closed before. What was answered in time may
    come in although the window has closed."""
    unclosed = () if although_closed else (_form.c.closed_at.is_(None),)
    changed = connection.execute(
        update(_form)
        .where(_form.c.id == form_id, _form.c.submitted_at.is_(None), *unclosed)
        .values(submitted_at=at, submitted_by=by)
    )
    return changed.rowcount == 1


def has_answers(connection: Connection, form_id: int) -> bool:
    found = select(_response.c.id).where(_response.c.form_id == form_id)
    return connection.scalar(found.limit(1)) is not None


def redate(connection: Connection, *, form_id: int, opens_on: date, closes_on: date) -> None:
    """Give a form that was not submitted another window; it is open in that, also if it was
    closed."""
    connection.execute(
        update(_form)
        .where(_form.c.id == form_id, _form.c.submitted_at.is_(None))
        .values(opens_on=opens_on, closes_on=closes_on, closed_at=None)
    )


def reopen(connection: Connection, form_id: int) -> None:
    """Open a form again that was closed and not submitted."""
    connection.execute(
        update(_form)
        .where(_form.c.id == form_id, _form.c.submitted_at.is_(None))
        .values(closed_at=None)
    )


def entered_for(connection: Connection, form_id: int, participant: int) -> list[str]:
    """The items in which an answer stands that somebody else entered for the participant."""
    rows = connection.execute(
        select(_response).where(_response.c.form_id == form_id).order_by(_response.c.revision)
    )
    newest = {row.item: row for row in rows}
    return [
        item
        for item, row in newest.items()
        if row.originator != participant and row.status != MissingReason.ENTERED_IN_ERROR.value
    ]


def take_back(connection: Connection, *, form_id: int) -> None:
    """A form that was submitted is open again."""
    connection.execute(
        update(_form).where(_form.c.id == form_id).values(submitted_at=None, submitted_by=None)
    )


def close(connection: Connection, *, form_id: int, at: datetime) -> bool:
    """Close a form whose window has passed; False when nothing was left to close."""
    changed = connection.execute(
        update(_form)
        .where(_form.c.id == form_id, _form.c.submitted_at.is_(None), _form.c.closed_at.is_(None))
        .values(closed_at=at)
    )
    return changed.rowcount == 1


def record(connection: Connection, *, keys: Keyring, new: NewResponse) -> int:
    """Keep an answer as the item's next revision; returns the revision's number."""
    earlier = connection.scalar(
        select(func.max(_response.c.revision)).where(
            _response.c.form_id == new.form.id, _response.c.item == new.item.id
        )
    )
    revision = 1 if earlier is None else earlier + 1
    key = keys.of(connection, new.form.participant)
    words = _words(new.item, new.answer)
    connection.execute(
        insert(_response),
        {
            "form_id": new.form.id,
            "participant_id": new.form.participant,
            "item": new.item.id,
            "revision": revision,
            **_columns(new.item, new.answer),
            "words": None if words is None else key.seal(words),
            "originator": new.originator,
            "role": new.role,
            "channel": new.channel,
            "language": new.language,
            "wording_digest": new.wording_digest,
            "reason": key.seal(new.reason) if new.reason else None,
            "answered_at": new.answered_at,
            "saved_at": new.saved_at,
        },
    )
    return revision


def answers(
    connection: Connection,
    *,
    keys: Keyring,
    form_row: FormRow,
    items: Mapping[str, Item],
    corrected: bool = True,
) -> Answers:
    """The newest answer to each item of a form; not `corrected`: as it was submitted, for whatever
    came later has a reason."""
    found = select(_response).where(_response.c.form_id == form_row.id)
    if not corrected:
        found = found.where(_response.c.reason.is_(None))
    rows = connection.execute(found.order_by(_response.c.revision)).all()
    return {
        row.item: _answer(connection, keys, items[row.item], row)
        for row in rows
        if row.item in items
    }


def origins(connection: Connection, form_id: int) -> Mapping[str, Origin]:
    """Where the newest answer to each item of a form comes from."""
    rows = connection.execute(
        select(_response).where(_response.c.form_id == form_id).order_by(_response.c.revision)
    )
    return {row.item: Origin(row.originator, row.channel, row.answered_at) for row in rows}


def count_own(connection: Connection, *, participant: int, channel: str, since: datetime) -> int:
    """How many questions were answered in the participant's name on this channel since then."""
    answered = (
        select(_response.c.form_id, _response.c.item)
        .where(
            _response.c.participant_id == participant,
            _response.c.originator == participant,
            _response.c.channel == channel,
            _response.c.saved_at >= since,
        )
        .distinct()
    )
    return connection.execute(select(func.count()).select_from(answered.subquery())).scalar_one()


def _columns(item: Item, answer: Answer) -> dict[str, object]:
    """The columns of an answer: option codes, a number with it where the option has one, a day."""
    if isinstance(answer, Missing):
        return {"status": answer.reason.value}
    match item.kind:
        case Choice():
            option = item.option(str(answer))
            number = option.number if option is not None else None
            return {"status": "answered", "codes": [answer], "number": number}
        case Choices():
            assert isinstance(answer, tuple)
            return {"status": "answered", "codes": list(answer)}
        case Number():
            return {"status": "answered", "number": answer}
        case Day():
            return {"status": "answered", "day": answer}
        case Words() | Hour() | Moment() | Phone() | Pin() | ParticipantCode() | Picture():
            return {"status": "answered"}


def _words(item: Item, answer: Answer) -> str | None:
    free = isinstance(item.kind, Words | Hour | Moment | Phone | Pin | ParticipantCode | Picture)
    return str(answer) if free and not isinstance(answer, Missing) else None


def _answer(
    connection: Connection, keys: Keyring, item: Item, row: Row[tuple[object, ...]]
) -> Answer:
    if row.status != "answered":
        return Missing(MissingReason(row.status))
    if row.words is not None:
        return keys.words(connection, row.participant_id, row.words)
    match item.kind:
        case Choices():
            return tuple(row.codes)
        case Choice():
            code: str = row.codes[0]
            return code
        case Number():
            number: int = row.number
            return number
        case _:
            day: date = row.day
            return day


def _form_row(row: Row[tuple[object, ...]]) -> FormRow:
    return FormRow(
        row.id,
        row.participant_id,
        row.instrument,
        row.version,
        row.visit,
        row.opens_on,
        row.closes_on,
        row.submitted_at,
        row.submitted_by,
        row.closed_at,
        row.reading,
        row.veil,
    )
