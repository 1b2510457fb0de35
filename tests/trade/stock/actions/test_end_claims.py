"""Do held units become sold, or come back, exactly once?"""

import asyncio

import pytest

from peakday.kernel.actor import SYSTEM
from peakday.trade.stock import api
from peakday.trade.stock.audit import audit
from peakday.trade.stock.errors import ChangeKeyReused, HoldNotFound, MoreThanSold
from peakday.trade.stock.model import DeductMode, LevelKey, Need
from tests.trade.stock.builders import NOON, OTHER_SKU, SHOP, SKU, a_claim, fill, holds, left

pytestmark = pytest.mark.capability("TE-09")


@pytest.fixture
async def claimed(database):
    """Ten units of each of two SKUs, and a claim that holds two of the one and three of the other."""
    await fill(database, 10, SKU, OTHER_SKU)
    claim = a_claim(Need(SHOP, SKU, 2), Need(SHOP, OTHER_SKU, 3))
    assert (await api.StockWriter(database).claim(claim)).refusal is None
    return claim


async def in_tx(database, act, *arguments):
    async with database.transaction() as tx:
        return await act(tx, *arguments)


async def test_paid_units_are_sold_and_no_longer_released(database, claimed):
    whole = [(claimed.claim_id, None)]
    settled = await in_tx(database, api.settle_claims, whole, NOON)
    assert (len(settled.sold), settled.short) == (2, ())
    assert await in_tx(database, api.settle_claims, whole, NOON) == type(settled)((), ())
    assert await in_tx(database, api.release_claims, whole, NOON, "late") == 0
    assert await holds(database) == {"sold": 5}
    assert await left(database, SKU, OTHER_SKU) == [8, 7]


async def test_paying_takes_no_lock_of_the_hot_level(database, claimed):
    async with database.transaction() as other:
        await other.execute("select from stock.level for update")
        await asyncio.wait_for(in_tx(database, api.settle_claims, [(claimed.claim_id, None)], NOON), 5)
    assert await holds(database) == {"sold": 5}


async def test_one_sku_of_a_claim_may_be_released_and_the_other_sold(database, claimed):
    assert await in_tx(database, api.release_claims, [(claimed.claim_id, SKU)], NOON, "cancelled") == 1
    settled = await in_tx(database, api.settle_claims, [(claimed.claim_id, None)], NOON)
    assert settled.sold == ((claimed.claim_id, OTHER_SKU),)
    assert await left(database, SKU, OTHER_SKU) == [10, 7]


async def test_units_come_back_once_however_many_release_them(database, claimed):
    asked = [in_tx(database, api.release_claims, [(claimed.claim_id, None)] * 2, NOON, "closed") for _ in range(6)]
    assert sum(await asyncio.gather(*asked)) == 2
    assert await left(database, SKU, OTHER_SKU) == [10, 10]
    assert await holds(database) == {"released": 5}


async def test_paying_and_closing_at_once_is_one_or_the_other(house, database):
    await fill(database, 400)
    writer = api.StockWriter(database)
    claims = [a_claim() for _ in range(60)]
    await asyncio.gather(*(writer.claim(claim) for claim in claims))
    pay = [in_tx(database, api.settle_claims, [(claim.claim_id, None)], NOON) for claim in claims]
    close = [in_tx(database, api.release_claims, [(claim.claim_id, None)], NOON, "closed") for claim in claims]
    await asyncio.gather(*(act for pair in zip(pay, close, strict=True) for act in pair))
    found = await holds(database)
    assert found.get("sold", 0) + found.get("released", 0) == 60
    assert await left(database) == [400 - found.get("sold", 0)]
    assert await audit(house) == []


async def test_sold_units_come_back_once_for_each_key(database, claimed):
    await in_tx(database, api.settle_claims, [(claimed.claim_id, None)], NOON)
    back = api.GiveBack(claimed.claim_id, OTHER_SKU, 2, "returned", "rfd1")
    assert await in_tx(database, api.return_sold, back, NOON) is True
    assert await in_tx(database, api.return_sold, back, NOON) is False
    assert await left(database, OTHER_SKU) == [9]
    with pytest.raises(ChangeKeyReused):
        await in_tx(database, api.return_sold, api.GiveBack(claimed.claim_id, OTHER_SKU, 1, "returned", "rfd1"), NOON)
    with pytest.raises(MoreThanSold):
        await in_tx(database, api.return_sold, api.GiveBack(claimed.claim_id, OTHER_SKU, 2, "returned", "rfd2"), NOON)
    assert await left(database, OTHER_SKU) == [9]


async def test_what_was_not_sold_cannot_come_back(database, claimed):
    with pytest.raises(HoldNotFound):
        await in_tx(database, api.return_sold, api.GiveBack(claimed.claim_id, SKU, 1, "returned", "r"), NOON)
    assert await left(database) == [8]


async def test_with_deduction_at_payment_units_go_to_who_pays_first_and_the_rest_is_short(database):
    await fill(database, 3)
    key = LevelKey(SHOP, SKU)
    await in_tx(database, api.set_terms, SYSTEM, key, api.Terms(DeductMode.PAYMENT), NOON)
    writer = api.StockWriter(database)
    claims = [a_claim(quantity=2) for _ in range(2)]
    for claim in claims:
        assert (await writer.claim(claim)).refusal is None
    assert (await left(database), await holds(database)) == ([3], {"noted": 4})
    first = await in_tx(database, api.settle_claims, [(claims[1].claim_id, None)], NOON)
    second = await in_tx(database, api.settle_claims, [(claims[0].claim_id, None)], NOON)
    assert first.sold == ((claims[1].claim_id, SKU),)
    assert (second.sold, second.short) == ((), ((claims[0].claim_id, SKU),))
    assert (await left(database), await holds(database)) == ([1], {"released": 2, "sold": 2})


async def test_a_noted_order_that_closes_gives_nothing_back(database):
    await fill(database, 3)
    await in_tx(database, api.set_terms, SYSTEM, LevelKey(SHOP, SKU), api.Terms(DeductMode.PAYMENT), NOON)
    claim = a_claim(quantity=2)
    await api.StockWriter(database).claim(claim)
    assert await in_tx(database, api.release_claims, [(claim.claim_id, None)], NOON, "closed") == 1
    assert await left(database) == [3]
