"""Does the whole sample survive five kills? python benchmarks/import_kill_five.py [SEED]

Each time `peakday import complete-journey` is started in a home of its own and killed (SIGKILL) at a random moment of
its work; the sixth start may finish. Then the records are compared with the source to the cent and audited. One JSON
object is printed: seconds of each start, what the killed ones had stored, the figures, the seed.
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

from peakday.apps.importers.api import verify_complete_journey
from peakday.apps.opening import open_house
from peakday.kernel.database.launcher import stop_server
from peakday.kernel.imports import list_runs
from peakday.kernel.settings import Settings, read_settings
from peakday.trade.orders.audit import audit

KILLS = 5
MOMENT_SECONDS = (5.0, 60.0)  # a start that is done earlier counts as survived
COMMAND = [sys.executable, "-m", "peakday.apps.cli", "import", "complete-journey"]


def main() -> None:
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else random.randrange(10**6)
    dice = random.Random(seed)
    with tempfile.TemporaryDirectory(prefix="peakday-kill-") as home:
        Path(home).chmod(0o755)  # as root the server runs as another user, who must come in
        settings = read_settings({"PEAKDAY_HOME": home})
        environment = os.environ | {"PEAKDAY_HOME": home}
        try:
            starts = [_start_and_kill(environment, dice.uniform(*MOMENT_SECONDS), settings) for _ in range(KILLS)]
            begun = time.perf_counter()
            subprocess.run(COMMAND, env=environment, check=True, stdout=subprocess.DEVNULL)
            last = round(time.perf_counter() - begun, 1)
            figures = asyncio.run(_figures(settings))
        finally:
            stop_server(settings)
    print(json.dumps({"seed": seed, "killed": starts, "last_start_s": last, **figures}))


def _start_and_kill(environment: dict[str, str], after_seconds: float, settings: Settings) -> dict[str, object]:
    child = subprocess.Popen(COMMAND, env=environment, stdout=subprocess.DEVNULL)
    try:
        child.wait(after_seconds)
    except subprocess.TimeoutExpired:
        child.send_signal(signal.SIGKILL)
        child.wait()
    return {"after_s": round(after_seconds, 1), "code": child.returncode, **asyncio.run(_position(settings))}


async def _position(settings: Settings) -> dict[str, object]:
    async with open_house(settings) as house, house.database.read() as tx:
        runs = await list_runs(tx, None)
    return {"status": runs[0].status, "rows": runs[0].rows_accepted} if runs else {"status": None, "rows": 0}


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
