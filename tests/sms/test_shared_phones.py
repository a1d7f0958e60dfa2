"""A phone that several participants share: nothing is recorded for the wrong one."""

from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, func, select

from bot.rehearsal.world import World
from bot.turn.desk import Desk
from flows.messages import run_button, say
from flows.roles import Role
from flows.text import text
from storage import people, tables
from tests.sms.line import SARA, Line

HALF_AN_HOUR = timedelta(minutes=30)


@pytest.fixture
async def reza(line: Line) -> int:
    """Sara's phone is his too."""
    return await line.enrol("Reza")


def _last(line: Line) -> str:
    return line.phone().shown[-1].words


def _is_asked(line: Line) -> bool:
    return _last(line).startswith("Who is writing?")


async def _said(line: Line, *words: str) -> None:
    for each in words:
        await line.take(SARA, each)


async def test_who_writes_is_asked_before_anything_else(line: Line, reza: int) -> None:
    await _said(line, "problem")
    assert _last(line) == "Who is writing? Send the number beside your name:\n1. Sara\n2. Reza"
    await _said(line, "۲")
    assert {it.words.splitlines()[0] for it in line.phone().shown[1:]} == {"Reza:"}
    await _said(line, "4")
    assert await line.answers() == [(reza, "NONE")]


@pytest.mark.parametrize("words", ["Reza", "reza!", "2. Reza", "۲", "٢", " 2 "])
async def test_a_name_or_its_number_says_who_writes(line: Line, reza: int, words: str) -> None:
    await _said(line, "problem", words, "4")
    assert await line.answers() == [(reza, "NONE")]


@pytest.mark.parametrize("words", ["3", "0", "1-2", "1 2", "1.5", "Ali", "12", "?", "1" * 400])
async def test_what_names_nobody_is_asked_again(line: Line, reza: int, words: str) -> None:
    await _said(line, "problem", words)
    assert _is_asked(line)
    assert await line.answers() == []


async def test_an_answer_that_came_too_late_is_asked_for_again(line: Line, reza: int) -> None:
    """Whoever says "Sara" may have found the phone with the other's answer on it."""
    await _said(line, "Sara", "problem")
    line.world.now += HALF_AN_HOUR
    await _said(line, "4")
    assert _is_asked(line)
    await _said(line, "1")
    assert await line.answers() == []
    assert "1. Trouble breathing" in _last(line)
    await _said(line, "4")
    assert await line.answers() == [(line.sara, "NONE")]


async def test_a_number_answers_nobody_once_the_other_was_written_to(line: Line, reza: int) -> None:
    await _said(line, "Sara", "problem")
    line.world.now += timedelta(minutes=1)
    await line.world.at_desk(_write_to, reza)
    await line.world.deliver()
    assert _last(line).startswith("Reza:\n")
    line.world.now += timedelta(minutes=1)
    await _said(line, "4")
    assert _is_asked(line)
    assert await line.answers() == []


def _write_to(desk: Desk, person: int) -> None:
    desk.notify(
        person, say(text("visits.title"), buttons=((run_button(text("nav.done"), "visits"),),))
    )


async def test_a_letter_is_whose_it_turns_out_to_be(line: Line, reza: int) -> None:
    await _said(line, "My forehead is swollen", "since yesterday")
    assert await line.letters() == []
    assert "If it is urgent, call 115 now." in _last(line)
    await _said(line, "2")
    assert [(it.person_id, it.words) for it in await line.letters()] == [
        (reza, "My forehead is swollen"),
        (reza, "since yesterday"),
    ]
    await line.world.pass_time(timedelta(hours=1))
    assert _of_nobody(line) == []


async def test_the_coordinators_ask_about_a_letter_of_nobody(line: Line, reza: int) -> None:
    await _said(line, "My forehead is swollen", "since yesterday")
    await line.world.pass_time(HALF_AN_HOUR)
    [told] = _of_nobody(line)
    assert "P-001, P-002" in told
    assert "swollen" not in told
    await _said(line, "Sara")
    assert await line.letters() == []


def _of_nobody(line: Line) -> list[str]:
    shown = line.world.phone("coordinator").shown
    return [it.words for it in shown if "nobody said who wrote it" in it.words]


async def test_every_sms_counts_once_however_often_it_is_brought(line: Line, reza: int) -> None:
    """Also after the process was killed between the choice and the answer."""
    for words, number in (("problem", "a"), ("I feel ill", "b"), ("2", "c"), ("4", "d")):
        for _ in range(3):
            line.receiving = Line.to(line.world).receiving
            await line.take(SARA, words, number)
    assert await line.answers() == [(reza, "NONE")]
    assert [it.person_id for it in await line.letters()] == [reza]


