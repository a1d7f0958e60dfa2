"""What an invitation holds where there are two messengers, and what entering on both leaves."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import Connection

from bot.rehearsal.world import World
from bot.sending.outgoing import Comparison, Invitation, Outgoing, TapAnswer
from bot.sending.rendering import render
from bot.telegram.sending import LONGEST_CAPTION
from bot.turn.incoming import Incoming, Typed
from bot.turn.links import Links
from bot.turn.turns import take_turn
from flows.text import text
from storage import audit, participants, people
from storage.departures import Leaving
from storage.outbox import Urgency
from tests.scenes import given

TELEGRAM, BALE = "https://t.me/hamrah?start=c0de", "https://ble.ir/hamrah?start=c0de"
UNKNOWN = "/start c0de"
HINTS = {
    "telegram": {"fa": "(تلگرام باز می‌شود)", "en": "(it opens Telegram)"},
    "bale": {"fa": "(بله باز می‌شود)", "en": "(it opens Bale)"},
}


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    it = await World.begin(tmp_path, "en")
    await given(it, "a treated woman P-001")
    yield it
    await it.end()


async def rendered(
    world: World, kind: str, links: Links, language: str, **body: object
) -> Outgoing | Comparison:
    leaving = Leaving(
        1, kind, Urgency.REPLY, 1, 1, None, "telegram", language, None, "chat", json.dumps(body)
    )
    return await world.database.read(
        lambda connection: render(connection, world.keys, world.study, links, leaving)
    )


def links(**made: str) -> Links:
    """A messenger that was not reached yet has no link, but the code."""
    return Links({channel: lambda _code, link=link: link for channel, link in made.items()})  # type: ignore[misc]


@pytest.mark.parametrize("language", ["fa", "en"])
@pytest.mark.parametrize(
    ("made", "drawn", "named"),
    [
        ({"telegram": TELEGRAM, "bale": BALE}, TELEGRAM, "telegram"),
        ({"telegram": UNKNOWN, "bale": BALE}, BALE, "bale"),
        ({"telegram": UNKNOWN, "bale": UNKNOWN}, UNKNOWN, "telegram"),
        ({"bale": BALE}, BALE, None),
        ({"telegram": TELEGRAM}, TELEGRAM, None),
    ],
)
async def test_it_holds_every_link_and_says_which_the_picture_shows(
    world: World, made: dict[str, str], drawn: str, named: str | None, language: str
) -> None:
    given = {"secret": "c0de", "for": "P-001"}
    shown = await rendered(world, "invitation", links(**made), language, **given)
    assert isinstance(shown, Invitation)
    assert shown.link == drawn
    assert len(shown.caption) <= LONGEST_CAPTION
    for link in made.values():
        assert link in shown.caption
    said = [channel for channel in HINTS if HINTS[channel][language] in shown.caption]
    assert said == ([] if named is None else [named])


async def enter(world: World, channel: str, address: str, number: int) -> None:
    code = world.phone("coordinator").invitation
    incoming = Incoming(channel, number, address, Typed(f"/start {code}"), "en")
    await world.at_desk(take_turn, incoming)


def _entered(connection: Connection, world: World) -> list[str]:
    person = participants.with_code(connection, "P-001")
    assert person is not None
    acts = (it.act for it in audit.about(connection, keys=world.keys, subject=person))
    return [str(act.detail["channel"]) for act in acts if act and act.verb == "enter"]


async def test_whoever_enters_on_another_messenger_keeps_the_first(world: World) -> None:
    """The same number there is another chat; the audit trail says which way it was."""
    coordinator = world.phone("coordinator")
    address = world.phone("P-001").address
    for number, channel in enumerate(("bale", "telegram"), start=9001):
        await coordinator.send("/invite P-001")
        await enter(world, channel, address if channel == "bale" else "another", number)

    def linked(connection: Connection) -> list[str]:
        person = participants.with_code(connection, "P-001")
        assert person is not None
        return [it.channel for it in people.linked_addresses(connection, person)]

    assert await world.database.read(linked) == ["bale", "telegram"]
    assert await world.database.read(_entered, world) == ["telegram", "bale", "telegram"]


async def test_telegram_comes_before_bale_and_bale_before_the_page(world: World) -> None:
    def reached(connection: Connection) -> str | None:
        person = participants.with_code(connection, "P-001")
        assert person is not None
        found = people.channel_of(connection, person)
        address = people.current_address(connection, person)
        assert address is not None
        people.mark_address(connection, address_id=address, state="blocked")
        return found

    coordinator = world.phone("coordinator")
    for number, channel in enumerate(("bale", "web"), start=9001):
        await coordinator.send("/invite P-001")
        await enter(world, channel, "1", number)
    found = [await world.database.write(reached) for _ in range(3)]
    assert found == ["telegram", "bale", "web"]


@pytest.mark.parametrize("language", ["fa", "en"])
async def test_no_arm_is_said_where_no_pop_up_can_be_shown(world: World, language: str) -> None:
    def treated(connection: Connection) -> int | None:
        return participants.with_code(connection, "P-001")

    person = await world.database.read(treated)
    shown = await rendered(world, "arm", Links(), language, tap="bale/1", allocation_of=person)
    assert isinstance(shown, TapAnswer)
    assert shown.text
    assert shown.said_instead == world.study.render(text("arm.no_popup"), language)
