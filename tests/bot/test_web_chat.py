"""The web chat as its pages ask and send: who gets in, what counts once, and what is refused."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select
from starlette.applications import Starlette

from bot.sending.files import Files
from bot.sending.link_pictures import picture
from bot.sending.outgoing import (
    Destination,
    Document,
    Invitation,
    Menu,
    NotSent,
    Remove,
    Sent,
    TapAnswer,
    Words,
)
from bot.trial.definitions import DEFAULT_TRIAL, load_study
from bot.turn import staffing
from bot.turn.desk import Desk
from bot.turn.desks import Desks
from bot.turn.links import Links
from bot.web.channel import WebChannel
from bot.web.entering import WRONG_AT_ONE_LINK, Entering
from bot.web.pages import FIRST_LINES
from bot.web.part import PATH, WebPart
from bot.web.scene import COOKIE, Live
from flows.roles import Role
from storage import people, tables
from storage.database import Database
from storage.keyring import Keyring
from storage.schema import prepare
from storage.sealing import MasterKeys
from tests.bot.test_serious_event import page

STUDY = load_study(DEFAULT_TRIAL)
ORIGIN = "https://hamrah.example"
KEY = "0123456789abcdef"


class SetClock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.at = datetime(2026, 9, 26, 5, 30, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(min(seconds, 0))


@dataclass(frozen=True)
class Invited:
    person: int
    secret: str
    code: str


@dataclass
class Web:
    """A live web chat, and browsers to open it with."""

    database: Database
    desks: Desks
    clock: SetClock
    part: WebPart
    app: Starlette

    def browser(self, origin: str = ORIGIN) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(self.app)
        return httpx.AsyncClient(
            transport=transport, base_url=f"{ORIGIN}{PATH}/", headers={"Origin": origin}
        )

    async def invite(self, name: str = "Maryam") -> Invited:
        def invite(desk: Desk) -> Invited:
            person = people.create(
                desk.connection, keys=desk.keys, language="en", name=name, at=desk.now
            )
            people.begin_roles(
                desk.connection, person_id=person, roles=[Role.COORDINATOR], at=desk.now
            )
            staffing.make_personal_link(desk, person)
            return Invited(person, desk.secret, desk.digits)

        return await self.desks.write(self.database, f"invite:{name}", invite)

    async def new_link(self, person: int) -> None:
        await self.desks.write(self.database, "link", staffing.make_personal_link, person)

    async def cut_off(self, person: int) -> None:
        await self.desks.write(self.database, "cut off", staffing.cut_off, person)

    async def entered(self, invited: Invited) -> httpx.AsyncClient:
        browser = self.browser()
        answer = await enter(browser, invited.secret, invited.code)
        assert answer.status_code == 204
        return browser

    async def lines(self, author: str = "me") -> int:
        line = tables.web_line
        query = select(func.count()).where(line.c.author == author)
        return await self.database.read(lambda it: it.execute(query).scalar_one())

    @property
    def channel(self) -> WebChannel:
        return self.part._channel

    @classmethod
    async def open(cls, folder: Path) -> "Web":
        path = folder / "hamrah.sqlite3"
        clock = SetClock()
        prepare(path, folder / "backups", clock.now())
        database = Database.open(f"sqlite:///{path}")
        keys = await database.write(Keyring.open, MasterKeys.create(folder / "master.key"))
        desks = Desks(keys, STUDY, clock, Links(personal=f"{ORIGIN}{PATH}/#{{}}".format))
        entering = Entering(database, desks, PATH, secure=True)
        part = WebPart(database, desks, Files(), Live(), [ORIGIN], entering.routes)
        return cls(database, desks, clock, part, Starlette(routes=part.routes))


@pytest.fixture
async def web(tmp_path: Path) -> AsyncIterator[Web]:
    web = await Web.open(tmp_path)
    yield web
    await web.database.close()


async def enter(browser: httpx.AsyncClient, secret: str, code: str) -> httpx.Response:
    return await browser.post("enter", json={"link": secret, "code": code})


async def send(browser: httpx.AsyncClient, **given: object) -> httpx.Response:
    state = (await browser.get("state")).json()
    whole = {"epoch": state["epoch"], "phone": state["phones"][0]["id"], "key": KEY}
    return await browser.post("send", json=whole | {"text": "/help"} | given)


async def test_nothing_is_shown_before_somebody_entered(web: Web) -> None:
    await web.entered(await web.invite())
    stranger = web.browser()
    assert (await stranger.get("state")).status_code == 401
    assert (await stranger.get("events")).status_code == 401
    assert (await stranger.get("files/1")).status_code == 401
    given = {"epoch": "live", "phone": 1, "key": KEY, "text": "/help"}
    assert (await stranger.post("send", json=given)).status_code == 401
    assert await web.lines() == 0


async def test_what_no_database_keeps_is_refused_like_anything_wrong(web: Web) -> None:
    browser = await web.entered(await web.invite())
    assert (await browser.get(f"files/{10**30}")).status_code == 404
    guessed = await web.browser().post("enter", json={"link": "guessed", "code": "123456"})
    half = await web.browser().post("enter", content=rb'{"link": "\ud83d", "code": "123456"}')
    assert half.status_code == guessed.status_code < 500


async def test_a_link_with_its_code_opens_the_persons_own_chat(web: Web) -> None:
    invited = await web.invite()
    browser = web.browser()
    answer = await enter(browser, invited.secret, invited.code)
    cookie = answer.headers["set-cookie"].lower()
    assert answer.status_code == 204
    assert {"httponly", "secure", "samesite=strict"} <= set(cookie.split("; "))
    (phone,) = (await browser.get("state")).json()["phones"]
    assert (phone["role"], phone["name"]) == ("coordinator", "Maryam")


async def test_persian_digits_are_digits(web: Web) -> None:
    invited = await web.invite()
    persian = invited.code.translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹"))
    assert (await enter(web.browser(), invited.secret, persian)).status_code == 204


async def test_a_wrong_link_and_a_wrong_code_look_the_same(web: Web) -> None:
    invited = await web.invite()
    wrong_code = await enter(web.browser(), invited.secret, wrong(invited))
    wrong_link = await enter(web.browser(), "no such link", invited.code)
    assert (wrong_code.status_code, wrong_code.content) == (403, b"")
    assert (wrong_link.status_code, wrong_link.content) == (403, b"")


def wrong(invited: Invited) -> str:
    return f"{(int(invited.code) + 1) % 10**6:06}"


async def test_guessing_is_slowed_down_and_ends_the_link(web: Web) -> None:
    """After five wrong codes the right one must wait too; after ten the link is no more."""
    invited = await web.invite()
    for _ in range(5):
        assert (await enter(web.browser(), invited.secret, wrong(invited))).status_code == 403
    waiting = await enter(web.browser(), invited.secret, invited.code)
    assert waiting.status_code == 429
    assert int(waiting.headers["retry-after"]) > 0
    web.clock.at += timedelta(hours=2)
    for _ in range(WRONG_AT_ONE_LINK - 5):
        assert (await enter(web.browser(), invited.secret, wrong(invited))).status_code == 403
    web.clock.at += timedelta(hours=2)
    assert (await enter(web.browser(), invited.secret, invited.code)).status_code == 403


async def test_a_new_link_ends_the_old_one_and_its_sessions(web: Web) -> None:
    invited = await web.invite()
    browser = await web.entered(invited)
    await web.new_link(invited.person)
    assert (await browser.get("state")).status_code == 401
    assert (await enter(web.browser(), invited.secret, invited.code)).status_code == 403


async def test_whoever_is_cut_off_is_out_at_once_also_of_an_open_page(web: Web) -> None:
    """The page that listens hears that it is over; nothing is shown or taken any more."""
    invited = await web.invite()
    browser = await web.entered(invited)
    query = {"epoch": "live", "phone": "1", "key": KEY}
    await browser.post("file", params=query, content=picture("a picture"))
    line = await _line_with_a_file(browser)
    pages = web.part.pages
    telling = asyncio.create_task(pages.run())
    listening = asyncio.create_task(browser.get("events"))
    async with asyncio.timeout(10):
        while not pages.is_open(1):  # noqa: ASYNC110 - nobody tells of it
            await asyncio.sleep(0.01)
        await web.cut_off(invited.person)
        assert (await listening).text.endswith("event: over\ndata: {}\n\n")
    assert (await browser.get("state")).status_code == 401
    given = {"epoch": "live", "phone": 1, "key": KEY, "text": "/help"}
    assert (await browser.post("send", json=given)).status_code == 401
    assert (await browser.get(line["file"]["url"])).status_code == 401
    assert (await enter(web.browser(), invited.secret, invited.code)).status_code == 403
    pages.close()
    await telling


async def test_who_opens_their_own_link_again_needs_no_code(web: Web) -> None:
    sara, reza = await web.invite("Sara"), await web.invite("Reza")
    browser = await web.entered(sara)
    assert (await enter(browser, sara.secret, "")).status_code == 204
    assert (await enter(browser, reza.secret, "")).status_code == 403
    assert (await enter(web.browser(), sara.secret, "")).status_code == 403


async def test_whoever_leaves_is_out(web: Web) -> None:
    browser = await web.entered(await web.invite())
    token = browser.cookies[COOKIE]
    assert (await browser.post("leave", json={})).status_code == 204
    thief = web.browser()
    thief.cookies.set(COOKIE, token)
    assert (await thief.get("state")).status_code == 401


async def test_another_page_can_make_nobody_do_anything(web: Web) -> None:
    browser = await web.entered(await web.invite())
    foreign = web.browser(origin="https://elsewhere.example")
    foreign.cookies = browser.cookies
    given = {"epoch": "live", "phone": 1, "key": KEY, "text": "/help"}
    assert (await foreign.post("send", json=given)).status_code == 403
    assert await web.lines() == 0


async def test_what_is_sent_twice_counts_once(web: Web) -> None:
    browser = await web.entered(await web.invite())
    for _ in range(3):
        assert (await send(browser)).status_code == 204
    assert await web.lines() == 1


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"text": "x" * 4097}, 413),
        ({"text": "🌱" * 2049}, 413),
        ({"text": "x" * 1024 * 1024}, 413),
        ({"text": "  "}, 400),
        ({"text": 5}, 400),
        ({"key": "no key"}, 400),
        ({"phone": 999}, 400),
        ({"phone": "1; drop table web_line"}, 400),
        ({"epoch": "another"}, 410),
    ],
)
async def test_what_cannot_be_taken_is_refused_and_kept_nowhere(
    web: Web, given: dict[str, object], status: int
) -> None:
    browser = await web.entered(await web.invite())
    assert (await send(browser, **given)).status_code == status
    assert await web.lines() == 0


async def test_half_a_letter_is_no_fault(web: Web) -> None:
    """JSON can hold half of a pair of surrogates, which no text can."""
    browser = await web.entered(await web.invite())
    raw = json.dumps({"epoch": "live", "phone": 1, "key": KEY, "text": "x"})
    headers = {"Content-Type": "application/json"}
    answer = await browser.post("send", content=raw.replace('"x"', r'"\ud800"'), headers=headers)
    assert answer.status_code == 204


async def test_too_much_at_once_must_wait(web: Web) -> None:
    browser = await web.entered(await web.invite())
    statuses = [(await send(browser, key=f"{n:016x}")).status_code for n in range(40)]
    assert statuses[0] == 204
    assert statuses[-1] == 429


async def test_a_picture_is_kept_and_shown_to_its_own_chat_alone(web: Web) -> None:
    browser = await web.entered(await web.invite("Sara"))
    other = await web.entered(await web.invite("Reza"))
    drawn = picture("a picture")
    query = {"epoch": "live", "phone": "1", "key": KEY}
    assert (await browser.post("file", params=query, content=drawn)).status_code == 204
    assert (await browser.post("file", params=query, content=drawn)).status_code == 204
    lines = (await browser.get("lines", params={"phone": 1, "before": 99})).json()["lines"]
    (line,) = [it for it in lines if it["file"] is not None]
    shown = await browser.get(line["file"]["url"])
    assert (shown.content, shown.headers["content-type"]) == (drawn, "image/png")
    assert (await other.get(line["file"]["url"])).status_code == 404


async def test_what_is_removed_leaves_a_mark_and_no_file(web: Web) -> None:
    invited = await web.invite("Sara")
    browser = await web.entered(invited)
    query = {"epoch": "live", "phone": "1", "key": KEY}
    await browser.post("file", params=query, content=picture("a picture"))
    line = await _line_with_a_file(browser)
    to = Destination(1, invited.person, "1")
    assert await web.channel.send(to, Remove(str(line["id"]))) == Sent()
    lines = (await browser.get("lines", params={"phone": 1, "before": 99})).json()["lines"]
    (left,) = [it for it in lines if it["id"] == line["id"]]
    assert (left["removed"], left["file"], left["text"]) == (True, None, "")
    assert (await browser.get(line["file"]["url"])).status_code == 404
    count = select(func.count()).select_from(tables.web_file)
    assert await web.database.read(lambda it: it.execute(count).scalar_one()) == 0


async def _line_with_a_file(browser: httpx.AsyncClient) -> dict[str, Any]:
    lines = (await browser.get("lines", params={"phone": 1, "before": 99})).json()["lines"]
    return next(it for it in lines if it["file"] is not None)


async def test_only_pictures_and_pdfs_are_taken(web: Web) -> None:
    browser = await web.entered(await web.invite())
    query = {"epoch": "live", "phone": "1", "key": KEY}
    script = b"<script>alert(1)</script>"
    headers = {"Content-Type": "image/png"}
    refused = await browser.post("file", params=query, content=script, headers=headers)
    assert refused.status_code == 415


async def test_a_pop_up_is_told_and_kept_nowhere(web: Web) -> None:
    await web.entered(await web.invite())
    to, answer = Destination(1, 1, "1"), TapAnswer(f"1:{KEY}", "the arm")
    assert await web.channel.send(to, answer) == NotSent("no_page", of_channel=False)
    with web.part.pages.opened([1]) as page, web.part.pages.opened([2]) as other:
        assert await web.channel.send(to, answer) == Sent()
        told = await page.next(1)
        assert told is not None
        assert json.loads(told.content) == {"phone": 1, "tap": KEY, "text": "the arm"}
        with pytest.raises(TimeoutError):
            await other.next(0.01)
    assert await web.lines("bot") == 0


async def test_a_report_is_kept_in_its_own_chat(web: Web) -> None:
    browser = await web.entered(await web.invite())
    to = Destination(7, 1, "1")
    assert await web.channel.send(to, Document(page("en", None))) == Sent()
    lines = (await browser.get("lines", params={"phone": 1, "before": 99})).json()["lines"]
    (line,) = [it for it in lines if it["file"] is not None]
    shown = await browser.get(line["file"]["url"])
    assert shown.content.startswith(b"%PDF-")


async def test_a_second_attempt_writes_no_second_line(web: Web) -> None:
    await web.entered(await web.invite())
    to = Destination(7, 1, "1")
    for outgoing in (Words("Hello"), Words("Hello"), Invitation("https://x", "Open https://x")):
        assert await web.channel.send(to, outgoing) == Sent()
    assert await web.lines("bot") == 1


async def test_a_page_hears_every_line_in_its_order_also_after_a_gap(web: Web) -> None:
    await web.entered(await web.invite())
    pages = web.part.pages
    telling = asyncio.create_task(pages.run())
    with pages.opened([1]) as page:
        await pages.missed(page, None)
        for number in range(1, 6):
            await web.channel.send(Destination(number, 1, "1"), Words(f"line {number}"))
        heard = [await page.next(5) for _ in range(5)]
    texts = [json.loads(it.content)["text"] for it in heard if it is not None]
    assert texts == [f"line {number}" for number in range(1, 6)]
    second = heard[1]
    assert second is not None
    with pages.opened([1]) as page:
        missed = await pages.missed(page, second.cursor)
    assert [json.loads(it.content)["text"] for it in missed] == ["line 3", "line 4", "line 5"]
    pages.close()
    await telling


async def test_a_menu_is_told_however_much_was_said_since(web: Web) -> None:
    await web.entered(await web.invite())
    telling = asyncio.create_task(web.part.pages.run())
    to = Destination(0, 1, "1")
    await web.channel.send(to, Menu((("help", "What can I do"),)))
    for number in range(1, FIRST_LINES + 10):
        await web.channel.send(Destination(number, 1, "1"), Words(f"line {number}"))
    with web.part.pages.opened([1]) as page:
        told = await web.part.pages.missed(page, None)
    assert [it.name for it in told].count("menu") == 1
    assert [it.name for it in told].count("line") == FIRST_LINES
    assert told == sorted(told, key=lambda it: it.cursor or 0)
    web.part.pages.close()
    await telling


async def test_every_answer_forbids_what_is_not_ours(web: Web) -> None:
    answer = await web.browser().get("./")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_page_is_small() -> None:
    """All that a phone must load for a page, its fonts included."""
    page = Path("bot/web/page")
    size = sum(it.stat().st_size for it in page.rglob("*") if it.suffix != ".txt")
    assert size < 150_000
