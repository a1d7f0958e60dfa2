"""A wrong definition is refused with the place, what is wrong, and what would be right."""

import shutil
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from bot.rehearsal.world import World
from bot.ticks import Ticks
from bot.trial.definition_files import DefinitionRefused
from bot.trial.definitions import DEFAULT_TRIAL, load_study
from bot.turn.desks import Desks
from storage import tables
from tests.bot.spoiling import spoil
from tests.scenes import given

INSTRUMENT = "instruments/pgais.toml"


def refusal(folder: Path) -> list[str]:
    """What is said of the folder, each line without the path to it."""
    with pytest.raises(DefinitionRefused) as refused:
        load_study(folder)
    lines = str(refused.value).splitlines()
    assert len(lines) == len(refused.value.problems)
    return [line.removeprefix(f"{folder}/") for line in lines]


WRONG_KIND = [
    ("target = 60", 'target = "60"', "target: must be a whole number"),
    ("target = 60", "target = 60.0", "target: must be a whole number"),
    ("target = 60", "target = true", "target: must be a whole number"),
    ('id = "hair-loss"', "id = 7", "id: must be a text in quotes"),
    ("opens = 08:00:00", 'opens = "08:00"', "site.opens: must be a time such as 08:00:00"),
    (
        "first_on = 2027-03-21",
        'first_on = "2027-03-21"',
        "site.closures[1].first_on: must be a date such as 2027-03-21",
    ),
    (
        'concealment = "digital"',
        'concealment = "open"',
        'allocation.concealment: must be one of "digital", "paper"',
    ),
    (
        'weekday = "saturday"',
        'weekday = "shanbe"',
        'weekly_summary.weekday: must be one of "monday", "tuesday", "wednesday", "thursday"',
    ),
    ("form_days = [0, 1, 3]", 'form_days = [0, "1", 3]', "reminders.form_days[2]: must be a whole"),
    ("target = 60\n", "", "target: is missing"),
    ("block_size = 6\n", "", "allocation.block_size: is missing"),
    ('name = "month_1"\n', "", "visits[2].name: is missing"),
    ("target = 60", "target = 60\ntargett = 60", "targett: is not known here; what is known: "),
    ("block_size = 6", "block_size = 6\nseed = 1", "allocation.seed: is not known here; what is"),
    ("form_days = [0, 1, 3]", "form_days = 3", "reminders.form_days: does not fit here: a table"),
]


@pytest.mark.parametrize(("old", "new", "said"), WRONG_KIND, ids=[new for _, new, _ in WRONG_KIND])
def test_a_value_of_the_wrong_kind_is_named_with_what_belongs_there(
    folder: Path, old: str, new: str, said: str
) -> None:
    spoil(folder, old, new)
    [line] = refusal(folder)
    assert line.startswith(f"trial.toml: {said}")


