"""What a file tells is stored once, whole, as transcribed; from then on the trial goes on here."""

import asyncio
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.rehearsal.world import World
from bot.taking_over import storing
from bot.taking_over.checking import Examined
from bot.turn.desk import Desk
from flows.chart import Milestone, Status
from flows.roles import Role
from flows.taking_over.facts import COLUMNS
from flows.transcription import Way
from storage import (
    adverse_events,
    arms,
    audit,
    audit_chain,
    closing,
    envelopes,
    participants,
    people,
    responses,
    transcriptions,
)
from storage.audit_chain import Intact
from tests.taking_over.conftest import Site, open_site, places, tables_of
from tests.taking_over.files import answers, written

FINISHED, TREATED, CONSENTED = "P-001", "P-040", "P-060"


def participant(desk: Desk, code: str) -> int:
    found = participants.with_code(desk.connection, code)
    assert found is not None
    return found


async def loaded(site: Site, raw: bytes | None = None) -> Examined:
    examined = await site.load(written(site.rows()) if raw is None else raw)
    assert examined is not None
    assert places(examined) == []
    return examined


def heard(world: World) -> dict[str, int]:
    return {name: len(phone.shown) for name, phone in world.phones.items()}


async def test_everybody_stands_where_they_stood_on_paper(site: Site) -> None:
    await loaded(site)

    def look(desk: Desk) -> None:
        charts = {
            it.code: it
            for it in participants.charts(desk.connection, participants.everyone(desk.connection))
        }
        assert len(charts) == 60
        finished = charts[FINISHED]
        assert finished.status is Status.RANDOMIZED
        assert [name for name, it in finished.visits.items() if it.attended_on is not None] == [
            it.name for it in site.world.study.trial.visits
        ]
        assert charts[CONSENTED].randomized_on is None
        entries = participants.entries(desk.connection, finished.participant)
        consent = next(it for it in entries if it.milestone is Milestone.CONSENTED)
        assert consent.on < desk.today - timedelta(days=120)
        assert (consent.recorded_by, consent.recorded_at) == (site.coordinator, desk.now)

    await site.world.at_desk(look)


async def test_every_form_is_marked_as_transcribed(site: Site) -> None:
    await loaded(site)

    def look(desk: Desk) -> None:
        person = participant(desk, FINISHED)
        told = transcriptions.of_participant(desk.connection, keys=desk.keys, participant=person)
        rows = {it.id: it for it in responses.forms_of(desk.connection, person)}
        assert {it.form_id for it in told} == set(rows)
        assert {(it.way, it.entered_by) for it in told} == {(Way.TAKEN_OVER, site.coordinator)}
        pgais = next(it for it in rows.values() if it.instrument == "pgais")
        items = {it.id: it for it in desk.study.form("pgais", pgais.version).items}
        kept = responses.answers(desk.connection, keys=desk.keys, form_row=pgais, items=items)
        assert kept == {"overall": "I"}

    await site.world.at_desk(look)
    stored = await tables_of(site.world.database)
    assert {row[12] for row in stored["response"]} == {"transcribed"}  # type: ignore[index]


async def test_the_same_file_is_loaded_once(site: Site) -> None:
    raw = written(site.rows())
    await loaded(site, raw)
    before = await tables_of(site.world.database)
    again = await site.load(raw)
    assert again is not None
    assert places(again) == [(0, "", "loaded_before")]
    after = await tables_of(site.world.database)
    assert {name for name in after if after[name] != before[name]} == {"audit", "audit_head"}


async def test_a_code_or_an_envelope_that_is_there_is_refused(site: Site) -> None:
    await loaded(site, written(site.rows(3)))
    kinds = {kind for *_, kind in places(await site.check(written(site.rows(4))))}
    assert kinds == {"code_known", "envelope_used"}


async def test_after_the_lock_nothing_is_taken_over(site: Site) -> None:
    def lock(desk: Desk) -> None:
        closing.lock(desk.connection, keys=desk.keys, by=site.coordinator, reason="-", at=desk.now)

    await site.world.at_desk(lock)
    assert places(await site.check(written(site.rows(3)))) == [(0, "", "locked")]


