"""What is wrong with a file is named with its line and column, all of it at once, and mended."""

from collections.abc import AsyncIterator
from datetime import date

import pytest
import pytest_asyncio

from bot.taking_over.template import template_of
from flows.taking_over.facts import COLUMNS
from tests.taking_over.conftest import Site, open_site, places
from tests.taking_over.files import CONSENTED, Row, participant, written

pytestmark = pytest.mark.asyncio(loop_scope="module")

TODAY = date(2026, 9, 26)
FIRST_LINE = 2


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    """One for all: a file that is only checked changes nothing."""
    site = await open_site(tmp_path_factory.mktemp("site"))
    yield site
    await site.world.end()


def spoilt(rows: list[Row], wanted: Row, **changed: str) -> tuple[int, list[Row]]:
    """The rows with one of them changed, the first that begins like `wanted`; and its line."""
    at = next(n for n, row in enumerate(rows) if all(map(_fits, wanted, row)))
    cells = dict(zip(COLUMNS, rows[at], strict=True)) | changed
    return at + FIRST_LINE, [*rows[:at], tuple(cells.values()), *rows[at + 1 :]]


def _fits(wanted: str, cell: str) -> bool:
    return wanted in {"", cell}


SEX, PHONE = ("P-001", "participant", "", "sex"), ("P-001", "participant", "", "phone")
VERSION = ("P-001", "consent", "", "version")
ENVELOPE, CLINICIAN = ("P-001", "envelope"), ("P-001", "clinician")
ATTENDED = ("P-001", "attended", "month_1")
SESSION_2 = ("P-001", "session", "month_1")
PGAIS = ("P-001", "answer", "", "pgais.overall")
SITE = ("P-001", "answer", "", "side_effects.site")
HISTORY = ("P-001", "answer", "", "eligibility.history")
CONFIRMED = ("P-001", "eligibility_confirmed")


@pytest.mark.parametrize(
    ("row", "changed", "column", "kind"),
    [
        (SEX, {"code": "somebody"}, "code", "code"),
        (SEX, {"fact": "arm"}, "fact", "fact_unknown"),
        (SEX, {"visit": "month_1"}, "visit", "not_used"),
        (SEX, {"date": "2026-05-11"}, "date", "not_used"),
        (SEX, {"item": "batch"}, "item", "item_unknown"),
        (SEX, {"value": "X"}, "value", "code_of"),
        (PHONE, {"value": "011 33343011"}, "value", "phone"),
        (VERSION, {"date": ""}, "date", "date_missing"),
        (VERSION, {"date": "11/5/2026"}, "date", "not_a_date"),
        (VERSION, {"date": "yesterday"}, "date", "not_a_date"),
        (VERSION, {"date": "2026-02-30"}, "date", "not_a_date"),
        (VERSION, {"date": "2026-09-27"}, "date", "future"),
        (VERSION, {"value": "7"}, "value", "code_of"),
        (ENVELOPE, {"value": "twelve"}, "value", "number"),
        (ENVELOPE, {"value": "61"}, "value", "not_sealed"),
        (ENVELOPE, {"date": "2025-01-01"}, "date", "before_consent"),
        (CLINICIAN, {"value": "1000"}, "value", "not_on_staff"),
        (ATTENDED, {"visit": "month_9"}, "visit", "visit_other"),
        (ATTENDED, {"fact": "missed"}, "fact", "came"),
        (ATTENDED, {"fact": "session", "visit": "month_3"}, "visit", "visit_other"),
        (SESSION_2, {"date": "2026-04-20"}, "date", "sessions_disordered"),
        (PGAIS, {"value": "better"}, "value", "code_of"),
        (PGAIS, {"value": "2"}, "value", "code_of"),
        (PGAIS, {"visit": "month_2"}, "visit", "visit_other"),
        (PGAIS, {"item": "pgais.density"}, "item", "item_unknown"),
        (PGAIS, {"item": "moods.overall"}, "item", "item_unknown"),
        (SITE, {"value": "PAIN, NONE"}, "value", "codes"),
        (SITE, {"value": "PAIN+NONE"}, "value", "none_with_others"),
        (SITE, {"date": "2026-08-20"}, "date", "other_date"),
        (HISTORY, {"visit": "baseline"}, "visit", "visit_none"),
        (HISTORY, {"item": "eligibility.pregnancy", "value": "NO"}, "item", "not_asked"),
        (HISTORY, {"value": "DECLINED"}, "value", "code_of"),
        (CONFIRMED, {"date": "2026-04-01"}, "date", "confirmed_early"),
    ],
)
async def test_a_cell_that_is_wrong_is_named(
    site: Site, row: Row, changed: dict[str, str], column: str, kind: str
) -> None:
    line, rows = spoilt(site.rows(6), row, **changed)
    if kind == "confirmed_early":
        _, rows = spoilt(rows, VERSION, date="2026-03-01")
    assert (line, column, kind) in await site.problems(*rows)


