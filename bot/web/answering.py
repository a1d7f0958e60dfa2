"""Answers to requests: what can go wrong with each, as the status that says so."""

from collections.abc import Awaitable, Callable
from functools import wraps
from http import HTTPStatus
from typing import TypeVar

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from bot.logs import failure
from bot.web.bodies import NotReadable, TooLarge
from bot.web.scene import COOKIE
from storage.passing import is_passing

Routes = TypeVar("Routes")
Answer = Callable[[Routes, Request], Awaitable[Response]]


class Refused(Exception):
    """A request that is answered with this status."""

    def __init__(self, status: HTTPStatus, wait: float = 0) -> None:
        super().__init__(status.phrase)
        self.status = status
        self.wait = wait

    @property
    def response(self) -> Response:
        headers = {"Retry-After": str(max(1, round(self.wait)))} if self.wait else None
        return Response(status_code=self.status, headers=headers)


def answered(answer: Answer[Routes]) -> Answer[Routes]:
    """What can be foreseen to go wrong becomes a status."""

    @wraps(answer)
    async def guarded(routes: Routes, request: Request) -> Response:
        try:
            return await answer(routes, request)
        except Refused as refused:
            return refused.response
        except TooLarge:
            return Response(status_code=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        except (NotReadable, ClientDisconnect):
            return Response(status_code=HTTPStatus.BAD_REQUEST)
        except Exception as error:
            if not is_passing(error):
                raise
            failure("updates_not_stored", error, count=1)
            return Response(status_code=HTTPStatus.SERVICE_UNAVAILABLE)

    return guarded


def token_of(request: Request) -> str:
    """What the browser was given when somebody entered on it."""
    return request.cookies.get(COOKIE, "")
