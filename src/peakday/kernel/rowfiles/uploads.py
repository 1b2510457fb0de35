"""How does a file that somebody sends reach the disk, whatever its size?

It is written while it arrives, under a name of our own, and takes its place only when it is whole: a line that breaks
or a disk that is full leaves nothing behind.
"""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

from starlette.datastructures import UploadFile
from starlette.requests import Request

from peakday.kernel.ids import show_id
from peakday.kernel.refusal import Invalid, Problem
from peakday.kernel.rowfiles.errors import DiskFull
from peakday.kernel.rowfiles.loading import FREE_BYTES_MIN, is_disk_full, require_room
from peakday.kernel.text import Text

PART_BYTES = 1 << 20
UPLOAD_PREFIX = "upl"


async def receive_file(request: Request, folder: Path, upload_id: UUID) -> Path:
    """Write the request's file (the body itself, or the form's field `file`) into `folder`; its path.

    Refuses `Invalid` without a file, `DiskFull` without room.
    """
    folder.mkdir(parents=True, exist_ok=True)
    require_room(folder, int(request.headers.get("content-length") or 0) + FREE_BYTES_MIN)
    path = folder / f"{show_id(UPLOAD_PREFIX, upload_id)}.csv"
    try:
        if not request.headers.get("content-type", "").startswith("multipart/form-data"):
            await _write(request.stream(), path)
            return path
        async with request.form() as form:
            upload = form.get("file")
            if not isinstance(upload, UploadFile):
                raise Invalid(_no_file())
            await _write(_parts(upload), path)
    except OSError as error:
        if not is_disk_full(error):
            raise
        raise DiskFull(free_mb=0, needed_mb=FREE_BYTES_MIN >> 20) from error
    return path


async def _write(parts: AsyncIterator[bytes], path: Path) -> None:
    incoming = path.with_suffix(".part")
    size = 0
    try:
        with incoming.open("wb") as file:
            async for part in parts:
                size += len(part)
                await asyncio.to_thread(file.write, part)
            file.flush()
            await asyncio.to_thread(os.fsync, file.fileno())
        if not size:
            raise Invalid(_no_file())
        incoming.replace(path)
    finally:
        incoming.unlink(missing_ok=True)


async def _parts(upload: UploadFile) -> AsyncIterator[bytes]:
    while part := await upload.read(PART_BYTES):
        yield part


def _no_file() -> Problem:
    return Problem(
        "file", "missing", Text("没有文件", "there is no file"), Text("选择一个 CSV 文件", "Choose a CSV file")
    )