async def test_a_file_in_order_has_no_problem_and_nothing_to_tell(site: Site) -> None:
    examined = await site.check(written(site.rows()))
    assert places(examined) == []
    assert examined.warnings == ()
    assert examined.counts["participants"] == 60
    assert examined.forms["eligibility"] == 60


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
async def test_a_file_from_any_program_is_read(site: Site, separator: str, encoding: str) -> None:
    raw = written(site.rows(3), separator).decode().encode(encoding)
    assert places(await site.check(raw)) == []


async def test_digits_and_dates_may_be_persian(site: Site) -> None:
    _, rows = spoilt(site.rows(1), ENVELOPE, value="۱", code="p ۱")
    _, rows = spoilt(rows, ("P-001", "participant", "", "born_on"), value="۱۳۶۹/۰۲/۱۵")
    assert await site.problems(*rows) == []


async def test_the_columns_are_those_and_no_other(site: Site) -> None:
    """A column that could hold an arm is refused, and not named."""
    raw = written(site.rows(1)).replace(b"value,date", b"value,date,arm", 1)
    assert places(await site.check(raw)) == [(1, "", "column_unknown")]
    raw = written(site.rows(1)).replace(b"value,date", b"value,value", 1)
    found = places(await site.check(raw))
    assert found == [(1, "", "columns_missing"), (1, "value", "column_twice")]


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (b"", "empty"),
        (b"# a remark\n\n", "empty"),
        (b"\xff\xfe\xff", "not_text"),
        (b"code,fact,visit,item,value,date\n", "no_rows"),
        (b'code,fact,visit,item,value,date\nP-001,participant,,name,"Sara,\n', "broken_quotes"),
        (b"code,fact,visit,item,value,date\nP-001,participant,,name,A,,B,,\n", "too_wide"),
    ],
)
async def test_what_is_no_table_is_refused(site: Site, raw: bytes, kind: str) -> None:
    assert kind in {name for _, _, name in places(await site.check(raw))}


async def test_everything_wrong_is_named_in_one_pass(site: Site) -> None:
    one, rows = spoilt(site.rows(6), SEX, value="X")
    two, rows = spoilt(rows, ENVELOPE, value="61")
    three, rows = spoilt(rows, ("P-002", *HISTORY[1:]), value="better")
    found = await site.problems(*rows)
    assert [line for line, _, _ in found] == sorted([one, two, three])


async def test_what_is_missing_is_named(site: Site) -> None:
    rows = [row for row in site.rows(6) if row[:4] != SEX]
    assert await site.problems(*rows) == [(FIRST_LINE, "fact", "detail_missing")]
    rows = [row for row in site.rows(6) if row[:2] != CLINICIAN]
    assert [kind for *_, kind in await site.problems(*rows)] == ["clinician_missing"]
    rows = [row for row in site.rows(6) if row[:4] != ("P-001", "answer", "", HISTORY[3])]
    assert [kind for *_, kind in await site.problems(*rows)] == ["answers_missing"]


@pytest.mark.parametrize(
    ("added", "problem"),
    [
        (("P-001", "withdrawn", "", "", "", "2026-07-01"), ("date", "after_leaving")),
        (("P-001", "died", "", "", "", "2026-07-01"), ("date", "after_leaving")),
        (("P-004", "attended", "month_1", "", "", "2026-09-25"), ("fact", "not_randomized")),
        (("P-001", "booked", "month_4", "", "10:30", "2026-09-29"), ("fact", "came")),
        (("P-004", "booked", "baseline", "", "10:30", "2026-09-25"), ("date", "booked_past")),
        (("P-004", "booked", "baseline", "", "08:30", "2026-09-26"), ("date", "booked_past")),
        (("P-004", "booked", "baseline", "", "10:30", "2026-10-02"), ("date", "booked_closed")),
        (("P-004", "booked", "baseline", "", "18:30", "2026-09-29"), ("value", "booked_hours")),
        (("P-004", "booked", "baseline", "", "soon", "2026-09-29"), ("value", "hour")),
        (("P-001", "participant", "", "age", "70", ""), ("value", "age_contradicts")),
        (("P-001", "participant", "", "sex", "F", ""), ("fact", "repeated")),
    ],
)
async def test_what_cannot_have_happened_is_named(
    site: Site, added: Row, problem: tuple[str, str]
) -> None:
    """P-001 has finished; P-004 has only consented."""
    trial = site.world.study.trial
    rows = participant(trial, 1, TODAY, site.clinician)
    rows += participant(trial, 4, TODAY, site.clinician, CONSENTED)
    found = await site.problems(*rows, added)
    assert problem in {(column, kind) for _, column, kind in found}


