"""What happens to an import when the disk is really full? Root on Linux: python benchmarks/full_disk.py [MEGABYTES]

The installation, with its PostgreSQL, lies on a small file system of its own (tmpfs) that is filled to the last bytes
by a ballast file; the file of items (96 MB unless said) lies elsewhere, so that the database is what finds the disk
full. The import is started on a disk that has been full for long, then on one that others fill after the first block,
faster than the import looks, with less and less room: from a table that cannot grow to a log that cannot. Each failure
must be the refusal `disk_full` or `database_full`, and what is stored must be what the run says it stored. Then the
ballast goes, the import is started again, and its rows must equal those of the same file imported with room. One JSON
object is printed.
"""

import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from uuid import UUID

from item_files import CATEGORIES, write_items

from peakday.kernel.actor import SYSTEM
from peakday.kernel.clock import SystemClock
from peakday.kernel.database import connect
from peakday.kernel.database.errors import DatabaseFull
from peakday.kernel.database.launcher import ensure_server, stop_server
from peakday.kernel.database.migrate import migrate
from peakday.kernel.ids import derived_id
from peakday.kernel.imports import ImportRun
from peakday.kernel.refusal import Refusal
from peakday.kernel.rowfiles import loading
from peakday.kernel.rowfiles.errors import DiskFull
from peakday.kernel.rowfiles.loading import require_room
from peakday.kernel.settings import Settings, read_settings
from peakday.market.catalog import api
from peakday.market.catalog.model import NewCategory

MEGABYTES = 96
DISK_MEGABYTES = 1_500
ROOM_MEGABYTES = (40, 18, 0)  # left on the disk after the first block of a start, in turn
DISTURBED, UNDISTURBED = derived_id(None, "bench", "full-disk"), derived_id(None, "bench", "roomy-disk")
_ROWS = (
    "select count(*), coalesce(md5(string_agg(md5(concat_ws('|', i.source_ref, i.title, i.leaf_category_id, i.brand_id,"
    " i.list_price_minor, i.attributes, i.images, i.status, i.first_listed_at, s.source_ref, s.price_minor,"
    " s.cost_minor, s.quantity_stated, s.spec)), '' order by i.source_ref)), '')"
    " from catalog.item i join catalog.sku s using (shop_id, item_id) where i.shop_id = $1"
)


def main() -> None:
    if sys.platform != "linux" or os.geteuid() != 0:
        sys.exit("This needs root on Linux: it mounts a small file system and fills it. Nothing was done.")
    megabytes = int(sys.argv[1]) if len(sys.argv) > 1 else MEGABYTES
    with tempfile.TemporaryDirectory(prefix="peakday-full-") as folder:
        Path(folder).chmod(0o755)  # the server runs as another user, who must come in
        disk = Path(folder) / "disk"
        disk.mkdir()
        path = Path(folder) / "items.csv"
        rows = write_items(path, megabytes << 20)
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_MEGABYTES}m", "tmpfs", str(disk)], check=True)
        settings = read_settings({**os.environ, "PEAKDAY_HOME": f"{disk}/home"})
        try:
            figures = _prove(settings, disk, path)
        finally:
            stop_server(settings)
            subprocess.run(["umount", str(disk)], check=True)
    assert figures["stored"] == rows, (rows, figures)
    print(json.dumps({"mb": megabytes, "rows": rows, **figures}))


def _prove(settings: Settings, disk: Path, path: Path) -> dict[str, object]:
    migrate(ensure_server(settings))
    _fill(disk, 0)
    starts = [_fail(settings, disk, path, None)]
    starts += [_fail(settings, disk, path, room) for room in ROOM_MEGABYTES]
    said = asyncio.run(_start(settings, path, DISTURBED))
    assert said == "done", said
    assert asyncio.run(_start(settings, path, UNDISTURBED)) == "done"
    stored, digest = asyncio.run(_rows(settings, DISTURBED))
    assert (stored, digest) == asyncio.run(_rows(settings, UNDISTURBED)), "resumed rows differ"
    return {"starts": starts, "stored": stored, "equals_undisturbed": True}


def _fail(settings: Settings, disk: Path, path: Path, room: int | None) -> dict[str, object]:
    """One start that must fail; with `room`, the disk is filled up to that after its first block."""
    filling = None if room is None else partial(_fill, disk, room)
    # what "faster than the import looks" means: it does not look at all
    loading.require_room = require_room if room is None else lambda *_: None
    begun = time.perf_counter()
    said = asyncio.run(_start(settings, path, DISTURBED, filling))
    seconds = round(time.perf_counter() - begun, 1)
    loading.require_room = require_room
    (disk / "ballast").unlink()
    accepted, stored = asyncio.run(_compare(settings))
    outcome = {"room_mb": room, "said": said, "seconds": seconds, "accepted": accepted, "stored": stored}
    assert said.startswith((DiskFull.code, DatabaseFull.code)), outcome
    assert accepted == stored, outcome
    return outcome


def _fill(disk: Path, room_megabytes: int) -> None:
    """Ballast that leaves so much room, and no byte more."""
    with (disk / "ballast").open("wb") as file:
        left = shutil.disk_usage(disk).free - (room_megabytes << 20)
        os.posix_fallocate(file.fileno(), 0, max(left, 1))


async def _start(settings: Settings, path: Path, shop_id: UUID, after_a_block: Callable[[], None] | None = None) -> str:
    """Start the import as a person does, once more on the same file; how it ended."""
    calls = [after_a_block] if after_a_block else []

    def report(run: ImportRun) -> None:
        del run
        if calls:
            calls.pop()()

    try:
        database = await connect(ensure_server(settings), pool_size=4)
    except Refusal as refusal:
        return str(refusal)
    try:
        async with database.transaction() as tx:
            await api.ensure_categories(tx, [NewCategory("bench", name, name, name) for name in CATEGORIES])
            wanted = api.ItemImport(path)
            opened = await api.open_item_import(tx, SYSTEM, shop_id, wanted, SystemClock())
        await api.run_item_import(database, SystemClock(), opened, wanted, report)
    except Refusal as refusal:
        return str(refusal)
    else:
        return "done"
    finally:
        await database.close()


async def _compare(settings: Settings) -> tuple[int, int]:
    """What the run says it stored, and what is stored."""
    database = await connect(ensure_server(settings), pool_size=2)
    try:
        async with database.read() as tx:
            accepted = await tx.fetchval("select coalesce(sum(rows_accepted), 0)::int from kernel.import_run")
            stored = await tx.fetchval("select count(*) from catalog.item where shop_id = $1", DISTURBED)
    finally:
        await database.close()
    return accepted, stored


async def _rows(settings: Settings, shop_id: UUID) -> tuple[int, str]:
    database = await connect(ensure_server(settings), pool_size=2)
    try:
        async with database.read() as tx:
            return tuple(await tx.fetchrow(_ROWS, shop_id, timeout=600))
    finally:
        await database.close()


if __name__ == "__main__":
    main()
