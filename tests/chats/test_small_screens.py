"""Lists, names and cards at their worst: long, foreign, of people who left."""

from pathlib import Path

import pytest

from bot.rehearsal.world import World
from bot.telegram.sending import LONGEST
from bot.trial.inspection import LONGEST_BUTTON
from bot.turn.desk import Desk
from flows.chart import Milestone
from flows.overview import MOST_BUTTONS
from storage import participants, people
from storage.participants import NewMilestone

pytestmark = pytest.mark.slow
MOST_TELEGRAM_BUTTONS = 100


TREATED = (
    (Milestone.CONSENTED, None),
    (Milestone.RANDOMIZED, None),
    (Milestone.SESSION_DONE, "baseline"),
)


def enrol(desk: Desk, name: str, phone: str) -> None:
    """Somebody in the trial, without the visits to the clinic that it takes."""
    connection, keys, now = desk.connection, desk.keys, desk.now
    person = people.create(connection, keys=keys, language="fa", name=name, at=now)
    participants.enrol(connection, person_id=person, sex="F", age=30, at=now)
    people.identify(connection, keys=keys, person_id=person, kind="phone", value=phone, at=now)
    for milestone, visit in TREATED:
        participants.record(
            desk.connection,
            keys=desk.keys,
            participant=person,
            new=NewMilestone(milestone, desk.today, visit),
            recorded_by=person,
            at=desk.now,
        )


async def world_of(tmp_path: Path, *names: str) -> World:
    world = await World.begin(tmp_path, "fa")
    await world.add_all_staff()
    for number, name in enumerate(names):
        await world.at_desk(enrol, name, f"+98912000{number:04}")
    return world


async def test_sixty_participants_fit_a_phone(tmp_path: Path) -> None:
    """Everybody's visit is to be booked: the day stays short, and the whole list is a tap away."""
    world = await world_of(tmp_path, *(f"Participant {number}" for number in range(60)))
    world.now = world.now.replace(month=10, day=20)
    coordinator = world.phone("coordinator")
    await coordinator.send("/today")
    _fits(coordinator.shown[-1].words, coordinator.shown[-1].buttons)
    await coordinator.send("/worklist UNBOOKED")
    shown = coordinator.shown[-1]
    _fits(shown.words, shown.buttons)
    codes = [data.split(":")[-1] for row in shown.buttons for _, data in row]
    assert codes == [f"P-{number:03}" for number in range(1, MOST_BUTTONS + 1)]
    await coordinator.send("/find participant")
    _fits(coordinator.shown[-1].words, coordinator.shown[-1].buttons)
    await world.end()


def _fits(words: str, buttons: list[list[tuple[str, str]]]) -> None:
    every = [button for row in buttons for button in row]
    assert len(words.encode("utf-16-le")) // 2 <= LONGEST
    assert len(every) <= MOST_TELEGRAM_BUTTONS
    assert all(len(label.encode("utf-16-le")) // 2 <= LONGEST_BUTTON for label, _ in every)
    assert all(len(data.encode()) <= 64 for _, data in every)


@pytest.mark.parametrize(
    ("name", "sought"),
    [
        ("Sara 🌷 Ahmadi", "ahmadi"),
        ("سارا 🌷 احمدی", "احمدي"),
        ("نازنین‌زهرا", "نازنین زهرا"),
        ("O'Neill-Tehrani", "tehrani"),
        ("سارا 🌷 احمدی", "0000"),
        ("سارا 🌷 احمدی", "۰۰۰۰"),
    ],
)
async def test_any_name_is_found_and_stands_beside_its_code(
    tmp_path: Path, name: str, sought: str
) -> None:
    """However it is spelt, and by the last digits of the phone; no name moves its code about."""
    world = await world_of(tmp_path, name)
    coordinator = world.phone("coordinator")
    await coordinator.send(f"/find {sought}")
    assert name in coordinator.last
    assert "\u2068P-001\u2069" in coordinator.last
    await world.end()