async def test_a_withdrawal_is_followed_by_nothing_but_a_death(site: Site) -> None:
    rows = participant(site.world.study.trial, 1, TODAY, site.clinician)
    gone = ("P-001", "withdrawn", "", "", "", "2026-09-20")
    assert await site.problems(*rows, gone) == []
    died = ("P-001", "died", "", "", "", "2026-09-22")
    assert await site.problems(*rows, gone, died) == []


async def test_a_visit_before_its_randomization_is_named(site: Site) -> None:
    _, rows = spoilt(site.rows(1), VERSION, date="2026-03-01")
    line, rows = spoilt(rows, ATTENDED, date="2026-05-01")
    assert await site.problems(*rows) == [(line, "date", "before_randomization")]


async def test_an_envelope_belongs_to_one_participant(site: Site) -> None:
    line, rows = spoilt(site.rows(6), ("P-002", "envelope"), value="1")
    found = await site.problems(*rows)
    assert (line, "value", "envelope_twice") in found
    assert "envelope_gap" in {kind for *_, kind in found}


async def test_a_number_that_was_passed_over_is_said_to_be(site: Site) -> None:
    """Else somebody may be missing who got it; the next one is given by the next randomization."""
    line, rows = spoilt(site.rows(3), ("P-003", "envelope"), value="5")
    one_is_told = [*rows, ("", "skipped_envelope", "", "", "3", "")]
    assert await site.problems(*rows) == [(line, "value", "envelope_gap")]
    assert await site.problems(*one_is_told) == [(line, "value", "envelope_gap")]
    all_told = [*one_is_told, ("", "skipped_envelope", "", "", "4", "")]
    assert await site.problems(*all_told) == []
    too_many = [*all_told, ("", "skipped_envelope", "", "", "6", "")]
    assert [kind for *_, kind in await site.problems(*too_many)] == ["skipped_last"]


@pytest.mark.parametrize(
    ("row", "changed", "kind"),
    [
        (ATTENDED, {"date": "2026-08-20"}, "outside_window"),
        (HISTORY, {"value": "NONE"}, "excluded"),
        (("P-001", "participant", "", "born_on"), {"value": "1950-01-01"}, "age"),
        (("P-001", "consent", "", "photographs"), {"value": "NO"}, "photographs"),
    ],
)
async def test_the_past_is_taken_over_as_it_was_and_told(
    site: Site, row: Row, changed: dict[str, str], kind: str
) -> None:
    _, rows = spoilt(site.rows(6), row, **changed)
    examined = await site.check(written(rows))
    assert places(examined) == []
    assert kind in {it.what.key.rpartition(".")[2] for it in examined.warnings}


@pytest.mark.parametrize("language", ["fa", "en"])
async def test_no_problem_repeats_what_the_file_says(site: Site, language: str) -> None:
    """A name, an answer or an arm in the wrong column is not printed."""
    rows = [
        tuple("Exosome" if n == at else cell for n, cell in enumerate(row))
        for row in participant(site.world.study.trial, 1, TODAY, site.clinician)
        for at in range(len(COLUMNS))
    ]
    examined = await site.check(written(rows))
    told = [site.world.study.render(it.what, language) for it in examined.problems]
    assert len(told) >= len(rows)
    assert not [words for words in told if "exosome" in words.casefold()]


async def test_the_template_is_an_empty_file_of_this_trial(site: Site) -> None:
    empty = template_of(site.world.study, "fa")
    assert places(await site.check(empty)) == [(1, "", "no_rows")]
    own = empty + b"\n".join(written(site.rows(1)).split(b"\r\n")[1:])
    assert places(await site.check(own)) == []
