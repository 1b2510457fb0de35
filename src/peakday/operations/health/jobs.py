"""What does the health centre do again and again? It looks at shops that changed, and once a day at all."""

import time

from peakday.kernel.duties import Duty
from peakday.kernel.house import House
from peakday.kernel.refusal import NotFound
from peakday.operations.health import api

SCANS_MAX = 200  # of one beat …
BEAT_SECONDS_MAX = 2.5  # … and at most half of its time: a market of thousands of shops is looked at within minutes
DAY_SECONDS = 86_400


async def scan_wanted(house: House) -> None:
    """Look at the shops that wait for it."""
    async with house.database.read() as connection:
        shop_ids = await api.list_wanted(connection, SCANS_MAX)
    begun = time.monotonic()
    for shop_id in shop_ids:
        try:
            await api.scan_shop(house, shop_id)
        except NotFound:  # a shop that went: nothing to look at
            continue
        if time.monotonic() - begun > BEAT_SECONDS_MAX:
            return


async def want_all(house: House) -> None:
    """Time passes: what begins tomorrow is looked at tonight."""
    async with house.database.transaction() as tx:
        await api.want_all(tx, house.clock.now())


async def want_new(house: House) -> None:
    """A shop that was opened or imported meanwhile gets its first look."""
    async with house.database.transaction() as tx:
        await api.want_new(tx, house.clock.now())


async def watch_losses(house: House) -> None:
    """Measure what warnings really cost; the breaker may hold an instrument."""
    await api.watch_losses(house)


DUTIES = [
    Duty("health.scan_wanted", 5, scan_wanted),
    Duty("health.want_new", 15, want_new),
    Duty("health.want_all", DAY_SECONDS, want_all),
    Duty("health.watch_losses", 60, watch_losses),
]
