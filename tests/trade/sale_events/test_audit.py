"""Does the audit pass on true enrolments, and find each planted corruption?"""

import pytest

from peakday.trade.sale_events.audit import audit
from tests.trade.sale_events.builders import OPENING, a_wish, enrol, item_ask, leave


@pytest.fixture
async def enrolled(house, stand):
    """Tea in both tracks of wave 1, a cup that left."""
    shop_id = stand.shop_id
    await enrol(house.database, stand.owner, shop_id, stand.event, [a_wish(shop_id), a_wish(shop_id, "cup")])
    presale = [a_wish(shop_id, deposit_minor=1_000)]
    await enrol(house.database, stand.owner, shop_id, stand.event, presale, "wave_1_presale")
    await leave(house.database, stand.owner, item_ask(shop_id, stand.event, "cup"), OPENING)
    return house


async def test_true_enrolments_pass(enrolled):
    assert await audit(enrolled) == []


@pytest.mark.parametrize("invariant, corruption", [
    ("entry_has_a_track", "delete from sale_events.wave where kind = 'spot'"),
    ("entry_has_a_track", "update sale_events.event set status = 'draft'"),
    ("entry_has_its_price", "delete from price_history.offer where event_ref like '%spot'"),
    ("entry_has_its_price", "update price_history.offer set price_minor = 1 where kind = 'event'"),
    ("entry_has_its_price",
     "update sale_events.wave set held = tstzrange(lower(held), upper(held) + interval '1 hour') where kind = 'spot'"),
    ("exited_has_no_price_to_come",
     "update sale_events.entry set status = 'exited' where item_ref = 'tea'"),
    ("price_has_an_entry", "delete from sale_events.entry where track = 'wave_1_spot'"),
    ("tracks_do_not_exclude_each_other", ("update sale_events.event set terms = jsonb_set(terms, '{forbidden_pairs}',"
     " '[[\"wave_1_presale\", \"wave_1_spot\"]]')")),
    ("entry_is_proven", "update sale_events.entry set price_minor = 10001"),
    ("entry_is_proven", "update sale_events.entry set permitted_minor = 100"),
    ("entry_has_a_sku", "delete from catalog.sku"),
    ("entry_has_a_shop_that_takes_part", "update sale_events.shop_enrolment set status = 'exited'"),
    ("exited_has_an_exit", "delete from sale_events.exit"),
    ("exited_has_an_exit", "update sale_events.exit set undone_at = now()"),
])  # fmt: skip
async def test_a_planted_corruption_is_found(enrolled, invariant, corruption):
    async with enrolled.database.transaction() as tx:
        await tx.execute(corruption)
    assert invariant in {finding.invariant for finding in await audit(enrolled)}