async def test_a_plan_that_nobody_confirmed_takes_nothing_over(tmp_path: Path) -> None:
    site = await open_site(tmp_path, "staff")
    assert places(await site.check(written(site.rows(3)))) == [(0, "", "not_confirmed")]
    await site.world.end()


@pytest.mark.parametrize("role", [Role.RATER, Role.ALLOCATOR, Role.ADMINISTRATOR, Role.CLINICIAN])
async def test_only_a_coordinator_or_the_pi_may_load(site: Site, role: Role) -> None:
    person = await site.world.at_desk(lambda desk: people.holders(desk.connection, role)[0])
    assert await site.load(written(site.rows(3)), person) is None
    assert await site.world.at_desk(lambda desk: participants.everyone(desk.connection)) == []


async def test_the_pi_may_load(site: Site) -> None:
    pi = await site.world.at_desk(lambda desk: people.holders(desk.connection, Role.PI)[0])
    assert await site.load(written(site.rows(3)), pi) is not None
    assert len(await site.world.at_desk(lambda d: participants.everyone(d.connection))) == 3


async def test_nothing_of_the_past_is_sent(site: Site) -> None:
    """Not by the loading, nor by the next look at what is due."""
    await loaded(site)
    before = heard(site.world)
    await site.world.tick()
    await site.world.pass_time(timedelta(minutes=30))
    assert heard(site.world) == before


async def test_what_is_open_now_is_open_and_what_is_to_come_is_planned(site: Site) -> None:
    await loaded(site)

    def open_forms(desk: Desk, code: str) -> set[str]:
        rows = responses.forms_of(desk.connection, participant(desk, code))
        return {row.instrument for row in rows if row.is_open}

    assert await site.world.at_desk(open_forms, TREATED) == {"safety_check"}
    assert await site.world.at_desk(open_forms, FINISHED) == set()
    phone = await site.world.enter(TREATED)
    await site.world.pass_time(timedelta(days=40))
    told = [message.words for message in phone.shown]
    assert not [words for words in told if "Month 4" in words]
    coordinator = site.world.phone("coordinator")
    assert [it for it in coordinator.shown if TREATED in it.words and "Month 1" in it.words]


async def test_a_rating_that_is_missing_waits_for_its_rater(site: Site) -> None:
    rows = [row for row in site.rows(6) if row[:3] != ("P-001", "answer", "month_2")]
    await loaded(site, written(rows))
    rater = site.world.phone("rater")
    await rater.send("/ratings")
    assert "P-001" in str(rater.shown[-1])


async def test_the_next_randomization_takes_the_number_after_the_last(site: Site) -> None:
    """Also where one was passed over."""
    world = site.world
    rows = [
        (*row[:4], str(int(row[4]) + 1), row[5])
        if row[1] == "envelope" and int(row[4]) > 2
        else row
        for row in site.rows(8)
    ]
    await loaded(site, written([*rows, ("", "skipped_envelope", "", "", "3", "")]))
    count = await world.at_desk(lambda desk: envelopes.count(desk.connection))
    code = "P-009"
    coordinator = world.phone("coordinator")
    await coordinator.send("/consent 1 today")
    await coordinator.choose(str(site.coordinator))
    for answer in ("YES", "YES", "YES", "F"):
        await coordinator.choose(answer)
    for words in ("1990-05-05", "Sara"):
        await coordinator.send(words)
    await coordinator.press("s")
    await coordinator.press("S")
    await world.make_eligible(code)
    await world.randomize(code)
    bound = await world.at_desk(
        lambda desk: envelopes.allocation_of(desk.connection, participant(desk, code))
    )
    assert bound is not None
    assert bound.envelope == count.sealed - count.left + 1


async def test_codes_go_on_after_the_highest(site: Site) -> None:
    rows = [row for row in site.rows(6) if row[0] != "P-006"]
    moved = [("P-011", *row[1:]) if row[0] == "P-005" else row for row in rows]
    await loaded(site, written(moved))
    assert await site.world.at_desk(lambda d: participants.next_code(d.connection)) == "P-012"


async def test_whoever_treats_a_participant_knows_an_arm(site: Site) -> None:
    """So that they are never made a rater."""
    await loaded(site, written(site.rows(3)))
    assert await site.world.at_desk(lambda d: arms.was_told(d.connection, site.clinician))