MEANINGLESS = [
    ("target = 60", "target = 0", "target: must be 1 or more"),
    (
        "target = 60",
        "target = 61",
        "target: must be a multiple of the block size, 6; envelopes would be 66",
    ),
    ('rating = "igais"', 'rating = "pgais"', "visits[2].rating: must be filled by the rater"),
    (
        'opens_forms = ["pgais", "sat',
        'opens_forms = ["igais", "sat',
        'visits[5].opens_forms: must be filled by the participant; "igais" is filled by the rater',
    ),
    (
        'instrument = "safety_check"',
        'instrument = "igais"',
        "safety_check.instrument: must be filled by the participant",
    ),
    (
        'side_effect_report = "side_effects"',
        'side_effect_report = "igais"',
        "side_effect_report: must be filled by the participant",
    ),
    (
        'instrument = "eligibility"',
        'instrument = "baseline_reference"',
        "eligibility.instrument: must be filled by the coordinator",
    ),
    (
        'reference = "baseline_reference"',
        'reference = "eligibility"',
        "eligibility.reference: must be filled by the clinician",
    ),
    *(
        ('name = "month_1"', f'name = "{name}"', "visits[2].name: must be 1 to 20 of the")
        for name in ("Month_1", "month 1", "", "m" * 21, "ماه")
    ),
    ("visit_minutes = 30", "visit_minutes = 0", "site.visit_minutes: must be 1 or more"),
    ("visits_at_once = 1", "visits_at_once = 0", "site.visits_at_once: must be 1 or more"),
    ("most_parts = 6", "most_parts = 0", "sms.most_parts: must be 1 or more"),
    (
        "by_link = []",
        'by_link = ["igais"]',
        'sms.by_link: must be filled by the participant; "igais" is filled by the rater',
    ),
    ("entry_days = 7", "entry_days = -1", "reminders.entry_days: must be 0 or more"),
    ('consent_versions = ["1"]', "consent_versions = []", "consent_versions: needs the version"),
    ("block_size = 6", "block_size = 4", "allocation.block_size: must be a multiple of 3"),
    ("block_size = 6", "block_size = 0", "allocation.block_size: must be a multiple of 3"),
    ('code = "B"', 'code = "A"', "arms: each arm needs a code of its own"),
    ('code = "B"', 'code = "B"\nweight = 0', "arms: a weight is 1 or more"),
    ("least_age = 18", "least_age = 61", "eligibility: least_age must be above 0 and not above"),
    (
        'instrument = "eligibility"',
        'instrument = "elegibility"',
        'eligibility.instrument: there is no instrument "elegibility"; there are: baseline_',
    ),
    (
        'reference = "baseline_reference"',
        'reference = "x"',
        'eligibility.reference: there is no instrument "x"',
    ),
    (
        'side_effect_report = "side_effects"',
        'side_effect_report = "x"',
        'side_effect_report: there is no instrument "x"',
    ),
    (
        'instrument = "safety_check"',
        'instrument = "x"',
        'safety_check.instrument: there is no instrument "x"',
    ),
    ('rating = "igais"', 'rating = "x"', 'visits[2].rating: there is no instrument "x"'),
    (
        'opens_forms = ["pgais", "sat',
        'opens_forms = ["pgai", "sat',
        'visits[5].opens_forms: there is no instrument "pgai"',
    ),
    (
        'clinician = ["pgais", "satisfaction"]',
        'clinician = ["pgais", "igais"]',
        'not_entered_by_treating_clinician: must be filled by the participant; "igais" is filled',
    ),
    (
        'clinician = ["pgais", "satisfaction"]',
        'clinician = ["satisfied"]',
        'not_entered_by_treating_clinician: there is no instrument "satisfied"',
    ),
    ('name = "month_2"', 'name = "month_1"', "visits: each visit needs a name of its own"),
    ("after_session = 2", "after_session = 3", "visits[3].after_session: must be a session given"),
    ("months = 1\n", "months = 0\n", "visits[2].months: must be 1 or more"),
    ("days_before = 7", "days_before = -7", "visits[2]: days_before and days_after are 0 or more"),
    ("days_after = 14", "days_after = -1", "visits[5]: days_before and days_after are 0 or more"),
    ("least_pixels = 700", "least_pixels = 0", "photographs.least_pixels: must be 1 or more, and"),
    ("longest_pixels = 3000", "longest_pixels = 9", "photographs.least_pixels: must be 1 or more"),
    ("least_sharpness = 30", "least_sharpness = -1", "photographs.least_sharpness: must be 0 or"),
    ("megabytes = 20", "megabytes = 21", "photographs.largest_megabytes: must be from 1 to 20"),
    ('name = "vertex"', 'name = "Vertex!"', "photographs.views[3].name: must be 1 to 20 of the"),
    ('name = "vertex"', 'name = "midline"', "photographs.views: each view needs a name of its"),
    ('fa = "تاج سر", en = "Vertex"', 'fa = "تاج سر"', "photographs.views[3].label: has no wording"),
    ("form_days = [0, 1, 3]", "form_days = [1, 0]", "reminders.form_days: days in rising order"),
    ("at_once_minutes = 30", "at_once_minutes = 0", "escalation.at_once_minutes: must be 1 or"),
    ("same_day_minutes = 480", "same_day_minutes = 0", "escalation.same_day_minutes: must be 1"),
    ("sms_minutes = 5", "sms_minutes = 0", "escalation.sms_minutes: must be 1"),
    ('["clinician", "pi"]', '["rater"]', 'escalation.then: names "clinician" and "pi", who may'),
    ('["clinician", "pi"]', "[]", 'escalation.then: names "clinician" and "pi"'),
    ("serious_hours = 24", "serious_hours = 0", "safety.serious_hours: must be 1 or more"),
    ("overdue_days = 3", "overdue_days = 0", "safety.overdue_days: must be 1 or more"),
    (
        'instrument = "pre_session"',
        'instrument = "pgais"',
        "before_session.instrument: must be filled by the clinician",
    ),
    ("opens = 08:00:00", "opens = 14:00:00", "site.opens: the clinic opens before it closes"),
    ("last_on = 2027-04-02", "last_on = 2027-03-02", "site.closures[1]: first_on is not after"),
    ("raters = 1", "raters = 3", "rating.raters: must be 1 or 2"),
    ("adjudicate_from = 0", "adjudicate_from = -1", "rating.adjudicate_from: must be 0 or more"),
    (
        "adjudicate_from = 0",
        "adjudicate_from = 2",
        "rating.adjudicate_from: must be 0 where there is one rater",
    ),
    (
        'witnesses = ["coordinator", "clinician"]',
        'witnesses = ["rater"]',
        "allocation.witnesses: must be among clinician, coordinator, pi",
    ),
    (
        '["friday"]',
        '["friday","saturday","sunday","monday","tuesday","wednesday","thursday"]',
        "site.closed_weekdays: the clinic is open on one day of the week or more",
    ),
    ('"Asia/Tehran"', '"Asia/Sari"', 'site.time_zone: is no time zone; write one such as "Asia/T'),
    ('en = "Exosome" }', 'de = "Exosom" }', "arms[1].name: has no wording for en"),
    ('en = "Baseline visit"', 'de = "x"', "visits[1].label: has no wording for en"),
]


