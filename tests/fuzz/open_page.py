"""A page of the web chat on which somebody has entered, to send anything from."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx

from tests.bot.test_web_chat import Web

# Taken, or to be had without the slash at its end; no JSON or not what a page sends; nobody's,
# forbidden, unknown; old, too large, too fast.
ANSWERS = frozenset({200, 204, 307, 400, 401, 403, 404, 410, 413, 415, 429})
_POSTED = ("send", "tap", "file", "enter")


@dataclass
class OpenPage:
    """The first byte of what is sent says whereto."""

    runner: asyncio.Runner
    web: Web
    browser: httpx.AsyncClient

    @classmethod
    def build(cls, folder: Path) -> "OpenPage":
        folder.mkdir()
        runner = asyncio.Runner()
        web = runner.run(Web.open(folder))
        browser = runner.run(_entered(web))
        return cls(runner, web, browser)

    def send(self, data: bytes) -> int:
        # Whoever waits long enough is not too fast.
        self.web.clock.at += timedelta(hours=2)
        return self.runner.run(self._send(data[0] if data else 0, data[1:]))

    async def _send(self, where: int, body: bytes) -> int:
        given = body.decode("latin-1")
        match where % 6:
            case 4:
                asked = self.browser.get("lines", params={"phone": "1", "before": given})
            case 5:
                asked = self.browser.get("files/" + httpx.QueryParams({"": given}).__str__()[1:])
            case 2:
                place = {"epoch": "live", "phone": "1", "key": "0123456789abcdef"}
                asked = self.browser.post("file", params=place, content=body)
            case it:
                asked = self.browser.post(_POSTED[it], content=body)
        return (await asked).status_code


async def _entered(web: Web) -> httpx.AsyncClient:
    return await web.entered(await web.invite())
