"""The pages of the web chat: what they ask for, and what they send.

What is sent is acknowledged with 204 after its commit; anything else makes the page send it again
with the same key, and tells it when to give up.
"""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Awaitable, Collection
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import unquote

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from bot.language.catalogues import LANGUAGES
from bot.language.typed_text import sound
from bot.sending.file_types import is_shown, type_of
from bot.sending.pacing import ChatPace
from bot.trial.study import Study
from bot.turn.desk import Desk
from bot.turn.desks import Desks
from bot.web import lines
from bot.web.answering import Refused, answered, token_of
from bot.web.bodies import read_body, read_object
from bot.web.pages import CHECK, Page, Pages
from bot.web.phones import phone
from bot.web.receiving import Receiving
from bot.web.scene import Scene
from storage import web_chats
from storage.database import Database
from storage.web_chats import File, Line

T = TypeVar("T")

PAGE = Path(__file__).parent / "page"
LONGEST_WORDS = 4096
# As large as a picture may be that is sent on a messenger.
LARGEST_FILE = 20 * 1024 * 1024
# Words of the greatest length, in letters of four bytes, each written as an escape.
_LARGEST_OBJECT = 64 * 1024
_LONGEST_NAME = 200
_EARLIER_LINES = 100
_HEARTBEAT = 15.0
# Told when nothing else is, so that a page notices a connection that died in silence.
_BEAT = "event: beat\ndata: {}\n\n"
# Told when a page shows all that was said before.
_READY = "event: ready\ndata: {}\n\n"

