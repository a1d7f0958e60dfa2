"""The audit trail as people read it: of one participant, of one person, or of one day.

* Of an entry's detail only what the catalogues have a word for is shown. What people wrote in words
  can name a product, so no such part has one; nor has a name.
* Every moment is in UTC and says so: when it was saved, and when it was answered if that is known.
* Whoever looks is in the audit trail too.
"""

import argparse
import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from io import StringIO

from bot.operator import ROLE, Operator, show
from bot.turn.desk import Desk
from bot.turn.submitting import BY_FORM
from flows.text import Text, text
from storage import audit, clock_changes, participants
from storage.audit import Act, Entry
from storage.clock_changes import Marks

_COLUMNS = (
    "number",
    "saved_at",
    "answered_at",
    "seconds_clock_was_ahead",
    "person",
    "role",
    "verb",
    "what",
    "about",
    "detail",
)
_YEARS = range(2000, 2100)
_MOMENT = "%Y-%m-%d %H:%M:%S UTC"


@dataclass(frozen=True, slots=True)
class View:
    """Entries, the codes of the participants among the people in them, and which were written
    while the clock was wrong.
    """

    entries: Sequence[Entry]
    codes: Mapping[int, str]
    marks: Marks

    def person(self, person: int | None) -> str:
        return "" if person is None else self.codes.get(person, str(person))

    def clock_off_by(self, entry: Entry) -> int:
        return self.marks.off_by("audit", entry.id)


async def show_entries(it: Operator, given: argparse.Namespace) -> int:
    day = None if given.day is None else _day(given.day)
    if given.day is not None and day is None:
        it.complain(text("cli.audit.no_day", example="2026-09-26"))
        return 1
    async with it.at_data() as data:
        view = await data.write(view_of, given.participant, given.person, day)
    if view is None:
        it.complain(text("cli.audit.nobody", code=given.participant))
        return 1
    if given.csv is not None:
        if not await it.write_file(given.csv, csv_of(it, view)):
            return 1
        it.tell(text("cli.audit.written", count=len(view.entries), file=given.csv))
        return 0
    if not view.entries:
        it.tell(text("cli.audit.no_entries"))
    for entry in view.entries:
        show(*_lines(it, view, entry))
    return 0


def _day(written: str) -> date | None:
    try:
        day = date.fromisoformat(written)
    except ValueError:
        return None
    return day if day.year in _YEARS else None


def view_of(desk: Desk, code: str | None, person: int | None, day: date | None) -> View | None:
    """None where there is no such participant."""
    connection, keys = desk.connection, desk.keys
    if code is not None:
        person = participants.with_code(connection, code.upper())
        if person is None:
            return None
    if day is not None:
        begin, end = (desk.study.moment(it, time()) for it in (day, day + timedelta(days=1)))
        entries = audit.between(connection, keys=keys, begin=begin, end=end)
    else:
        assert person is not None
        entries = audit.with_person(connection, keys=keys, person=person)
    # Not about the person: of one who was erased it could not be sealed.
    on = None if day is None else day.isoformat()
    desk.record(Act("view_audit", ROLE, detail={"on": on, "person": person, "count": len(entries)}))
    return View(entries, participants.codes(connection), clock_changes.marks(connection))


def _lines(it: Operator, view: View, entry: Entry) -> Iterator[str]:
    act = entry.act
    at = {"number": str(entry.id), "saved_at": _moment(entry.at)}
    when = text("cli.audit.saved", **at)
    if act.answered_at is not None:
        when = text("cli.audit.answered", **at, answered_at=_moment(act.answered_at))
    who = {"who": _who(it, view, act), "what": _what(it, act.verb)}
    did = text("cli.audit.did", **who)
    if act.subject not in {None, act.actor}:
        did = text("cli.audit.did_about", **who, about=view.person(act.subject))
    parts = [it.study.render(part, it.language) for part in (when, *_clock(view, entry), did)]
    yield "\n".join([*parts, *_detail(it, entry), ""])


def _clock(view: View, entry: Entry) -> Sequence[Text]:
    off_by = view.clock_off_by(entry)
    if not off_by:
        return ()
    key = "cli.audit.clock_ahead" if off_by > 0 else "cli.audit.clock_behind"
    return (text(key, seconds=abs(off_by)),)


def _who(it: Operator, view: View, act: Act) -> Text:
    roles = tuple(_role(it, role) for role in act.role.split("+") if role)
    shown = " + ".join(it.study.render(role, it.language) for role in roles)
    if act.actor is None:
        return text("cli.audit.nobody_by", roles=shown)
    return text("cli.audit.somebody", person=view.person(act.actor), roles=shown)


def _role(it: Operator, role: str) -> Text:
    known = (key for key in (f"role.{role}", f"audit.role.{role}") if it.study.wording.has(key))
    return text(next(known, "audit.role.other"))


def _what(it: Operator, verb: str) -> Text:
    """A verb of an earlier version, which nothing words any more, stands for itself."""
    key = f"audit.verb.{verb}"
    if it.study.wording.has(key):
        return text(key)
    # Forms are the trial's own, so their verbs cannot be worded one by one.
    if verb.startswith(BY_FORM):
        return text("audit.by_form")
    return text("audit.other_verb", verb=verb)


def _detail(it: Operator, entry: Entry) -> list[str]:
    if not entry.is_readable:
        return [it.study.render(text("cli.audit.unreadable"), it.language)]
    return [
        it.study.render(
            text("cli.audit.detail", key=text(f"audit.key.{key}"), value=value), it.language
        )
        for key, value in _shown(it, entry.act.detail).items()
    ]


def _shown(it: Operator, detail: audit.Detail) -> dict[str, str]:
    """What may be shown of it, on one line each."""
    return {
        key: " ".join(str(value).split())
        for key, value in detail.items()
        if value is not None and it.study.wording.has(f"audit.key.{key}")
    }


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime(_MOMENT)


def csv_of(it: Operator, view: View) -> bytes:
    """With a byte order mark, so that a spreadsheet reads the Persian in it."""
    rows = StringIO(newline="")
    table = csv.writer(rows)
    table.writerow(_COLUMNS)
    table.writerows(_row(it, view, entry) for entry in view.entries)
    return rows.getvalue().encode("utf-8-sig")


def _row(it: Operator, view: View, entry: Entry) -> Sequence[str]:
    act = entry.act
    shown = "; ".join(f"{key}={value}" for key, value in _shown(it, act.detail).items())
    unreadable = it.study.render(text("cli.audit.unreadable"), it.language)
    return (
        str(entry.id),
        _moment(entry.at),
        "" if act.answered_at is None else _moment(act.answered_at),
        str(view.clock_off_by(entry) or ""),
        view.person(act.actor),
        act.role,
        act.verb,
        it.study.render(_what(it, act.verb), it.language),
        view.person(act.subject),
        shown if entry.is_readable else unreadable,
    )
