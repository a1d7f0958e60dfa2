"""Work that is given up when the end is asked for."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

T = TypeVar("T")


async def unless(stopping: asyncio.Event, work: Awaitable[T]) -> T | None:
    """What the work returns; None when it had to be given up."""
    working = asyncio.ensure_future(work)
    waiting = asyncio.ensure_future(stopping.wait())
    try:
        await asyncio.wait((working, waiting), return_when=asyncio.FIRST_COMPLETED)
        return working.result() if working.done() else None
    finally:
        waiting.cancel()
        if not working.done():
            working.cancel()
            await asyncio.wait((working,))
