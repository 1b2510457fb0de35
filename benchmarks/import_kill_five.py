"""Does the whole sample survive five kills? python benchmarks/import_kill_five.py [SEED]

Each time `peakday import complete-journey` is started in a home of its own and killed (SIGKILL) at a random moment:
once a random share of the rows is stored, and up to three seconds more. The sixth start may finish. Then the records
are compared with the source to the cent and audited. One JSON object is printed: seconds of each start, what the
killed ones had stored, the figures, the seed.
"""

import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import asyncpg

from peakday.apps.importers.api import verify_complete_journey
from peakday.apps.opening import open_house
from peakday.kernel.database.launcher import stop_server
from peakday.kernel.imports import list_runs
from peakday.kernel.settings import Settings, read_settings
from peakday.trade.orders.audit import audit

KILLS = 5
ROWS_TOTAL = 1_469_307
SHARE_MAX = 0.9
LONGER_SECONDS_MAX = 3.0
COMMAND = [sys.executable, "-m", "peakday.apps.cli", "import", "complete-journey"]


def main() -> None:
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else random.randrange(10**6)
    dice = random.Random(seed)
    with tempfile.TemporaryDirectory(prefix="peakday-kill-") as home:
        Path(home).chmod(0o755)  # as root the server runs as another user, who must come in
        settings = read_settings({"PEAKDAY_HOME": home})
        environment = os.environ | {"PEAKDAY_HOME": home}
        try:
            moments = sorted((dice.uniform(0, SHARE_MAX), dice.uniform(0, LONGER_SECONDS_MAX)) for _ in range(KILLS))
            starts = [_start_and_kill(environment, moment, settings) for moment in moments]
            begun = time.perf_counter()
            subprocess.run(COMMAND, env=environment, check=True, stdout=subprocess.DEVNULL)
            last = round(time.perf_counter() - begun, 1)
            figures = asyncio.run(_figures(settings))
        finally:
            stop_server(settings)
    print(json.dumps({"seed": seed, "killed": starts, "last_start_s": last, **figures}))


def _start_and_kill(environment: dict[str, str], moment: tuple[float, float], settings: Settings) -> dict[str, object]:
    share, longer_seconds = moment
    child = subprocess.Popen(COMMAND, env=environment, stdout=subprocess.DEVNULL)
    begun = time.perf_counter()
    while child.poll() is None and asyncio.run(_rows_stored(settings)) < share * ROWS_TOTAL:
        time.sleep(0.3)
    time.sleep(longer_seconds)
    child.send_signal(signal.SIGKILL)
    child.wait()
    seconds = round(time.perf_counter() - begun, 1)
    return {"after_s": seconds, "code": child.returncode, "rows": asyncio.run(_rows_stored(settings))}


async def _rows_stored(settings: Settings) -> int:
    try:
        async with open_house(settings) as house, house.database.read() as tx:
            runs = await list_runs(tx, None)
    except asyncpg.UndefinedTableError:  # the first start has not made the tables yet
        return 0
    return runs[0].rows_accepted if runs else 0


async def _figures(settings: Settings) -> dict[str, object]:
    async with open_house(settings) as house:
        proof = await verify_complete_journey(house)
        findings = await audit(house)
    return {
        "lines": proof.lines, "baskets": proof.baskets, "manufacturers_differing": len(proof.differing),
        "audit_findings": len(findings),
    }  # fmt: skip


if __name__ == "__main__":
    main()
