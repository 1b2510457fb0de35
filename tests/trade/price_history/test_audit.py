"""Does the audit pass on true prices, and find each planted corruption?"""

import pytest

from peakday.kernel.actor import SYSTEM
from peakday.trade.price_history.api import grant_protection, record_deals, record_offers
from peakday.trade.price_history.audit import audit
from peakday.trade.price_history.model import ProtectionAsk
from tests.trade.price_history.builders import DAY, NOW, SHOP, a_deal, an_offer, list_tea


@pytest.fixture
async def stored(house):
    mine = a_deal(10_000, NOW, quantity=3)
    async with house.database.transaction() as tx:
        await list_tea(tx, SHOP, NOW)
        await record_offers(tx, [an_offer(10_000, NOW - DAY), an_offer(3_000, NOW + DAY)], NOW)
        await record_deals(tx, [mine])
        await grant_protection(tx, SYSTEM, ProtectionAsk(SHOP, mine.order_id, 1), NOW + 2 * DAY)
    return house


async def test_true_prices_pass(stored):
    assert await audit(stored) == []


@pytest.mark.parametrize("invariant, corruption", [
    ("offer_does_not_overlap", ("alter table price_history.offer drop constraint offer_does_not_overlap;"
     " update price_history.offer set valid = tstzrange(lower(valid), null)")),
    ("offer_has_a_sku", "update price_history.offer set item_id = sku_id"),
    ("offer_is_a_price", ("alter table price_history.offer drop constraint offer_price_minor_check;"
     " update price_history.offer set price_minor = -1")),
    ("deal_has_an_item", "delete from catalog.item"),
    ("deal_is_divided_exactly", ("alter table price_history.deal alter column dealt_minor drop expression;"
     " update price_history.deal set dealt_minor = 3332")),
    ("protection_is_at_most_paid", "update price_history.protection set amount_minor = 10001"),
    ("protection_is_at_most_paid", "delete from price_history.deal"),
])  # fmt: skip
async def test_a_planted_corruption_is_found(stored, invariant, corruption):
    async with stored.database.transaction() as tx:
        await tx.execute(corruption)
    found = {finding.invariant for finding in await audit(stored)}
    assert invariant in found
