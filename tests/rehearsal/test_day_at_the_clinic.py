"""A day at the clinic on the real software, and what it asks of the coordinator's thumb."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from bot.rehearsal.phones import Phone
from bot.rehearsal.world import World
from bot.turn.incoming import Content, Tapped
from bot.turn.reads.day import today
from flows.facts.day import DayFacts

MOST_TAPS = 60
DAY = date(2026, 10, 26)
VISIT, NEXT_VISIT = "month_1", "month_2"
VISITING = [f"P-{number:03}" for number in range(1, 13)]
WITHOUT_MESSAGES = ["P-013", "P-014"]
CANNOT_COME = "P-015"
EVERYBODY = [*VISITING, *WITHOUT_MESSAGES, CANNOT_COME]


@dataclass
class CountingWorld(World):
    """A world that counts what is done on each phone: taps, and messages that are written."""

    done: Counter[tuple[str, str]] = field(default_factory=Counter)

    async def receive(
        self, phone: Phone, content: Content, *, update_id: int | None = None
    ) -> None:
        self.done[phone.name, "taps" if isinstance(content, Tapped) else "messages"] += 1
        await super().receive(phone, content, update_id=update_id)


async def tap(phone: Phone, *command: str) -> None:
    """Tap the newest button that begins this command with these arguments."""
    wanted = ":".join(("r", *command))
    for shown in reversed(phone.shown):
        for _, data in (button for row in shown.buttons for button in row):
            if data == wanted or data.startswith(f"{wanted}:"):
                await phone.tap_data(data, shown.number)
                return
    pytest.fail(f"no button {wanted} on the phone of the {phone.name}")


async def tap_first(phone: Phone) -> None:
    """Tap the first button of the newest message."""
    await phone.tap_data(phone.shown[-1].buttons[0][0][1], phone.shown[-1].number)


@pytest.mark.slow
async def test_a_day_of_twelve_visits_takes_no_more_than_sixty_taps(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """Twelve visits, two calls, an alert and an appointment that is moved. Nothing is left over."""
    world = await CountingWorld.begin(tmp_path, "fa")
    try:
        await _until_that_day(world)
        world.done.clear()
        await _the_day(world)
        left = await world.at_desk(today)
    finally:
        await world.end()
    _assert_nothing_is_left(left)
    taps, written = (world.done["coordinator", kind] for kind in ("taps", "messages"))
    record_property("counted", f"a day at the clinic: {taps} taps of the coordinator")
    assert written == 0
    assert 0 < taps <= MOST_TAPS


def _assert_nothing_is_left(day: DayFacts) -> None:
    assert [it.code for it in day.expected] == VISITING
    assert all(it.attended and not it.needs for it in day.expected)
    assert not day.calls
    assert not day.unbooked
    assert (day.letters, day.alerts) == (0, 0)


async def _until_that_day(world: World) -> None:
    """Everybody was treated a month ago and has an appointment; the clinic is about to open."""
    await world.add_all_staff()
    await world.seal_envelopes()
    await world.confirm_protocol()
    for code in EVERYBODY:
        await world.consent(code)
        await world.enter(code)
        await world.make_eligible(code)
        await world.randomize(code)
        await world.treat(code, "baseline")
    for code in WITHOUT_MESSAGES:
        await world.phone(code).send("stop")
    coordinator = world.phone("coordinator")
    for code, at in _appointments().items():
        await coordinator.send(f"/book {code} {VISIT} {at:%Y-%m-%d %H:%M}")
        await coordinator.press("S")
    await _pass_until(world, datetime.combine(DAY, datetime.min.time()))


def _appointments() -> dict[str, datetime]:
    opening = datetime.combine(DAY, datetime.min.time()) + timedelta(hours=8)
    visits = {code: opening + timedelta(minutes=30 * i) for i, code in enumerate(VISITING)}
    later = {code: opening + timedelta(days=2, hours=i) for i, code in enumerate(WITHOUT_MESSAGES)}
    return {**visits, **later, CANNOT_COME: opening + timedelta(days=1)}


async def _pass_until(world: World, moment: datetime) -> None:
    at = moment.replace(tzinfo=world.study.zone)
    await world.pass_time(at - world.now)


async def _the_day(world: World) -> None:
    coordinator = world.phone("coordinator")
    opening = datetime.combine(DAY, datetime.min.time()) + timedelta(hours=8)
    await _pass_until(world, opening)
    for code in WITHOUT_MESSAGES:
        await tap(coordinator, "called", code, "REACHED")
    for code, at in list(_appointments().items())[: len(VISITING)]:
        await _pass_until(world, at)
        await _visit(world, code)
    await _alert(world, "P-003")
    tomorrow = (DAY + timedelta(days=1)).isoformat()
    await tap(world.phone(CANNOT_COME), "coming", VISIT, tomorrow, "NO")
    await tap(coordinator, "rebook", CANNOT_COME, VISIT)


async def _visit(world: World, code: str) -> None:
    """Who comes is photographed, rated and treated, and leaves with the next appointment; then the
    list of the day is opened anew, so that the next one is at hand."""
    coordinator = world.phone("coordinator")
    await tap(coordinator, "attended", code, VISIT)
    await world.photograph(code, VISIT)
    await _rate(world)
    await world.treat(code, VISIT)
    await tap(coordinator, "book", code, NEXT_VISIT)
    await tap_first(coordinator)
    await tap(coordinator, "today")


async def _rate(world: World) -> None:
    """The rater rates the one rating that waits."""
    rater = world.phone("rater")
    await rater.send("/ratings")
    await tap(rater, "rate")
    await rater.choose("MI")
    await rater.press("S")


async def _alert(world: World, code: str) -> None:
    """A participant reports trouble breathing; the treating clinician looks after it."""
    participant, clinician = world.phone(code), world.phone("clinician")
    await participant.send("/side_effect")
    await participant.choose("BREATHING")
    await tap(clinician, "acknowledge")
    await clinician.send("Phoned; an ambulance is on its way.")
