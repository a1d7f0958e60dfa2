"""Starting the service: live where there is a way to reach people, else a rehearsal."""

import argparse
import asyncio
import signal
import sys

from bot.clock import SystemClock
from bot.opening import alone, make_ready, opened
from bot.operator import Operator, show
from flows.text import text


async def run(it: Operator, given: argparse.Namespace) -> int:
    """Without a way to reach anybody there is nothing to run, but something to try out.

    Where a trial was run before, the missing token is a slip, and nobody must believe that the
    trial goes on.
    """
    if not it.settings.has_channel:
        if it.settings.database_file.exists():
            it.complain(text("cli.no_channel", file=str(it.settings.database_file)))
            return 1
        return await rehearse(it, given)
    from bot.sms.inspecting import asked_though_by_link
    from bot.trial.inspection import inspect_study

    if problems := inspect_study(it.study):
        show(*problems, on=sys.stderr)
        return 1
    it.tell(*asked_though_by_link(it.settings, it.study))
    from bot.live import live_service
    from bot.web.server import open_socket

    clock, stopping = SystemClock(), _stopping()
    async with alone(it.settings, clock):
        with open_socket(it.settings.listen) as listener:
            master, made = make_ready(it.settings, clock.now())
            if made is not None:
                it.tell(text("cli.key_made", file=str(made)))
            async with opened(it.settings, master) as data:
                await live_service(it.settings, it.study, data, listener, stopping).run()
    return 0


async def rehearse(it: Operator, _given: argparse.Namespace) -> int:
    from bot.rehearsal import running

    def began(url: str) -> None:
        it.tell(text("cli.rehearsal", url=url))

    problems = await running.rehearse(it.settings.for_rehearsal, it.study, _stopping(), began)
    show(*problems, on=sys.stderr)
    return 1 if problems else 0


def _stopping() -> asyncio.Event:
    """Set when the process is told to end."""
    stopping = asyncio.Event()
    for signal_ in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(signal_, stopping.set)
    return stopping
