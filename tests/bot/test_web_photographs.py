"""Photographs by the web page: what is sent is kept and leaves the chat, as does what is shown."""

from datetime import date

import httpx
from sqlalchemy import Connection, select

from bot.photographs.keeping import Keeping
from bot.rehearsal.pictures import DrawnFiles
from bot.sending.files import Files
from bot.sending.outgoing import Destination, Picture, Remove, Sent
from bot.turn import bodies
from bot.turn.desk import Desk
from flows.chart import Milestone
from storage import participants, people, tables
from storage.participants import NewMilestone
from tests.bot import test_web_chat
from tests.bot.test_web_chat import Web, send

web = test_web_chat.web
ON = date(2026, 9, 26)


async def add_consented(web: Web, by: int) -> None:
    def add(desk: Desk) -> None:
        person = people.create(
            desk.connection, keys=desk.keys, language="en", name="Sara", at=desk.now
        )
        participants.enrol(desk.connection, person_id=person, sex="F", age=30, at=desk.now)
        participants.record(
            desk.connection,
            keys=desk.keys,
            participant=person,
            new=NewMilestone(Milestone.CONSENTED, ON, detail={"photographs": "YES"}),
            recorded_by=by,
            at=desk.now,
        )

    await web.desks.write(web.database, "seed", add)


def keeping(web: Web) -> Keeping:
    files = Files()
    files.keepers["web"] = web.channel
    return Keeping(web.database, web.desks, files, web.clock)


async def upload(browser: httpx.AsyncClient, content: bytes, key: str) -> int:
    query = {"epoch": "live", "phone": "1", "key": key}
    headers = {"X-File-Name": "Sara.jpg"}
    answer = await browser.post("file", params=query, content=content, headers=headers)
    return answer.status_code


async def rows(web: Web) -> list[tuple[str, str, str | None]]:
    def read(connection: Connection) -> list[tuple[str, str, str | None]]:
        table = tables.photograph
        found = connection.execute(select(table).order_by(table.c.id))
        return [(row.view, row.state, row.reason) for row in found]

    return await web.database.read(read)


async def removals(web: Web, person: int) -> list[str]:
    """The lines that are to leave the chat."""

    def read(connection: Connection) -> list[str]:
        table, key = tables.outbox, web.desks.keys.of(connection, person)
        found = connection.execute(select(table).where(table.c.kind == "remove"))
        return [str(bodies.body_of(key.open(row.body))["message"]) for row in found]

    return await web.database.read(read)


async def test_a_picture_that_was_uploaded_is_kept_and_leaves_the_page(web: Web) -> None:
    invited = await web.invite()
    browser = await web.entered(invited)
    await add_consented(web, invited.person)
    await send(browser, text="/photographs P-001 baseline today")
    sharp = (await DrawnFiles.fetch("sharp picture")).content
    assert await upload(browser, sharp, "1" * 16) == 204
    assert await upload(browser, sharp, "1" * 16) == 204
    assert await upload(browser, b"%PDF-1.7 no picture", "2" * 16) == 204
    await keeping(web).do_due()
    assert await rows(web) == [("frontal", "kept", None), ("midline", "refused", "pdf")]
    for message in await removals(web, invited.person):
        to = Destination(1, invited.person, "1")
        assert await web.channel.send(to, Remove(message)) == Sent()
    files = await web.database.read(lambda it: it.execute(select(tables.web_file)).all())
    assert files == []
    lines = (await browser.get("lines", params={"phone": 1, "before": 99})).json()["lines"]
    assert [line["removed"] for line in lines if line["author"] == "me"] == [False, True, True]


async def test_a_picture_of_twenty_megabytes_is_taken_and_one_above_is_not(web: Web) -> None:
    """The page takes what a messenger would; whether it is kept, the definition says."""
    invited = await web.invite()
    browser = await web.entered(invited)
    await add_consented(web, invited.person)
    await send(browser, text="/photographs P-001 baseline today")
    head, most = b"\xff\xd8\xff", 20 * 1024 * 1024
    assert await upload(browser, head + bytes(most - len(head)), "1" * 16) == 204
    assert await upload(browser, head + bytes(most), "2" * 16) == 413
    await keeping(web).do_due()
    assert await rows(web) == [("frontal", "refused", "broken")]


async def test_what_is_shown_stands_once_and_is_gone_when_it_is_taken_back(web: Web) -> None:
    invited = await web.invite()
    browser = await web.entered(invited)
    to = Destination(77, invited.person, "1")
    shown = Picture((await DrawnFiles.fetch("sharp picture")).content, "P-001: Vertex")
    first = await web.channel.send(to, shown)
    assert await web.channel.send(to, shown) == first
    assert isinstance(first, Sent)
    assert first.message is not None
    lines = (await browser.get("lines", params={"phone": 1, "before": 99})).json()["lines"]
    (line,) = [it for it in lines if it["file"] is not None]
    assert (line["text"], line["id"]) == ("P-001: Vertex", int(first.message))
    assert (await browser.get(line["file"]["url"])).content == shown.content
    await web.channel.send(Destination(78, invited.person, "1"), Remove(first.message))
    assert (await browser.get(line["file"]["url"])).status_code == 404
    files = await web.database.read(lambda it: it.execute(select(tables.web_file)).all())
    assert files == []
