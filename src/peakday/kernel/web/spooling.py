"""How is a long file sent without holding the record while a slow reader takes it?

The source runs at its own speed into a temporary file, and what is there is sent as fast as the reader takes it. So the
first bytes leave at once, and the source's connection goes back to the pool when the last row is read, whoever is still
downloading.
"""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from typing import IO

MEMORY_BYTES_MAX = 1 << 20  # a short file never touches the disk
SENT_BYTES = 1 << 16


async def spooled(parts: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The same bytes, from a file that fills by itself; a fault of the source comes after what it had given."""
    with tempfile.SpooledTemporaryFile(MEMORY_BYTES_MAX) as file:
        grown = asyncio.Event()
        filling = asyncio.create_task(_fill(file, parts, grown))
        sent = 0
        try:
            while True:
                is_whole = filling.done()
                grown.clear()
                file.seek(sent)
                if part := file.read(SENT_BYTES):
                    sent += len(part)
                    yield part
                elif is_whole:
                    await filling
                    return
                else:
                    await grown.wait()
        finally:  # also when the reader has gone
            filling.cancel()
            await asyncio.gather(filling, return_exceptions=True)


async def _fill(file: IO[bytes], parts: AsyncIterator[bytes], grown: asyncio.Event) -> None:
    try:
        async for part in parts:
            file.seek(0, 2)  # the reader has looked elsewhere meanwhile
            file.write(part)
            grown.set()
    finally:
        grown.set()
