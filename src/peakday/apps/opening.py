"""How is a house opened for a process, and closed again? The database first, then the engines that its doors need."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import peakday
from peakday.insight.advisor.board.hall import BoardHall
from peakday.insight.advisor.board.replays import Replays
from peakday.insight.behaviour import api as behaviour
from peakday.insight.metrics import api as metrics
from peakday.kernel.clock import Clock, SystemClock
from peakday.kernel.database import connect
from peakday.kernel.database.launcher import ensure_server
from peakday.kernel.house import House
from peakday.kernel.settings import Settings
from peakday.kernel.switches import fresh_switches
from peakday.kernel.web.pages import Pages
from peakday.market.catalog import api as catalog
from peakday.market.shops import api as shops
from peakday.operations.health import api as health
from peakday.trade.carts import api as carts
from peakday.trade.orders import api as orders
from peakday.trade.orders.flash.flash_desk import FlashDesk, open_desks
from peakday.trade.promotions import api as promotions

PACKAGE = Path(peakday.__file__).parent

# which room streams which analytical relation
PROVIDERS: metrics.Providers = {
    "orders": orders.copy_facts,
    "order_lines": orders.copy_facts,
    "refunds": orders.copy_facts,
    "items": catalog.copy_facts,
    "categories": catalog.copy_facts,
    "brands": catalog.copy_facts,
    "shops": shops.copy_facts,
}


@asynccontextmanager
async def open_house(settings: Settings, clock: Clock | None = None) -> AsyncIterator[House]:
    """A house with a database only: what imports, audits and migrations need."""
    settings.home.mkdir(parents=True, exist_ok=True)
    database = await connect(ensure_server(settings))
    try:
        house = House(settings, clock or SystemClock(), database)
        promotions.place_guard(house, health.HealthGuard())
        yield house
    finally:
        await database.close()


@asynccontextmanager
async def open_web_engines(house: House) -> AsyncIterator[House]:
    """The engines of pages, figures and events, kept in the house until the end."""
    house.add(open_pages())
    log = await behaviour.open_log(house.settings, house.clock)
    house.add(log)
    store = metrics.open_fact_store(house, PROVIDERS)
    house.add(store)
    open_desks(house)
    house.add(BoardHall(house))
    house.add(Replays(house))
    house.add(carts.CartWriter(house.database))
    house.add(carts.ShelfReader(house.database))
    try:
        async with fresh_switches(house):
            yield house
    finally:
        await house.get(BoardHall).close()
        await house.get(FlashDesk).close()
        await house.get(carts.CartWriter).close()
        await house.get(carts.ShelfReader).close()
        store.close()
        await log.close()


async def extract_facts(house: House, *, anew: bool = False) -> metrics.Extracted:
    """Bring the columnar extract up to the record, so that the first page after an import need not."""
    store = metrics.open_fact_store(house, PROVIDERS)
    try:
        return await store.extract(anew=anew)
    finally:
        store.close()


def open_pages() -> Pages:
    """The template engine over every room's folder `<room>/web/templates`, and the console's own."""
    folders = [*sorted(PACKAGE.glob("*/*/web/templates")), PACKAGE / "apps/console/templates"]
    return Pages(folders, version=peakday.__version__)