@pytest.mark.parametrize(
    ("old", "new", "said"), MEANINGLESS, ids=[new for _, new, _ in MEANINGLESS]
)
def test_a_value_that_cannot_be_meant_is_named_with_what_would_be_right(
    folder: Path, old: str, new: str, said: str
) -> None:
    spoil(folder, old, new)
    assert any(line.startswith(f"trial.toml: {said}") for line in refusal(folder))


def test_a_session_out_of_order_is_named(folder: Path) -> None:
    spoil(folder, "session = 2\n", "session = 3\n")
    assert "trial.toml: visits[2].session: sessions are numbered in their order; this is 2" in (
        refusal(folder)
    )


def test_a_trial_without_a_baseline_is_named(folder: Path) -> None:
    spoil(folder, "session = 1\n", "session = 1\nafter_session = 1\n")
    assert refusal(folder) == [
        "trial.toml: visits: the first visit is the baseline, without after_session"
    ]


def test_one_arm_is_no_trial(folder: Path) -> None:
    path = folder / "trial.toml"
    content = path.read_text(encoding="utf-8")
    second, allocation = content.index('[[arms]]\ncode = "B"'), content.index("[allocation]")
    path.write_text(content[:second] + content[allocation:], encoding="utf-8")
    assert refusal(folder) == ["trial.toml: arms: a randomized trial needs two arms or more"]


def test_every_problem_of_a_file_is_named_at_once(folder: Path) -> None:
    spoil(folder, "target = 60", 'target = "60"')
    spoil(folder, "block_size = 6\n", "")
    spoil(folder, "opens = 08:00:00", "opens = 8")
    places = [line.split(": ")[1] for line in refusal(folder)]
    assert sorted(places) == ["allocation.block_size", "site.opens", "target"]


def test_a_file_that_is_no_toml_or_is_missing_is_named(folder: Path) -> None:
    spoil(folder, "target = 60", "target = ")
    [line] = refusal(folder)
    assert line.startswith("trial.toml: is not TOML: ")
    (folder / "trial.toml").unlink()
    assert refusal(folder) == ["trial.toml: there is no such file"]


def test_a_file_that_is_no_text_is_named(folder: Path) -> None:
    (folder / "trial.toml").write_bytes(b"\xff\xfe\x00")
    [line] = refusal(folder)
    assert line.startswith("trial.toml: is not TOML: ")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('version = "1"', 'version = "one"', 'version: must be a whole number, such as "2"'),
        ('kind = "choice"', 'kind = "chioce"', 'items[1].kind: must be one of "choice", "choices"'),
        ('filled_by = "participant"', 'filled_by = "patient"', 'filled_by: must be one of "parti'),
        ('id = "overall"', 'id = "overall"\nhint = "x"', "items[1].hint: is not known here"),
    ],
)
def test_a_wrong_instrument_is_named_with_its_file(
    folder: Path, old: str, new: str, said: str
) -> None:
    spoil(folder, old, new, INSTRUMENT)
    [line] = refusal(folder)
    assert line.startswith(f"{INSTRUMENT}: {said}")


