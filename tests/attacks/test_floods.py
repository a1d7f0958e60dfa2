"""Somebody floods the bot; whoever else writes is answered as if they did not."""

from collections.abc import AsyncIterator, Sequence
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Table, func, select

from bot.ingress import Ingress
from bot.rehearsal.phones import Phone
from bot.rehearsal.world import World
from bot.telegram.dialects import TELEGRAM
from bot.telegram.receiving import Receiving
from bot.turn.desks import Desks
from bot.turn.mailing import MOST_TOLD
from flows.roles import Role
from storage import departures, people, tables
from tests.attacks.hostile import HOSTILE, MARK
from tests.attacks.sandbox import dump, is_sound
from tests.properties.people import add_participant, open_trial
from tests.sms.line import StandingClock

FLOOD = 200
FLOODER, OTHER = 1001, 1002
_VOICE = {"file_id": "A", "file_unique_id": "1", "duration": 3}
# Behind every update that set the scene.
_numbers = count(10**6)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """Two participants whose chats Telegram knows by number."""
    world = await World.begin(tmp_path)
    await open_trial(world)
    for code, chat in (("P-001", FLOODER), ("P-002", OTHER)):
        world.phones[code] = Phone(world, code, str(chat))
        await add_participant(world)
    yield world
    await world.end()


def _from(chat: int, **content: Any) -> dict[str, Any]:
    person = {"id": chat, "is_bot": False, "first_name": "S", "language_code": "en"}
    place = {"message_id": 1, "date": 1_790_000_000, "chat": {"id": chat, "type": "private"}}
    return {"update_id": next(_numbers), "message": place | {"from": person} | content}


def _tap(chat: int, data: str) -> dict[str, Any]:
    message = _from(chat, text="x")["message"]
    tap = {"id": str(next(_numbers)), "chat_instance": "1", "data": data, "message": message}
    return {"update_id": next(_numbers), "callback_query": tap | {"from": message["from"]}}


async def _take(world: World, updates: Sequence[dict[str, Any]]) -> None:
    desks = Desks(world.keys, world.study, StandingClock(world))  # type: ignore[arg-type]
    await Receiving(Ingress(world.database, desks), TELEGRAM).take_all(updates)


async def _count(world: World, table: Table, **which: object) -> int:
    query = select(func.count()).select_from(table).filter_by(**which)
    return await world.database.read(lambda it: it.execute(query).scalar_one())


async def _stand_before(world: World) -> tuple[int, int]:
    """How many messages were made before the other one's answer, and how many lines leave first."""
    speaker = await world.database.read(
        people.speaker_at, keys=world.keys, channel="telegram", address=str(OTHER)
    )
    assert speaker is not None
    line, table = f"person:{speaker.person_id}:{speaker.address_id}", tables.outbox

    def look(connection: Connection) -> tuple[int, int]:
        waiting = select(table.c.line).where(table.c.state == "waiting").order_by(table.c.id)
        made = list(connection.scalars(waiting))
        due = departures.due_lines(
            connection, at=world.now, busy=(), channels=("telegram",), limit=1000
        )
        return made.index(line), [it.line for it in due].index(line)

    return await world.database.read(look)


async def test_letters_by_the_hundred_are_all_kept_and_keep_nobody_waiting(world: World) -> None:
    """Nor are the coordinators told of each."""
    letters = [_from(FLOODER, text=f"why does it itch {it}") for it in range(FLOOD)]
    await _take(world, [*letters, _from(OTHER, text="/visits")])
    assert await _count(world, tables.mail) == FLOOD
    assert await _count(world, tables.audit, verb="write_mail") == FLOOD
    made_before, leave_before = await _stand_before(world)
    assert made_before < 10
    assert leave_before < 3
    (coordinator,) = await world.database.read(people.holders, Role.COORDINATOR)
    assert await _count(world, tables.outbox, person_id=coordinator, state="waiting") == MOST_TOLD


async def test_taps_by_the_hundred_change_nothing_and_are_written_down(world: World) -> None:
    """The answers to taps wait for nobody, and nobody for them: see bot.sending.delivery."""
    before = await world.database.read(dump)
    taps = [_tap(FLOODER, f"S:{it}:1") for it in range(FLOOD)]
    await _take(world, [*taps, _from(OTHER, text="/visits")])
    assert await world.database.read(dump) == before
    assert await _count(world, tables.audit, verb="refused") == FLOOD
    made_before, _ = await _stand_before(world)
    assert made_before < 10


async def test_hostile_words_are_letters_like_any_and_in_no_log(
    world: World, capfd: pytest.CaptureFixture[str]
) -> None:
    """As JSON brings them, with halves of letters: no turn fails, so that nothing is set aside."""
    words = [*HOSTILE.values(), f"\ud800{MARK}", f"{MARK}\udfff\ud800", f"/start \udc00{MARK}"]
    sent = [it for said in words for it in (_from(FLOODER, text=said), _tap(FLOODER, said))]
    captions = [_from(FLOODER, caption=it, voice=_VOICE) for it in words]
    await _take(world, [*sent, *captions, _from(OTHER, text="/visits")])
    assert await _count(world, tables.quarantine) == 0
    await world.deliver()
    assert "appointment" in world.phone("P-002").last
    assert MARK not in "".join(capfd.readouterr())
    for phone in world.phones.values():
        assert all(is_sound(it.words) for it in phone.shown)
