"""The server: the Bot API under /bot<token>/, its files under /file/, the tests under /control/."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from email.utils import formatdate
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from tests.botapi import bale
from tests.botapi.control import routes
from tests.botapi.errors import ApiError
from tests.botapi.faults import Fault
from tests.botapi.methods import PLAYED
from tests.botapi.schema import checked
from tests.botapi.webhook import push_updates
from tests.botapi.wire import Upload, raw_parameters
from tests.botapi.world import Body, Call, World


class LostAnswer(Response):
    """A connection that drops inside of the answer: the server closes what was never finished."""

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        headers = [(b"content-type", b"application/json"), (b"content-length", b"1000")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})


async def call_method(request: Request) -> Response:
    world: World = request.app.state.world
    # Read before the call is listed, so that none is shown without its parameters.
    await request.body()
    call = Call(request.path_params["method"], {}, at=time.time())
    world.calls.append(call)
    try:
        call.outcome = {"ok": True, "result": await outcome(world, call, request)}
    except ApiError as error:
        call.outcome = (bale.refusal(error) if world.is_bale else error).answer
    world.touch()
    if call.answer_lost:
        return LostAnswer()
    # As a messenger's server does, which dates an answer when it leaves.
    dated = {"date": formatdate(time.time() + world.seconds_ahead, usegmt=True)}
    return JSONResponse(call.outcome, call.outcome.get("error_code", 200), dated)


async def outcome(world: World, call: Call, request: Request) -> object:
    if request.path_params["token"] != world.token or world.logged_out:
        raise ApiError(401, "Unauthorized")
    if call.method not in PLAYED:
        raise ApiError(404, "Not Found")
    raw = await raw_parameters(request)
    call.parameters = recorded(raw)
    if world.is_bale:
        bale.require_known(call.method, raw)
    parameters = checked(call.method, raw)
    call.parameters = recorded(parameters)
    if world.is_bale:
        parameters = bale.rendered(parameters)
    fault = world.faults.take(call.method)
    await suffer(fault)
    result = await PLAYED[call.method](world, parameters)
    call.answer_lost = fault is not None and fault.kind == "lost_answer"
    return bale.answer(call.method, result) if world.is_bale else result


async def suffer(fault: Fault | None) -> None:
    if fault is None:
        return
    if fault.refusal:
        raise fault.refusal
    if fault.kind == "delay":
        await asyncio.sleep(fault.seconds)


def recorded(parameters: dict[str, Any]) -> Body:
    return {
        name: {"file_name": value.name, "size": len(value.content)}
        if isinstance(value, Upload)
        else value
        for name, value in parameters.items()
    }


async def download(request: Request) -> Response:
    world: World = request.app.state.world
    for file in world.files.values():
        if request.path_params["token"] == world.token and file.path == request.path_params["path"]:
            return Response(file.content)
    return JSONResponse(ApiError(404, "Not Found").answer, status_code=404)


class Pusher:
    """Holds the one task that pushes the updates of the present world."""

    def __init__(self, retry_interval: float) -> None:
        self.retry_interval = retry_interval
        self.task: asyncio.Task[None] | None = None

    def start(self, world: World) -> None:
        self.task = asyncio.create_task(push_updates(world, self.retry_interval))

    async def stop(self) -> None:
        if self.task:
            self.task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self.task


def create_app(token: str, retry_interval: float, *, is_bale: bool = False) -> Starlette:
    pusher = Pusher(retry_interval)

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        app.state.world = World(token, is_bale=is_bale)
        pusher.start(app.state.world)
        yield
        await pusher.stop()

    async def reset(request: Request) -> Response:
        """A new world; whoever polls the old one is sent away."""
        request.app.state.world.end_poll("the server was reset")
        await pusher.stop()
        request.app.state.world = World(token, is_bale=is_bale)
        pusher.start(request.app.state.world)
        return JSONResponse(None)

    bot_api = [
        Route("/bot{token}/{method}", call_method, methods=["GET", "POST"]),
        Route("/file/bot{token}/{path:path}", download),
    ]
    return Starlette(routes=[*bot_api, *routes(reset)], lifespan=lifespan)