def test_a_follow_up_of_a_question_that_is_none_is_named(folder: Path) -> None:
    file = "instruments/side_effects.toml"
    spoil(folder, 'after = ["emergency", ', 'after = ["emergencies", ', file)
    [line] = refusal(folder)
    assert line.startswith(f"{file}: follow_up.after: names no question")
    assert line.endswith(": emergencies")


def test_one_version_of_an_instrument_in_two_files_is_named(folder: Path) -> None:
    shutil.copy(folder / INSTRUMENT, folder / "instruments" / "pgais_again.toml")
    assert refusal(folder) == [
        "instruments/pgais_again.toml: version: pgais version 1 is in another file too"
    ]


def test_the_hash_is_of_the_definition_and_its_instruments(folder: Path) -> None:
    """Line ends do not count; anything else does, so that the PI is asked again."""
    before = load_study(DEFAULT_TRIAL).definition_hash
    assert load_study(folder).definition_hash == before
    trial = folder / "trial.toml"
    trial.write_bytes(trial.read_bytes().replace(b"\n", b"\r\n"))
    assert load_study(folder).definition_hash == before
    spoil(folder, "target = 60", "target = 66")
    changed = load_study(folder).definition_hash
    spoil(folder, "licence", "licence ", INSTRUMENT)
    assert len({before, changed, load_study(folder).definition_hash}) == 3


class StoppedClock:
    """A clock that stands at the moment of a world until somebody sleeps."""

    def __init__(self, world: World) -> None:
        self._world = world

    def now(self) -> datetime:
        return self._world.now

    async def sleep(self, seconds: float) -> None:
        self._world.now += timedelta(seconds=seconds)


def closings(connection: Connection) -> list[tuple[str, datetime]]:
    """When the forms of month 4 are to be closed, and on which last day before it."""
    table = tables.planned
    rows = connection.execute(
        select(table.c.subject, table.c.due_at).where(
            table.c.kind == "close_forms", table.c.state == "planned"
        )
    )
    return [
        (row.subject["closes_on"], row.due_at) for row in rows if row.subject["visit"] == "month_4"
    ]


async def test_a_start_makes_the_plans_anew_as_the_definition_now_is(
    tmp_path: Path, folder: Path
) -> None:
    world = await World.begin(tmp_path / "world", "en")
    await given(world, "a treated woman P-001")
    [(before, closed_at)] = await world.database.read(closings)
    spoil(folder, "days_after = 14", "days_after = 21")
    clock = StoppedClock(world)
    for _ in range(2):
        await Ticks(world.database, Desks(world.keys, load_study(folder), clock), clock).begin()
    [(after, moved_to)] = await world.database.read(closings)
    assert (date.fromisoformat(after) - date.fromisoformat(before)).days == 7
    assert (moved_to - closed_at).days == 7
    await world.end()


def test_paper_envelopes_need_somebody_who_sees_them_opened(folder: Path) -> None:
    spoil(folder, 'concealment = "digital"', 'concealment = "paper"')
    spoil(folder, '["coordinator", "clinician"]', "[]")
    (line,) = refusal(folder)
    assert "allocation.witnesses: paper envelopes need a role that sees them opened" in line


def test_a_hidden_order_needs_visits_to_hide_and_photographs_to_rate(folder: Path) -> None:
    spoil(folder, "hidden_order = false", "hidden_order = true")
    spoil(folder, 'rating = "igais"', 'rating = "igais"\nphotographs = false')
    (line,) = refusal(folder)
    assert "rating.hidden_order: needs photographs at each visit with a rating" in line
    spoil(folder, "photographs = false", "photographs = true")
    for _ in range(3):
        spoil(folder, '\nrating = "igais"', "")
    assert any("needs two visits with a rating or more" in it for it in refusal(folder))


def test_two_raters_need_a_scale_whose_answer_is_a_rating(folder: Path) -> None:
    spoil(folder, "raters = 1", "raters = 2")
    spoil(folder, "may_decline = false", "may_decline = true", "instruments/igais.toml")
    (line,) = refusal(folder)
    said = 'rating.raters: the first question of "igais" must have options and may not be declined'
    assert said in line
