"""Does a file of two gigabytes come in, and in how much memory? python benchmarks/big_file.py [MEGABYTES]

A file of items of that size (2,048 MB unless said) is written, and imported by a process of its own into a temporary
installation with a PostgreSQL of its own. One JSON object is printed: megabytes, rows, seconds, rows a second, the peak
memory of the importing process, what was stored. The temporary folder needs about four times the file.
"""

import asyncio
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from item_files import CATEGORIES, write_items

from peakday.kernel.actor import SYSTEM
from peakday.kernel.clock import SystemClock
from peakday.kernel.database import connect
from peakday.kernel.database.launcher import ensure_server, stop_server
from peakday.kernel.database.migrate import migrate
from peakday.kernel.ids import derived_id
from peakday.kernel.settings import read_settings
from peakday.market.catalog import api
from peakday.market.catalog.model import NewCategory

MEGABYTES = 2_048
SHOP_ID = derived_id(None, "bench", "big-file")


def main() -> None:
    megabytes = int(sys.argv[1]) if len(sys.argv) > 1 else MEGABYTES
    with tempfile.TemporaryDirectory(prefix="peakday-big-") as folder:
        Path(folder).chmod(0o755)  # as root the server runs as another user, who must come in
        settings = read_settings({**os.environ, "PEAKDAY_HOME": f"{folder}/home"})
        path = Path(folder) / "items.csv"
        rows = write_items(path, megabytes << 20)
        url = ensure_server(settings)
        try:
            migrate(url)
            child = [sys.executable, __file__, "--import", url, str(path)]
            done = subprocess.run(child, check=True, stdout=subprocess.PIPE)
        finally:
            stop_server(settings)
    figures = json.loads(done.stdout)
    assert figures["stored"] == figures["accepted"] == rows, (rows, figures)
    print(json.dumps({"mb": megabytes, "rows": rows, "rows_per_s": round(rows / figures["seconds"]), **figures}))


async def import_file(url: str, path: Path) -> dict[str, object]:
    """Import the file; seconds, peak megabytes of this process, and what is there afterwards."""
    database = await connect(url, pool_size=4)
    try:
        async with database.transaction() as tx:
            await api.ensure_categories(tx, [NewCategory("bench", name, name, name) for name in CATEGORIES])
        begun = time.perf_counter()
        wanted = api.ItemImport(path)
        async with database.transaction() as tx:
            opened = await api.open_item_import(tx, SYSTEM, SHOP_ID, wanted, SystemClock())
        done = await api.run_item_import(database, SystemClock(), opened, wanted)
        seconds = time.perf_counter() - begun
        async with database.read() as tx:
            stored = await tx.fetchval("select count(*) from catalog.item where shop_id = $1", SHOP_ID, timeout=600)
    finally:
        await database.close()
    peak_mb = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    return {"seconds": round(seconds, 1), "peak_mb": peak_mb, "accepted": done.rows_accepted, "stored": stored}


if __name__ == "__main__":
    if sys.argv[1:2] == ["--import"]:
        print(json.dumps(asyncio.run(import_file(sys.argv[2], Path(sys.argv[3])))))
    else:
        main()
