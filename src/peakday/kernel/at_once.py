"""How are two waits done at the same time, so that neither is left behind when the other fails?"""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

First = TypeVar("First")
Second = TypeVar("Second")


async def at_once(first: Coroutine[Any, Any, First], second: Coroutine[Any, Any, Second]) -> tuple[First, Second]:
    """What both give. Where the first fails, the second is called off and has ended before the fault goes on.

    Each asks by a connection of its own.
    """
    beside = asyncio.ensure_future(second)
    try:
        found = await first
    except BaseException:
        beside.cancel()
        await asyncio.wait([beside])
        beside.cancelled() or beside.exception()  # looked at, so that nobody is told that it was lost
        raise
    return found, await beside
