"""An empty file to fill in: the columns, and as remarks all that this trial's file can say."""

import csv
from collections.abc import Iterator
from io import StringIO

from bot.taking_over.reading import BETWEEN_CODES, NO_ANSWER
from bot.trial.study import Study
from flows.forms import Choice, Choices, Day, Kind, Number
from flows.instruments import title
from flows.taking_over.facts import AT_VISITS, COLUMNS, DATED_CONSENT, Name, details, places
from flows.taking_over.people import items_of
from flows.text import text

_CODE, _DATE, _HOUR = "# P-001", "2026-05-11", "10:30"


def template_of(study: Study, language: str) -> bytes:
    file = StringIO(newline="")
    csv.writer(file).writerows((COLUMNS, *_remarks(study, language)))
    # With a byte order mark, spreadsheet programs read Persian as what it is.
    return file.getvalue().encode("utf-8-sig")


def _remarks(study: Study, language: str) -> Iterator[tuple[str, ...]]:
    yield (f"# {study.render(text('taking_over.remark'), language)}",)
    for name, kinds in details(study.trial, ("fa", "en")).items():
        for item, kind in kinds.items():
            dated = name is Name.CONSENT and item == DATED_CONSENT
            yield (_CODE, name, "", item, _what_fits(kind), _DATE if dated else "")
    for name in Name:
        if name not in {Name.PARTICIPANT, Name.CONSENT, Name.ANSWER}:
            yield _of_fact(study, name)
    for instrument, visits in places(study.trial).items():
        shown = study.render(title(study.latest(instrument)), language)
        yield (f"# {shown}",)
        visit = " / ".join(it or "-" for it in visits) if visits != (None,) else ""
        for asked in items_of(study.latest(instrument)):
            fits = _what_fits(asked.kind) + (f" / {NO_ANSWER}" if asked.may_decline else "")
            yield (_CODE, Name.ANSWER, visit, f"{instrument}.{asked.id}", fits, _DATE)


def _of_fact(study: Study, name: Name) -> tuple[str, ...]:
    visits = " / ".join(
        visit.name
        for visit in study.trial.visits
        if name is not Name.SESSION or visit.session is not None
    )
    number = {Name.CLINICIAN: "7", Name.ENVELOPE: "12", Name.SKIPPED_ENVELOPE: "5"}
    value = _HOUR if name is Name.BOOKED else number.get(name, "")
    skipped = name is Name.SKIPPED_ENVELOPE
    return (
        "#" if skipped else _CODE,
        name,
        visits if name in AT_VISITS else "",
        "",
        value,
        "" if skipped else _DATE,
    )


def _what_fits(kind: Kind) -> str:
    match kind:
        case Choice(options):
            return " / ".join(option.code for option in options)
        case Choices(options):
            return f" {BETWEEN_CODES} ".join(option.code for option in options)
        case Number(least, most):
            return f"{least}-{most}"
        case Day():
            return _DATE
        case _:
            return ""
