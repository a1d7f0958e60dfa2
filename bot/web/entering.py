"""Entering a web chat: by a personal link, and the code that the clinic told on another way.

Nothing is shown before both are there. Which of the two was wrong is never said. Whoever tries too
often must wait, and a link at which too many codes were tried ends.
"""

import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bot.language.typed_text import sound, words_of
from bot.turn import entering
from bot.turn.desk import Desk
from bot.turn.desks import Desks
from bot.turn.incoming import Incoming, Typed
from bot.turn.speaking import Voice
from bot.turn.turns import welcome
from bot.web.answering import Refused, answered, token_of
from bot.web.bodies import read_object
from bot.web.channel import CHANNEL
from bot.web.scene import COOKIE
from flows.messages import say
from flows.roles import Role
from flows.text import text
from storage import invitations, participants, people, personal_links, web_chats
from storage.audit import Act
from storage.database import Database
from storage.personal_links import Link

SESSION_LASTS = timedelta(days=180)
# Many phones of one network can look as if they were one caller.
WRONG_FROM_ONE_CALLER = 30
# Of a million codes so many can be tried at one link before it ends.
WRONG_AT_ONE_LINK = 10
_LARGEST = 1024
_TOKEN_BYTES = 32


@dataclass(frozen=True, slots=True)
class Attempt:
    """`caller` is where it comes from, as the network says."""

    caller: str = field(repr=False)
    secret: str = field(repr=False)
    code: str = field(repr=False)
    language: str | None


class Entering:
    """`secure`: whether the page is reached by TLS, so that a cookie is for that alone."""

    def __init__(self, database: Database, desks: Desks, path: str, *, secure: bool) -> None:
        self._database = database
        self._desks = desks
        self._path = path
        self._secure = secure

    @property
    def routes(self) -> list[BaseRoute]:
        return [
            Route("/enter", self.enter, methods=["POST"]),
            Route("/leave", self.leave, methods=["POST"]),
        ]

    @answered
    async def enter(self, request: Request) -> Response:
        attempt = _attempt(request, await read_object(request, _LARGEST))
        if not attempt.code:
            return await self._enter_again(attempt, token_of(request))
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        refused = await self._desks.write(
            self._database, f"enter:{secrets.token_hex(8)}", _enter, attempt, token
        )
        if refused is HTTPStatus.TOO_MANY_REQUESTS:
            raise Refused(refused, entering.WAIT.total_seconds())
        if refused is not None:
            raise Refused(refused)
        response = Response(status_code=HTTPStatus.NO_CONTENT)
        self._set_cookie(response, token, SESSION_LASTS)
        return response

    async def _enter_again(self, attempt: Attempt, token: str) -> Response:
        """Whoever opens the link that they entered by needs no code."""
        is_own = await self._database.read(
            personal_links.is_of_session,
            keys=self._desks.keys,
            token=token,
            secret=attempt.secret,
            at=self._desks.clock.now(),
        )
        return Response(status_code=HTTPStatus.NO_CONTENT if is_own else HTTPStatus.FORBIDDEN)

    @answered
    async def leave(self, request: Request) -> Response:
        await self._desks.write(self._database, "leave", _leave, token_of(request))
        response = Response(status_code=HTTPStatus.NO_CONTENT)
        self._set_cookie(response, "", timedelta(0))
        return response

    def _set_cookie(self, response: Response, token: str, lasts: timedelta) -> None:
        response.set_cookie(
            COOKIE,
            token,
            max_age=int(lasts.total_seconds()),
            path=self._path,
            secure=self._secure,
            httponly=True,
            samesite="strict",
        )


def _attempt(request: Request, given: dict[str, Any]) -> Attempt:
    caller = "" if request.client is None else request.client.host
    secret, code = sound(str(given.get("link", ""))), "".join(words_of(str(given.get("code", ""))))
    return Attempt(caller, secret, code, request.headers.get("accept-language", "")[:8] or None)


def _enter(desk: Desk, attempt: Attempt, token: str) -> HTTPStatus | None:
    """Why nobody is let in, if so."""
    connection, keys = desk.connection, desk.keys
    if entering.must_wait(desk, "web_caller", attempt.caller, WRONG_FROM_ONE_CALLER):
        return HTTPStatus.TOO_MANY_REQUESTS
    link = personal_links.find(connection, keys=keys, secret=attempt.secret)
    if link is None:
        entering.note_wrong_code(desk, ("web_caller", attempt.caller))
        return HTTPStatus.FORBIDDEN
    if entering.must_wait(desk, "personal_link", str(link.id)):
        return HTTPStatus.TOO_MANY_REQUESTS
    if not personal_links.fits(
        connection, keys=keys, link=link, secret=attempt.secret, code=attempt.code
    ):
        _note_wrong_code(desk, attempt, link)
        return HTTPStatus.FORBIDDEN
    personal_links.begin_session(
        connection,
        keys=keys,
        link=link,
        chat=_chat_of(desk, attempt, link.person_id),
        token=token,
        at=desk.now,
        expires_at=desk.now + SESSION_LASTS,
    )
    desk.record(Act("enter_web_chat", _role(desk, link.person_id), link.person_id, link.person_id))
    return None


def _note_wrong_code(desk: Desk, attempt: Attempt, link: Link) -> None:
    entering.note_wrong_code(desk, ("web_caller", attempt.caller), ("personal_link", str(link.id)))
    tried = invitations.wrong_codes(
        desk.connection,
        keys=desk.keys,
        channel="personal_link",
        address=str(link.id),
        since=link.made_at,
    )
    if tried < WRONG_AT_ONE_LINK:
        return
    personal_links.end_all(desk.connection, person_id=link.person_id, at=desk.now)
    desk.record(Act("end_personal_link", "system", None, link.person_id))
    if Role.PARTICIPANT in people.roles_of(desk.connection, link.person_id):
        code = participants.code_of(desk.connection, link.person_id)
        desk.notify_role(Role.COORDINATOR, say(text("personal_link.ended", code=code)))
    else:
        desk.notify_role(Role.ADMINISTRATOR, say(text("personal_link.ended_staff")))


def _chat_of(desk: Desk, attempt: Attempt, person_id: int) -> int:
    """The person's chat; the first time it is opened, and they are welcomed there."""
    address = people.address_on(desk.connection, person_id=person_id, channel=CHANNEL)
    if address is not None:
        return int(people.address_of(desk.connection, keys=desk.keys, address_id=address))
    chat = web_chats.open_chat(desk.connection, at=desk.now)
    incoming = Incoming(CHANNEL, chat, str(chat), Typed(""), attempt.language, desk.now)
    speaker = entering.bind(desk, incoming, person_id)
    welcome(Voice(desk, speaker, incoming))
    return chat


def _role(desk: Desk, person_id: int) -> str:
    return "+".join(sorted(people.roles_of(desk.connection, person_id)))


def _leave(desk: Desk, token: str) -> None:
    personal_links.end_session(desk.connection, keys=desk.keys, token=token, at=desk.now)
