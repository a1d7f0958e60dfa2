"""The file of a trial that ran on paper: participants at every point, as their records tell."""

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from bot.language.calendars import add_jalali_months
from flows.definition import Trial
from flows.taking_over.facts import COLUMNS

Row = tuple[str, ...]

# How far along somebody is: months since the first session, or what of the baseline was done.
CONSENTED, RANDOMIZED, TREATED, FINISHED = -2, -1, 0, 5
ELIGIBLE = {
    "history": "STILL_LOSING",
    "healthy": "YES",
    "autoimmune": "NO",
    "diabetes": "NO",
    "allergy": "NO",
    "other_alopecia": "NO",
}
NO_EFFECTS = {"emergency": "NONE", "warning": "NONE", "site": "NONE", "head": "NONE"}
SATISFIED = dict.fromkeys(("overall", "density", "shedding", "appearance", "comfort"), "S")


def trial_file(trial: Trial, today: date, clinician: int, participants: int = 60) -> list[Row]:
    """Participants at different points: the first have finished, the last have only consented."""
    rows: list[Row] = []
    for number in range(1, participants + 1):
        at = FINISHED - number * (FINISHED - CONSENTED + 1) // (participants + 1)
        rows += participant(trial, number, today, clinician, at)
    return rows


def participant(
    trial: Trial, number: int, today: date, clinician: int, at: int = FINISHED
) -> list[Row]:
    code, sex = f"P-{number:03}", "FM"[number % 2]
    # Whoever came earlier has the lower number, and two come on one day.
    began = add_jalali_months(today, -max(at, 0)) - timedelta(days=3 + (60 - number) // 6)
    return [
        *_consent(code, number, sex, began),
        *_baseline(code, sex, began, clinician, at),
        *(_envelope(code, number, began) if at >= RANDOMIZED else ()),
        *(_visits(trial, code, began, at) if at >= TREATED else ()),
    ]


def _consent(code: str, number: int, sex: str, on: date) -> Iterator[Row]:
    yield (code, "participant", "", "name", f"Somebody {number}", "")
    yield (code, "participant", "", "sex", sex, "")
    yield (code, "participant", "", "born_on", "1990-05-05", "")
    yield (code, "participant", "", "phone", f"0912{number:07}", "")
    yield (code, "consent", "", "version", "1", on.isoformat())
    yield (code, "consent", "", "photographs", "YES", "")
    yield (code, "consent", "", "messages", "YES", "")


def answers(
    code: str, instrument: str, visit: str, given: dict[str, str], on: date
) -> Iterator[Row]:
    for item, value in given.items():
        yield (code, "answer", visit, f"{instrument}.{item}", value, on.isoformat())


def _baseline(code: str, sex: str, on: date, clinician: int, at: int) -> Iterator[Row]:
    own = {"grade_female": "YES", "pregnancy": "NO"} if sex == "F" else {"grade_male": "YES"}
    yield from answers(code, "eligibility", "", own | ELIGIBLE, on)
    if at < RANDOMIZED:
        return
    yield (code, "eligibility_confirmed", "", "", "", on.isoformat())
    grade = {"ludwig": "II_1"} if sex == "F" else {"norwood_hamilton": "III"}
    yield from answers(code, "baseline_reference", "", grade, on)
    yield (code, "photographed", "baseline", "", "", on.isoformat())
    yield (code, "clinician", "", "", str(clinician), on.isoformat())


def _envelope(code: str, number: int, on: date) -> Iterator[Row]:
    yield (code, "envelope", "", "", str(number), on.isoformat())


def _visits(trial: Trial, code: str, began: date, at: int) -> Iterator[Row]:
    for months, visit in enumerate(trial.visits):
        on = add_jalali_months(began, months)
        if months > at:
            return
        if months:
            yield (code, "attended", visit.name, "", "", on.isoformat())
            yield (code, "photographed", visit.name, "", "", on.isoformat())
            yield from answers(code, "igais", visit.name, {"overall": "MI"}, on)
        if visit.session is not None:
            yield (code, "session", visit.name, "", "", on.isoformat())
        if visit.opens_forms:
            yield from answers(code, "pgais", visit.name, {"overall": "I"}, on)
            given = SATISFIED | {"recommend": "DY"}
            yield from answers(code, "satisfaction", visit.name, given, on)
            yield from answers(code, "side_effects", visit.name, NO_EFFECTS, on)


def written(rows: Sequence[Row], separator: str = ",") -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=separator).writerows([COLUMNS, *rows])
    return text.getvalue().encode()
