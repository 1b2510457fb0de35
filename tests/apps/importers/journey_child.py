"""What does a process do that is to be killed? It imports a slice and says each step: python this FOLDER CHUNK."""

import asyncio
import sys
from pathlib import Path

from peakday.apps.importers.complete_journey import Sample, import_complete_journey
from peakday.apps.opening import open_house
from peakday.kernel.clock import FixedClock
from peakday.kernel.settings import read_settings
from tests.conftest import NOON


async def run(sample: Sample) -> None:
    async with open_house(read_settings(), FixedClock(NOON)) as house:
        await import_complete_journey(house, lambda *step: print(*step, flush=True), sample)


if __name__ == "__main__":
    asyncio.run(run(Sample(Path(sys.argv[1]), int(sys.argv[2]))))
