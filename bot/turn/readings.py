"""Readings of visits: opened when a visit may be read, offered to raters, and compared.

Nobody is told of another's reading, nor that theirs is a third one.
"""

from collections.abc import Iterator
from hashlib import sha256

from bot.language.calendars import add_jalali_months
from bot.turn import filling
from bot.turn.desk import Desk
from flows.instruments import FilledBy
from flows.readings import Apart, Unread, outcome, reading_for, scale_of, to_read
from flows.roles import Role
from flows.schedule import due_visits
from storage import conversations, participants, people, protocol, responses
from storage.responses import FormRow


def scales(desk: Desk) -> frozenset[str]:
    """The names of the instruments that raters fill in."""
    instruments = desk.study.instruments.values()
    return frozenset(it.name for it in instruments if it.filled_by is FilledBy.RATER)


def open_due(desk: Desk, participant: int) -> None:
    """The visits that may be read by now join the raters' worklists, each once."""
    trial, chart = desk.study.trial, participants.chart(desk.connection, participant)
    due = due_visits(trial, chart, add_jalali_months)
    for visit, on in to_read(trial, chart, due, desk.today):
        assert visit.rating is not None
        for reading in range(1, trial.rating.raters + 1):
            form_id = responses.open_form(
                desk.connection,
                participant=participant,
                instrument=visit.rating,
                version=desk.study.latest(visit.rating).version,
                visit=visit.name,
                opens_on=on,
                closes_on=None,
                at=desk.now,
                reading=reading,
                veil=_veil(desk, participant, visit.name) if trial.rating.hidden_order else None,
            )
            responses.reopen(desk.connection, form_id)


def close_needless(desk: Desk, participant: int) -> None:
    """A visit that did not take place after all leaves the raters' worklists."""
    trial, chart = desk.study.trial, participants.chart(desk.connection, participant)
    due = due_visits(trial, chart, add_jalali_months)
    names = {visit.name for visit, _ in to_read(trial, chart, due, desk.today)}
    for row in responses.forms_of(desk.connection, participant):
        if row.instrument in scales(desk) and row.is_open and row.visit not in names:
            filling.close(desk, row, "no_longer_holds")


def _veil(desk: Desk, participant: int, visit: str) -> str:
    """Random, the same for each reading of a visit, and no way back to the turn's secret."""
    return sha256(f"{desk.secret}:{participant}:{visit}".encode()).hexdigest()


def offered(desk: Desk, rater: int) -> list[FormRow]:
    """The readings that this rater may take, one of each visit, by the day of the visit."""
    excluded = protocol.excluded_for(desk.connection, rater)
    visits: dict[tuple[int, str | None], list[FormRow]] = {}
    for row in responses.forms_for(desk.connection, scales(desk)):
        if row.participant not in excluded:
            visits.setdefault((row.participant, row.visit), []).append(row)
    found = (_offered_of(desk, rater, rows) for rows in visits.values())
    return [row for row in found if row is not None]


def _offered_of(desk: Desk, rater: int, rows: list[FormRow]) -> FormRow | None:
    unread = [Unread(it.id, conversations.begun_by(desk.connection, it.id)) for it in rows]
    mine = reading_for(rater, unread, read_by(desk, rows[0]))
    return next((it for it in rows if mine is not None and it.id == mine.form_id), None)


def read_by(desk: Desk, row: FormRow) -> frozenset[int]:
    """Who has submitted a reading of this visit."""
    rows = responses.readings_beside(desk.connection, row)
    return frozenset(it.submitted_by for it in rows if it.submitted_by is not None)


def readers_left(desk: Desk, row: FormRow) -> list[int]:
    """The raters who may still read this visit."""
    gone = read_by(desk, row)
    return [
        rater
        for rater in people.holders(desk.connection, Role.RATER)
        if rater not in gone
        and row.participant not in protocol.excluded_for(desk.connection, rater)
    ]


def codes(desk: Desk, rows: list[FormRow], *, corrected: bool = True) -> Iterator[tuple[int, str]]:
    """Of the submitted readings of a visit, in their order: who read, and the code they gave."""
    scale = desk.study.instruments[rows[0].instrument, rows[0].version]
    graded = desk.study.form(scale.name, scale.version).items[0]
    for row in rows:
        if row.submitted_by is not None:
            answers = responses.answers(
                desk.connection,
                keys=desk.keys,
                form_row=row,
                items={graded.id: graded},
                corrected=corrected,
            )
            yield row.submitted_by, str(answers[graded.id])


def compare(desk: Desk, row: FormRow) -> FormRow | None:
    """Open a further reading where those of a visit lie too far apart, and return it; close it
    where a correction has made it needless."""
    rule = desk.study.trial.rating
    if rule.raters == 1:
        return None
    rows = responses.readings_beside(desk.connection, row)
    scale = scale_of(desk.study.instruments[row.instrument, row.version])
    found = outcome(rule, scale, [code for _, code in codes(desk, rows)])
    further = [it for it in rows if it.reading > rule.raters and it.closed_at is None]
    if found == Apart():
        return None if further else _open_further(desk, rows)
    for it in further:
        if it.is_open:
            filling.close(desk, it, "no_longer_holds")
    return None


def _open_further(desk: Desk, rows: list[FormRow]) -> FormRow:
    first = rows[0]
    form_id = responses.open_form(
        desk.connection,
        participant=first.participant,
        instrument=first.instrument,
        version=first.version,
        visit=first.visit,
        opens_on=desk.today,
        closes_on=None,
        at=desk.now,
        reading=rows[-1].reading + 1,
        veil=first.veil,
    )
    return responses.form(desk.connection, form_id)