async def test_reported_problems_are_events_and_nobody_is_alarmed(site: Site) -> None:
    rows = [row for row in site.rows(6) if not row[3].startswith("side_effects.")]
    on = next(row[5] for row in rows if row[:4] == ("P-001", "answer", "month_4", "pgais.overall"))
    given_ = {
        "emergency": "SIGHT",
        "SIGHT.severity": "SEVERE",
        "SIGHT.onset": "WEEK",
        "SIGHT.duration": "STILL",
        "SIGHT.interference": "MUCH",
        "SIGHT.action": "HOSPITAL",
        "warning": "NONE",
        "site": "NONE",
        "head": "NONE",
    }
    rows += answers("P-001", "side_effects", "month_4", given_, date.fromisoformat(on))
    await loaded(site, written(rows))
    before = heard(site.world)
    await site.world.tick()
    assert heard(site.world) == before
    events = await site.world.at_desk(lambda desk: adverse_events.everything(desk.connection))
    assert [(it.term.code, it.is_open) for it in events] == [("SIGHT", True)]


async def test_paper_envelopes_get_their_letters_afterwards(tmp_path: Path) -> None:
    """The allocator types the letter, as for any paper envelope; then the clinician sees it."""
    site = await open_site(tmp_path, "an open trial with paper envelopes")
    await loaded(site, written(site.rows(3)))
    allocator, clinician = site.world.phone("allocator"), site.world.phone("clinician")
    await clinician.send("/arm P-001")
    await allocator.send("/letter P-001")
    await allocator.choose("1.B")
    await allocator.choose("1.B")
    await clinician.send("/arm P-001")
    before = len(clinician.popups)
    await clinician.choose("arm:P-001")
    assert len(clinician.popups) == before + 1
    await site.world.end()


async def test_the_trail_holds_every_step_and_is_whole(site: Site) -> None:
    await loaded(site)

    def look(desk: Desk) -> list[str]:
        entries = audit.about(desk.connection, keys=desk.keys, subject=participant(desk, FINISHED))
        assert isinstance(audit_chain.verify(desk.connection), Intact)
        return [it.act.verb for it in entries]

    verbs = await site.world.at_desk(look)
    assert set(verbs) == {storing.VERB, "bind_envelope"}
    assert len(verbs) > 20


class Spoiling:
    """A trial into which file after file is tried to be loaded."""

    def __init__(self, site: Site, runner: asyncio.Runner) -> None:
        self.rows = site.rows(6)
        # Anything can be a name.
        self.places = [
            (row, column)
            for row, cells in enumerate(self.rows)
            for column, _ in enumerate(cells)
            if (cells[3], COLUMNS[column]) != ("name", "value")
        ]
        self._site = site
        self._runner = runner

    def refuses(self, raw: bytes) -> None:
        self._runner.run(self._refuses(raw))

    async def _refuses(self, raw: bytes) -> None:
        database = self._site.world.database
        before = await tables_of(database)
        examined = await self._site.load(raw)
        assert examined is not None
        assert examined.problems
        after = await tables_of(database)
        assert {it for it in after if after[it] != before[it]} <= {"audit", "audit_head"}


@pytest.fixture(scope="module")
def spoiling(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spoiling]:
    with asyncio.Runner() as runner:
        site = runner.run(open_site(tmp_path_factory.mktemp("spoilt")))
        yield Spoiling(site, runner)
        runner.run(site.world.end())


NONSENSE = st.sampled_from(["Exosome", "ZZ", "?", "9999-99-99", "x y"])


@pytest.mark.slow
@settings(max_examples=100)
@given(data=st.data())
def test_a_file_that_is_spoilt_in_one_place_changes_nothing(
    spoiling: Spoiling, data: st.DataObject
) -> None:
    """Whatever cell it is: every table is afterwards as it was, the trail of refusals apart."""
    row, column = data.draw(st.sampled_from(spoiling.places))
    cell = data.draw(NONSENSE)
    spoilt = [
        tuple(cell if (n, c) == (row, column) else it for c, it in enumerate(cells))
        for n, cells in enumerate(spoiling.rows)
    ]
    spoiling.refuses(written(spoilt))