async def test_a_stop_is_of_whoever_is_chosen(line: Line, reza: int) -> None:
    await _said(line, "لغو")
    assert await line.stopped() == set()
    await _said(line, "2")
    assert await line.stopped() == {reza}
    assert _last(line).startswith("Reza:\nThe messages have stopped.")


async def test_a_stop_that_comes_again_is_of_all(line: Line, reza: int) -> None:
    await _said(line, "Stop", "stop, please")
    assert await line.stopped() == {line.sara, reza}
    shown = len(line.phone().shown)
    await _said(line, "stop", "stop")
    assert len(line.phone().shown) == shown


async def test_whoever_is_known_to_write_stops_for_themselves(line: Line, reza: int) -> None:
    """Who stopped already may be somebody else by now, so it is asked then."""
    await _said(line, "Sara", "stop")
    assert await line.stopped() == {line.sara}
    await _said(line, "stop")
    assert _is_asked(line)
    await _said(line, "Reza")
    assert await line.stopped() == {line.sara, reza}


async def test_a_robot_is_not_asked_for_ever(line: Line, reza: int) -> None:
    for number in range(30):
        await _said(line, f"I am driving ({number})")
    assert len(line.phone().shown) == 6


async def test_both_are_meant_by_a_name_that_both_bear(line: Line) -> None:
    await line.enrol("Sara Karimi")
    await _said(line, "problem", "Sara")
    assert _is_asked(line)
    await _said(line, "sara k")
    assert _last(line).startswith("Sara K.:\n")


async def test_whoever_is_alone_with_a_phone_again_is_not_asked(line: Line, reza: int) -> None:
    await _said(line, "problem")
    await line.world.at_desk(_cut_off, reza)
    await _said(line, "problem", "4")
    assert await line.answers() == [(line.sara, "NONE")]
    assert not _last(line).startswith("Sara:")


def _cut_off(desk: Desk, person: int) -> None:
    people.close_addresses(desk.connection, person_id=person, at=desk.now)


async def test_a_number_is_kept_nowhere_in_plain_text(line: Line, reza: int) -> None:
    await _said(line, "I feel ill")

    def read(connection: Connection) -> list[object]:
        return [
            value
            for table in (tables.shared_number, tables.held_sms, tables.planned)
            for row in connection.execute(select(table))
            for value in row
        ]

    kept = repr(await line.world.database.read(read))
    assert "989120000001" not in kept
    assert "ill" not in kept


ASKED = [("Sara", "problem"), ("Reza", "problem")]
SAID = st.sampled_from([*ASKED, ("4",), ("7",), ("1",), ("change",), ("stop",), ("Ali",)])
BETWEEN = st.sampled_from(["nothing", "nothing", "silence", "written to Sara", "written to Reza"])


@settings(max_examples=12, deadline=None)
@given(st.sampled_from(ASKED), st.lists(st.tuples(BETWEEN, SAID), min_size=10, max_size=25))
async def test_no_answer_is_ever_of_another_than_the_last_one_named(
    first: tuple[str, ...], said: list[tuple[str, tuple[str, ...]]]
) -> None:
    """Whatever is written, in any order, with silence and messages to either in between."""
    with TemporaryDirectory() as folder:
        world = await World.begin(Path(folder))
        await world.add_staff("coordinator", Role.COORDINATOR)
        line = Line.to(world)
        people_there = {name: await line.enrol(name) for name in ("Sara", "Reza")}
        await _said(line, *first)
        for between, words in said:
            world.now += HALF_AN_HOUR if between == "silence" else timedelta(minutes=1)
            if between.startswith("written to "):
                await world.at_desk(_write_to, people_there[between.removeprefix("written to ")])
                await world.deliver()
                world.now += timedelta(minutes=1)
            before, shown = len(await line.answers()), _last(line)
            await _said(line, words[0])
            new = {person for person, _ in (await line.answers())[before:]}
            assert not (new and between == "silence")
            assert new <= {it for name, it in people_there.items() if shown.startswith(f"{name}:")}
            await _said(line, *words[1:])
        await world.pass_time(HALF_AN_HOUR)
        assert await world.database.read(_count_held) == 0
        await world.end()


def _count_held(connection: Connection) -> int:
    return connection.execute(select(func.count()).select_from(tables.held_sms)).scalar_one()
