"""Do the stock's doors show and change what a merchant may see, once for each key, and nothing of another shop?"""

import re

import pytest

from peakday.kernel.ids import show_id
from peakday.market.catalog.model import sku_id_of
from peakday.trade.stock import api as stock
from peakday.trade.stock.model import OpeningStock
from tests.trade.stock.builders import NOON

pytestmark = pytest.mark.capability("TE-09")


@pytest.fixture
async def sku(market):
    """Seven units of the north's one SKU, which nobody counted."""
    shop_id = market.places["north"].shop_id
    sku_id = sku_id_of(shop_id, "north-1", "north-1")
    async with market.house.database.transaction() as tx:
        await stock.set_initial_stock(tx, [OpeningStock(shop_id, sku_id, 7, is_simulated=True)], NOON)
    return show_id("sku", sku_id)


async def test_a_merchant_sees_the_stock_adjusts_it_once_and_takes_it_as_csv(market, sku):
    base = f"/shop/{market.places['north'].shown}/stock"
    async with market.signed_in("north-main") as client:
        page = await client.get(base)
        assert page.status_code == 200
        assert "Tea of north" in page.text
        fields = dict(re.findall(r'name="(csrf_token|key)" value="([^"]*)"', page.text))
        form = {**fields, "delta": "5", "reason": "delivery"}
        for _ in range(3):
            answer = await client.post(f"{base}/{sku}/adjustments", data=form)
            assert (answer.status_code, "refused" in answer.headers["location"]) == (303, False)
        refused = await client.post(f"{base}/{sku}/adjustments", data={**form, "delta": "-99", "key": "k2"})
        assert "refused" in refused.headers["location"]
        rows = (await client.get(f"{base}.csv")).text.splitlines()
    assert rows[1].split(",")[4:7] == ["12", "0", "0"]


async def test_another_shops_stock_is_not_found(market, sku):
    north = market.places["north"].shown
    async with market.signed_in("south-main") as client:
        assert (await client.get(f"/shop/{north}/stock")).status_code == 404
        assert (await client.get(f"/v1/shops/{north}/stock")).status_code == 404
        assert (await client.get(f"/shop/{north}/stock.csv")).status_code == 404


async def test_the_json_doors_list_explain_and_page(market, sku):
    base = f"/v1/shops/{market.places['north'].shown}/stock"
    async with market.signed_in("north-main") as client:
        (line,) = (await client.get(base)).json()["items"]
        assert (line["sku_id"], line["available"], line["is_simulated"]) == (sku, 7, True)
        (change,) = (await client.get(f"{base}/{sku}/changes")).json()["items"]
        assert (change["kind"], change["delta"]) == ("opening", 7)
        assert (await client.get(base, params={"cursor": "x~"})).status_code == 422
        assert (await client.get(base, params={"sold_out": "true"})).json() == {"items": [], "next_cursor": None}
