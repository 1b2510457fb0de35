"""Are presales kept within the bounds of their rules, one at a time for a SKU?"""

from dataclasses import replace
from uuid import uuid4

import pytest

from peakday.kernel.ids import new_id
from peakday.kernel.refusal import NotFound
from peakday.trade.promotions import api
from peakday.trade.promotions.errors import BadPresale, PresaleOverlaps
from peakday.trade.promotions.model import PresaleKind, PresaleTerms
from peakday.trade.promotions.stored import PresaleOffer
from tests.trade.promotions.shop_floor import DAY, count_rows, open_floor

pytestmark = pytest.mark.capability("TE-09")
CUT = PresaleTerms(PresaleKind.CUT, 100_000, 10_000, 20_000)


@pytest.fixture
async def floor(house):
    return await open_floor(house)


def a_presale(floor, **changes) -> PresaleOffer:
    now = floor.now
    wanted = {
        "presale_id": new_id(now), "shop_id": floor.shop_id, "item_id": floor.tea_item, "sku_id": floor.tea,
        "currency": "CNY", "terms": CUT, "deposit_from": now, "deposit_until": now + DAY, "tail_from": now + DAY,
        "tail_until": now + 2 * DAY,
    }  # fmt: skip
    return PresaleOffer(**(wanted | changes))


async def offer(floor, presale):
    async with floor.house.database.transaction() as tx:
        return await api.offer_presale(tx, floor.owner, presale, floor.now)


async def test_a_presale_takes_deposits_in_its_time_only(floor):
    presale = await offer(floor, a_presale(floor))
    assert await offer(floor, presale) == presale  # the same again changes nothing
    async with floor.house.database.read() as tx:
        during = await api.presales_at(tx, floor.shop_id, [floor.tea, floor.cup], floor.now)
        after = await api.presales_at(tx, floor.shop_id, [floor.tea], floor.now + DAY)
        listed = await api.list_presales(tx, floor.second, floor.shop_id)
    assert (during, after, listed) == ({floor.tea: presale}, {}, [presale])


@pytest.mark.parametrize("changes, fields", [
    ({"terms": replace(CUT, deposit_minor=9_999)}, {"deposit"}),
    ({"terms": replace(CUT, deposit_minor=50_001)}, {"deposit"}),
    ({"terms": replace(CUT, off_minor=90_001)}, {"off"}),
    ({"terms": replace(CUT, off_minor=-1)}, {"off"}),
    ({"terms": replace(CUT, price_minor=0)}, {"price", "off"}),
    ({"currency": "USD"}, {"currency"}),
])  # fmt: skip
async def test_terms_outside_their_bounds_are_refused_and_nothing_is_kept(floor, changes, fields):
    before = await count_rows(floor.house)
    with pytest.raises(BadPresale) as caught:
        await offer(floor, a_presale(floor, **changes))
    assert {problem.field for problem in caught.value.problems} == fields
    assert await count_rows(floor.house) == before


async def test_days_that_do_not_follow_each_other_are_refused(floor):
    now = floor.now
    for changes in ({"deposit_until": now}, {"tail_until": now + DAY}, {"tail_from": now, "tail_until": now + DAY / 2}):
        with pytest.raises(BadPresale):
            await offer(floor, a_presale(floor, **changes))


async def test_a_second_presale_of_the_sku_at_once_is_refused_until_the_first_is_withdrawn(floor):
    first = await offer(floor, a_presale(floor))
    await offer(floor, a_presale(floor, sku_id=floor.big_tea))
    with pytest.raises(PresaleOverlaps):
        await offer(floor, a_presale(floor))
    async with floor.house.database.transaction() as tx:
        await api.end_presale(tx, floor.owner, floor.shop_id, first.presale_id, floor.now)
        with pytest.raises(NotFound):
            await api.end_presale(tx, floor.owner, floor.shop_id, first.presale_id, floor.now)
    await offer(floor, a_presale(floor))


async def test_goods_that_are_not_the_shops_are_not_found(floor):
    for changes in ({"sku_id": uuid4()}, {"item_id": floor.cup_item}):
        with pytest.raises(NotFound):
            await offer(floor, a_presale(floor, **changes))
