"""Does each to-do of the home page lead to exactly the orders that it counts?"""

import re

import pytest

from peakday.trade.orders.api import copy_orders
from peakday.trade.orders.model import OrderStatus
from tests.trade.orders.builders import AT, SOURCE, a_line, an_order, asking_back

LINK_TO_WORK = re.compile(r'<a class="pk-todo[^"]*" href="([^"]+)"><span>([^<]+)</span><strong>(\d+)</strong>')


@pytest.mark.capability("LY-01")
async def test_each_todo_leads_to_the_orders_that_it_counts(market):
    shop_id = market.places["north"].shop_id
    batch = [
        asking_back(an_order("asked", shop_id=shop_id), 300, 200),
        an_order("settled", [a_line(1, refund=100)], shop_id),
        an_order("unpaid", shop_id=shop_id, paid=False),
        an_order("balance", shop_id=shop_id, paid=False, status=OrderStatus.AWAITING_BALANCE),
        *(an_order(f"to ship {n}", shop_id=shop_id, status=OrderStatus.AWAITING_SHIPMENT) for n in range(3)),
        an_order("way", shop_id=shop_id, status=OrderStatus.SHIPPED),
    ]
    async with market.house.database.transaction() as tx:
        await copy_orders(tx, SOURCE, batch, AT)
    async with market.signed_in("north-main") as client:
        home = (await client.get(f"/shop/{market.places['north'].shown}/?lang=en")).text
        found = {}
        for href, title, count in LINK_TO_WORK.findall(home):
            page = await client.get(href.replace("&amp;", "&"))
            assert page.status_code == 200, href
            found[title] = (int(count), len(re.findall(r'class="pk-first"', page.text)))
    assert found == {
        "To ship": (3, 3), "Refunds to settle": (1, 1), "Awaiting payment": (2, 2), "On the way": (1, 1),
    }  # fmt: skip
