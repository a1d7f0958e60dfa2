"""Open phones in browsers: 200 pages on one process, and how soon a tap shows its effect on each.

Against a limit: what is shown within 100 ms is felt as at once.
"""

import asyncio
import json
import secrets
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory
from time import perf_counter

import httpx

from benchmarks.hamrah_bot import study
from bot.clock import SystemClock
from bot.sending.files import Files
from bot.service import Service
from bot.setting_values import Listen
from bot.turn import staffing
from bot.turn.desk import Desk
from bot.turn.desks import Desks
from bot.turn.links import Links
from bot.web.entering import Entering
from bot.web.part import PATH, WebPart
from bot.web.scene import Live
from bot.web.server import open_socket
from flows.roles import Role
from storage import people
from storage.database import Database
from storage.keyring import Keyring
from storage.schema import prepare
from storage.sealing import MasterKeys

LIMIT_MS = 100


@dataclass(frozen=True, slots=True)
class Shown:
    """Seconds from a message's leaving the browser to its answer's arriving there."""

    alone: Sequence[float]
    together: Sequence[float]


class OpenPage:
    """One phone: it hears all that its chat is told."""

    def __init__(self, client: httpx.AsyncClient, phone: int) -> None:
        self._client = client
        self._phone = phone
        self._heard = asyncio.Event()
        self.is_open = asyncio.Event()

    async def listen(self) -> None:
        async with self._client.stream("GET", "events") as answer:
            async for line in answer.aiter_lines():
                if line == "event: ready":
                    self.is_open.set()
                if line.startswith("data: ") and '"author": "bot"' in line:
                    self._heard.set()

    async def ask(self) -> float:
        """Send a message; returns when its answer is there, after so many seconds."""
        self._heard.clear()
        began = perf_counter()
        given = {"epoch": Live.epoch, "phone": self._phone, "key": secrets.token_hex(8)}
        answer = await self._client.post("send", json=given | {"text": "what"})
        assert answer.status_code == 204
        await self._heard.wait()
        return perf_counter() - began


async def shown_after(pages: int, rounds: int) -> Shown:
    with TemporaryDirectory(prefix="hamrah-benchmark-") as folder:
        return await _measure(Path(folder), pages, rounds)


async def _measure(folder: Path, count: int, rounds: int) -> Shown:
    path, clock = folder / "hamrah.sqlite3", SystemClock()
    prepare(path, folder / "backups", clock.now())
    database = Database.open(f"sqlite:///{path}")
    keys = await database.write(Keyring.open, MasterKeys.create(folder / "master.key"))
    with open_socket(Listen("127.0.0.1", 0)) as listener:
        origin = f"http://127.0.0.1:{listener.getsockname()[1]}"
        desks = Desks(keys, study(), clock, Links(personal=f"{origin}{PATH}/#{{}}".format))
        entering = Entering(database, desks, PATH, secure=False)
        part = WebPart(database, desks, Files(), Live(), [origin], entering.routes)
        stopping = asyncio.Event()
        serving = asyncio.create_task(Service(database, desks, [part], listener, stopping).run())
        links = await desks.write(database, "invite", _invite, count)
        async with AsyncExitStack() as stack:
            open_pages = [await _open(stack, origin, *link) for link in links]
            alone = [await page.ask() for page in open_pages[: rounds * 10]]
            together = [
                seconds
                for _ in range(rounds)
                for seconds in await asyncio.gather(*(page.ask() for page in open_pages))
            ]
        stopping.set()
        await serving
    await database.close()
    return Shown(alone, together)


def _invite(desk: Desk, count: int) -> list[tuple[str, str]]:
    return [_invite_one(desk, number) for number in range(count)]


def _invite_one(desk: Desk, number: int) -> tuple[str, str]:
    person = people.create(
        desk.connection, keys=desk.keys, language="en", name=f"N{number}", at=desk.now
    )
    people.begin_roles(desk.connection, person_id=person, roles=[Role.RATER], at=desk.now)
    own = replace(desk, secret=f"secret{number}")
    staffing.make_personal_link(own, person)
    return own.secret, own.digits


async def _open(stack: AsyncExitStack, origin: str, secret: str, code: str) -> OpenPage:
    limits = httpx.Limits(max_connections=3)
    client = await stack.enter_async_context(
        httpx.AsyncClient(
            base_url=f"{origin}{PATH}/",
            headers={"Origin": origin},
            limits=limits,
            timeout=None,
            trust_env=False,
        )
    )
    entered = await client.post("enter", json={"link": secret, "code": code})
    assert entered.status_code == 204
    state = json.loads((await client.get("state")).text)
    page = OpenPage(client, state["phones"][0]["id"])
    listening = asyncio.create_task(page.listen())
    stack.callback(listening.cancel)
    await page.is_open.wait()
    return page


def told(shown: Shown, pages: int) -> str:
    lines = [f"{pages} open pages on one process, from sending to the answer on the page:"]
    for name, seconds in (("one after the other", shown.alone), ("all at once", shown.together)):
        p50, p99 = (quantiles(seconds, n=100)[at] * 1000 for at in (49, 98))
        lines.append(f"  {name:20} p50 {p50:7.1f} ms   p99 {p99:7.1f} ms   (limit {LIMIT_MS} ms)")
    return "\n".join(lines)