_KEY = re.compile(r"[0-9a-f]{16,64}", re.ASCII)
_DATA = re.compile(r"[\x21-\x7e]{1,64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Sent:
    """What every request that sends something says first."""

    chat: int
    key: str
    language: str | None
    rest: dict[str, Any] = field(repr=False)


class Chat:
    def __init__(self, database: Database, desks: Desks, pages: Pages, scene: Scene) -> None:
        self._database = database
        self._desks = desks
        self._pages = pages
        self._scene = scene
        self._receiving = Receiving(database, desks)
        self._allowance = ChatPace(desks.clock, per_second=5, burst=30)
        self._words = json.dumps(_words(desks.study, scene.words), ensure_ascii=False)

    @property
    def routes(self) -> list[BaseRoute]:
        return [
            Route("/", self.show_page),
            Route("/words", self.show_words),
            Route("/state", self.show_state),
            Route("/events", self.stream_events),
            Route("/lines", self.show_lines),
            Route("/files/{line}", self.show_file),
            Route("/send", self.take_words, methods=["POST"]),
            Route("/tap", self.take_tap, methods=["POST"]),
            Route("/file", self.take_file, methods=["POST"]),
            Mount("/static", _Static(directory=PAGE)),
        ]

    async def show_page(self, _: Request) -> Response:
        return FileResponse(PAGE / self._scene.page, headers={"Cache-Control": "no-cache"})

    async def show_words(self, _: Request) -> Response:
        return Response(self._words, media_type="application/json")

    @answered
    async def show_state(self, request: Request) -> Response:
        language = request.query_params.get("language", "")
        await self._scene.prepare(language if language in LANGUAGES else "fa")
        state = await self._desks.read(self._database, self._state, token_of(request))
        if state is None:
            raise Refused(HTTPStatus.UNAUTHORIZED)
        return JSONResponse(state)

    def _state(self, desk: Desk, token: str) -> dict[str, Any] | None:
        chats = self._scene.chats_of(desk, token)
        if chats is not None and not chats:
            return None
        shown = web_chats.all_chats(desk.connection) if chats is None else chats
        return {
            "epoch": self._scene.epoch,
            "zone": desk.study.trial.site.time_zone,
            "phones": [phone(desk, chat) for chat in shown],
            **self._scene.beside(desk),
        }

    @answered
    async def stream_events(self, request: Request) -> Response:
        token = token_of(request)
        chats = await self._chats(token)
        given = request.query_params.get("after", "")
        cursor = int(given) if given.isdecimal() and len(given) < 18 else None
        return StreamingResponse(
            self._events(chats, cursor, token),
            media_type="text/event-stream",
            headers={"X-Accel-Buffering": "no"},
        )

    async def _events(
        self, chats: Collection[int] | None, cursor: int | None, token: str
    ) -> AsyncIterator[str]:
        with self._pages.opened(chats) as page:
            yield _hello(self._scene.epoch)
            # In one piece: a reader who has just left is not written to a hundred times.
            missed = await self._pages.missed(page, cursor)
            yield "".join(told.event for told in missed if page.is_new(told)) + _READY
            async for event in self._news(page, token):
                yield event

    async def _news(self, page: Page, token: str) -> AsyncIterator[str]:
        """What happens from now on; who may no longer look is told that it is over."""
        while True:
            try:
                told = await page.next(_HEARTBEAT)
            except TimeoutError:
                told = CHECK
            if told is None:
                return
            if told is not CHECK:
                if page.is_new(told):
                    yield told.event
            elif await self._desks.read(self._database, self._scene.chats_of, token) == page.chats:
                yield _BEAT
            else:
                yield "event: over\ndata: {}\n\n"
                return

    @answered
    async def show_lines(self, request: Request) -> Response:
        chat = await self._own(request, request.query_params.get("phone"))
        before = _number(request.query_params.get("before"))
        found = await self._database.read(
            web_chats.before,
            keys=self._desks.keys,
            chat=chat,
            line_id=before,
            count=_EARLIER_LINES,
        )
        said = [lines.shown(line) for line in found if line.author != lines.MENU]
        return JSONResponse({"lines": said})

    @answered
    async def show_file(self, request: Request) -> Response:
        chats = await self._chats(token_of(request))
        line = _number(request.path_params["line"])
        found = await self._database.read(self._file, chats=chats, line_id=line or 0)
        if found is None:
            raise Refused(HTTPStatus.NOT_FOUND)
        shown = "inline" if is_shown(found.type) else "attachment"
        return Response(
            found.content, media_type=found.type, headers={"Content-Disposition": shown}
        )

    def _file(
        self, connection: Connection, *, chats: Collection[int] | None, line_id: int
    ) -> File | None:
        keys = self._desks.keys
        line: Line | None = web_chats.line(connection, keys=keys, chats=chats, line_id=line_id)
        if line is None or line.author == lines.MENU:
            return None
        file_id = lines.file_in(line.content)
        return None if file_id is None else web_chats.file(connection, keys=keys, file_id=file_id)

    @answered
    async def take_words(self, request: Request) -> Response:
        sent = await self._sent(request)
        words = sent.rest.get("text")
        if not isinstance(words, str) or not words.strip():
            raise Refused(HTTPStatus.BAD_REQUEST)
        if len(words.encode("utf-16-le", errors="surrogatepass")) // 2 > LONGEST_WORDS:
            raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        await self._surely(self._receiving.words(sent.chat, sent.key, sound(words), sent.language))
        return Response(status_code=HTTPStatus.NO_CONTENT)

    @answered
    async def take_tap(self, request: Request) -> Response:
        sent = await self._sent(request)
        data, line = sent.rest.get("data"), sent.rest.get("line")
        if not isinstance(data, str) or not _DATA.fullmatch(data) or type(line) is not int:
            raise Refused(HTTPStatus.BAD_REQUEST)
        await self._surely(self._receiving.tap(sent.chat, sent.key, line, data, sent.language))
        return Response(status_code=HTTPStatus.NO_CONTENT)

    @answered
    async def take_file(self, request: Request) -> Response:
        given: dict[str, Any] = dict(request.query_params)
        sent = await self._checked(request, given | {"phone": _number(given.get("phone"))})
        content = await read_body(request, LARGEST_FILE)
        file_type = type_of(content)
        if file_type is None:
            raise Refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
        name = sound(unquote(request.headers.get("x-file-name", "")))[:_LONGEST_NAME]
        file = File(file_type, name, content)
        await self._surely(self._receiving.file(sent.chat, sent.key, file, sent.language))
        return Response(status_code=HTTPStatus.NO_CONTENT)

    async def _sent(self, request: Request) -> _Sent:
        return await self._checked(request, await read_object(request, _LARGEST_OBJECT))

    async def _checked(self, request: Request, given: dict[str, Any]) -> _Sent:
        """Who sends it, to their own chat, not too fast, and in what."""
        if given.get("epoch") != self._scene.epoch:
            raise Refused(HTTPStatus.GONE)
        chat = await self._own(request, given.get("phone"))
        key = given.get("key")
        if not isinstance(key, str) or not _KEY.fullmatch(key):
            raise Refused(HTTPStatus.BAD_REQUEST)
        if wait := self._allowance.take(str(chat)):
            raise Refused(HTTPStatus.TOO_MANY_REQUESTS, wait)
        return _Sent(chat, key, _language(request), given)

    async def _own(self, request: Request, given: object) -> int:
        """The chat that is asked about, if this page may show it."""
        chat = _number(given)
        chats = await self._chats(token_of(request))
        if chats is None:
            chats = await self._database.read(web_chats.all_chats)
        if chat is None or chat not in chats:
            raise Refused(HTTPStatus.BAD_REQUEST)
        return chat

    async def _chats(self, token: str) -> Collection[int] | None:
        chats = await self._desks.read(self._database, self._scene.chats_of, token)
        if chats is not None and not chats:
            raise Refused(HTTPStatus.UNAUTHORIZED)
        return chats

    @staticmethod
    async def _surely(work: Awaitable[None]) -> None:
        """Whoever asked may leave; what was begun is done."""
        await asyncio.shield(asyncio.ensure_future(work))


class _Static(StaticFiles):
    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        """Asked for anew each time, and sent only when it changed."""
        response = super().file_response(*args, **kwargs)
        response.headers["Cache-Control"] = "no-cache"
        return response


def _hello(epoch: str) -> str:
    """The first thing that a page is told: which set of data it looks at."""
    return f"event: epoch\ndata: {json.dumps({'epoch': epoch})}\n\n"


def _number(given: object) -> int | None:
    if isinstance(given, str) and given.isdecimal() and len(given) < 18:
        return int(given)
    return given if type(given) is int and given > 0 else None


def _language(request: Request) -> str | None:
    return request.headers.get("accept-language", "")[:8] or None


def _words(study: Study, beginnings: tuple[str, ...]) -> dict[str, dict[str, str]]:
    return {
        language: {
            key: study.wording.raw(key, language)
            for key in sorted(study.wording.keys(language))
            if key.startswith(beginnings)
        }
        for language in LANGUAGES
    }
