"""Do shoppers with baskets come through the real doors, and does the record say what they were told?"""

import asyncio
import contextlib
import json
from dataclasses import replace

import pytest

from peakday.apps.rehearsal.audit import compare
from peakday.apps.rehearsal.baskets import Basket, BasketLine
from peakday.apps.rehearsal.entrance import NoStaff, make_shoppers
from peakday.apps.rehearsal.measures import Measures
from peakday.apps.rehearsal.shopper import Errand, Ledger, Street, run_errand
from peakday.apps.rehearsal.wire import Wire
from peakday.apps.worker.main import Worker
from peakday.kernel.clock import SystemClock
from peakday.kernel.house import House
from peakday.kernel.ids import show_id
from peakday.trade.payments import jobs as payment_jobs
from tests.apps.serving import serving
from tests.market.people import PASSWORD, open_account
from tests.trade.orders.market import open_market

SHOPPERS = 8


@pytest.fixture
async def market(house):
    market = await open_market(house)
    async with house.database.transaction() as tx:
        await open_account(tx, None, "rehearser", house.clock.now())
    logins = [{"role": "platform", "login": "rehearser", "password": PASSWORD}]
    (house.settings.home / "logins.json").write_text(json.dumps(logins))
    return market


@contextlib.asynccontextmanager
async def working(house, port):
    present = House(replace(house.settings, port=port), SystemClock(), house.database)
    task = asyncio.create_task(Worker(present, [], [], payment_jobs.DUTIES).run())
    yield
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


def a_basket(market, ref):
    one, two = market.one, market.two
    pairs = [(one.shop_id, one.tea, 1), (one.shop_id, one.cup, 2), (two.shop_id, two.tea, 1)]
    return Basket(ref, tuple(BasketLine(show_id("shp", shop), show_id("sku", sku), n) for shop, sku, n in pairs))


@pytest.mark.capability("TE-06")
async def test_every_shopper_is_told_the_truth(market, house, database_url):
    with serving(house.settings.home, database_url) as address:
        passes = await make_shoppers(address, house.settings.home, [f"s{number}" for number in range(SHOPPERS)])
        port = int(address.rsplit(":", 1)[1])
        wire = Wire("127.0.0.1", port, Measures())
        street = Street(wire, Ledger(), "r1")
        errands = [
            Errand(number, who, a_basket(market, f"b{number}"), is_after_opening=number % 2 == 0)
            for number, who in enumerate(passes)
        ]
        async with working(house, port):
            await asyncio.gather(*[run_errand(street, errand) for errand in errands])
            buyers = [who.buyer_id for who in passes]
            found = await compare(house.database, street.ledger.checkouts, buyers)
            assert wire.measures.refusals == {}
            assert (street.ledger.finished, street.ledger.empty_handed) == (SHOPPERS, 0)
            assert (found.told_checkouts, found.is_true, found.untold) == (SHOPPERS, True, 0)

            told = street.ledger.checkouts
            wrong = replace(told[0], payable_minor=told[0].payable_minor + 1)
            never = replace(told[0], checkout_id=show_id("chk", market.one.tea))
            found = await compare(house.database, [wrong, never, *told[2:]], buyers)
            assert (found.lost, found.other_price, found.untold, found.is_true) == (
                1 + len(told[0].order_ids),
                1,
                1,
                False,
            )
        wire.close()


async def test_without_the_logins_of_the_market_nobody_comes_in(tmp_path):
    with pytest.raises(NoStaff):
        await make_shoppers("http://127.0.0.1:9", tmp_path, ["s1"])
