"""What must be drawn before it is sent."""

import asyncio

from bot.sending.outgoing import Comparison, Outgoing, Picture


async def drawn(outgoing: Outgoing | Comparison) -> Outgoing:
    """Two pictures become one in a thread, while others are sent."""
    if not isinstance(outgoing, Comparison):
        return outgoing
    from bot.photographs.composing import compose

    composed = await asyncio.to_thread(compose, outgoing.left, outgoing.right)
    return Picture(composed, outgoing.caption)
