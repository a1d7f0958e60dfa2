"""A rehearsal, put together from the parts of a live service, with a clock that is moved.

It runs on a database of its own, which bears its mark, and is wiped whole when it begins anew.
"""

import asyncio
import secrets
import shutil
from collections.abc import Callable, Sequence
from socket import socket

from bot.clock import SystemClock
from bot.opening import alone, make_ready, opened_for_rehearsal
from bot.photographs.keeping import Keeping
from bot.rehearsal.clock import MovableClock
from bot.rehearsal.moving import Moving
from bot.rehearsal.scene import Rehearsal
from bot.rehearsal.stage import seconds_to_opening
from bot.sending.delivery import Delivery
from bot.sending.files import Files
from bot.service import Service
from bot.settings import Settings
from bot.trial.study import Study
from bot.turn.desks import Desks
from bot.turn.links import Links
from bot.web.channel import CHANNEL
from bot.web.part import PATH, WebPart
from bot.web.server import open_socket
from storage.database import Database
from storage.failures import Failure
from storage.rehearsals import Rehearsal as Begun

_LOCAL = ("127.0.0.1", "localhost", "::1")
_EPOCH_BYTES = 6


class NotForOthers(Failure):
    """A rehearsal is shown on this machine alone, and HAMRAH_LISTEN names {host}; set it to
    127.0.0.1 and a port, or set HAMRAH_TELEGRAM_TOKEN or HAMRAH_WEB_URL for a live service.
    """


class RehearsalPart(WebPart):
    """The web chat, with all phones of a rehearsal on one page."""

    def __init__(
        self,
        database: Database,
        desks: Desks,
        files: Files,
        scene: Rehearsal,
        origins: Sequence[str],
    ) -> None:
        super().__init__(database, desks, files, scene, origins, scene.routes)
        self._scene = scene

    async def run(self, delivery: Delivery) -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(super().run(delivery))
            tasks.create_task(self._scene.run(self.pages))

    def end(self) -> None:
        super().end()
        self._scene.end()


async def rehearse(
    settings: Settings, study: Study, stopping: asyncio.Event, began: Callable[[str], None]
) -> list[str]:
    """Rehearse until `stopping` is set; `began` is told the page's address. Returns what is wrong
    with the study, which ends a rehearsal too.

    Raises NotForOthers, NoPort, SecondCopy, LiveData or MasterKeyWrong.
    """
    if settings.listen.host not in _LOCAL:
        raise NotForOthers(host=settings.listen.host)
    async with alone(settings, SystemClock()):
        with open_socket(settings.listen) as listener:
            origin = _origin(settings.listen.host, listener.getsockname()[1])
            began(f"{origin}{PATH}/")
            problems: list[str] = []
            while not stopping.is_set() and not problems:
                problems = await _rehearse_once(settings, study, listener, origin, stopping)
            return problems


def _origin(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


async def _rehearse_once(
    settings: Settings, study: Study, listener: socket, origin: str, stopping: asyncio.Event
) -> list[str]:
    """Until the end, or until it is to begin anew: then its data are wiped."""
    master, _ = make_ready(settings, SystemClock().now())
    ahead = seconds_to_opening(study, SystemClock().now())
    beginning = Begun(secrets.token_hex(_EPOCH_BYTES), ahead)
    async with opened_for_rehearsal(settings, master, beginning) as (opened, found):
        clock = MovableClock(found.seconds_ahead)
        links = Links({CHANNEL: f"{origin}{PATH}/#start={{}}".format})
        desks = Desks(opened.keys, study, clock, links)
        scene = Rehearsal(opened.database, desks, found.epoch)
        files = Files()
        part = RehearsalPart(opened.database, desks, files, scene, _origins(origin))
        keeping = Keeping(opened.database, desks, files, clock)
        ending = asyncio.Event()
        # The server closes the socket that it was given, and the next one needs it too.
        service = Service(opened.database, desks, [part, keeping], listener.dup(), ending)
        scene.set_in_motion(Moving(opened.database, clock, service, part.pages))
        waiting = asyncio.create_task(_end(ending, stopping, scene.again))
        inspecting = asyncio.create_task(_inspect(study, service.begun, ending))
        try:
            await service.run()
        finally:
            waiting.cancel()
            if not service.begun.is_set():
                inspecting.cancel()
    if scene.again.is_set():
        _wipe(settings)
    return await inspecting


async def _inspect(study: Study, begun: asyncio.Event, ending: asyncio.Event) -> list[str]:
    """The page comes first, for somebody waits for it; nobody real can be harmed meanwhile."""
    await begun.wait()
    from bot.trial.inspection import inspect_study

    problems = await asyncio.to_thread(inspect_study, study)
    if problems:
        ending.set()
    return problems


def _origins(origin: str) -> list[str]:
    """A browser may name this machine either way."""
    return [origin, origin.replace("127.0.0.1", "localhost")]


async def _end(ending: asyncio.Event, *reasons: asyncio.Event) -> None:
    waiting = [asyncio.create_task(reason.wait()) for reason in reasons]
    try:
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in waiting:
            task.cancel()
    ending.set()


def _wipe(settings: Settings) -> None:
    """The key goes last: without a database a key is harmless, but not the other way round."""
    database = settings.database_file
    for path in (database, *database.parent.glob(f"{database.name}-*")):
        path.unlink(missing_ok=True)
    shutil.rmtree(settings.backups, ignore_errors=True)
    settings.master_key.unlink(missing_ok=True)
