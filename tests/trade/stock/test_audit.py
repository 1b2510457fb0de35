"""Does the audit pass on true stock, and find each planted corruption?"""

import pytest

from peakday.kernel.actor import SYSTEM
from peakday.trade.stock import api
from peakday.trade.stock.audit import audit
from peakday.trade.stock.model import Need
from tests.trade.stock.builders import NOON, SHOP, SKU, a_claim, fill


@pytest.fixture
async def stored(house):
    """Ten units: three held, two sold of which one came back, one released; four set aside, one of them held."""
    await fill(house.database, 10)
    writer = api.StockWriter(house.database)
    claims = [a_claim(quantity=3), a_claim(quantity=2), a_claim(quantity=1)]
    for claim in claims:
        assert (await writer.claim(claim)).refusal is None
    async with house.database.transaction() as tx:
        await api.settle_claims(tx, [(claims[1].claim_id, None)], NOON)
        await api.return_sold(tx, api.GiveBack(claims[1].claim_id, SKU, 1, "back", "r1"), NOON)
        await api.release_claims(tx, [(claims[2].claim_id, SKU)], NOON, "closed")
        await api.set_aside(tx, SYSTEM, api.SettingAside(SHOP, SKU, "eleven", 4, "a1"), NOON)
    assert (await writer.claim(a_claim(Need(SHOP, SKU, 1, "eleven")))).refusal is None
    await writer.close()
    return house


async def found_by(house):
    return {finding.invariant for finding in await audit(house)}


async def test_true_stock_passes(stored):
    assert await audit(stored) == []


@pytest.mark.parametrize(
    ("corruption", "invariant"),
    [
        ("update stock.level set available = available + 1 where event_ref = ''", "units_add_up"),
        ("update stock.hold set quantity = 4 where quantity = 3", "units_add_up"),
        ("delete from stock.change where kind = 'opening'", "units_add_up"),
        ("delete from stock.level where event_ref <> ''", "hold_has_its_level"),
        ("update stock.hold set ended_at = null where status = 'sold'", "hold_ended_when_its_status_says_so"),
        ("update stock.hold set expires_at = now() - interval '2 hours'", "hold_is_not_forgotten"),
        ("delete from stock.give_back", "units_given_back_add_up"),
        (
            "update stock.change set delta = 5 where kind = 'set_aside' and delta = 4",
            "set_aside_moves_and_makes_nothing",
        ),
    ],
)
async def test_a_planted_corruption_is_found(stored, corruption, invariant):
    async with stored.database.transaction() as tx:
        await tx.execute(corruption)
    assert invariant in await found_by(stored)
