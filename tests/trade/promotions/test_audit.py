"""Does the audit pass on true records, and find each planted corruption?"""

from uuid import uuid4

import pytest

from peakday.trade.promotions import api
from peakday.trade.promotions.audit import audit
from peakday.trade.promotions.model import Funder, Funding, Kind, Limits, Scope, Tier, Tiers
from peakday.trade.promotions.stored import Issue, Use, UseReturn
from tests.trade.promotions.actions.test_sell_presales import a_presale
from tests.trade.promotions.shop_floor import QUIET, open_floor


@pytest.fixture
async def stored(house):
    floor = await open_floor(house)
    now = floor.now
    coupon = floor.instrument(limits=Limits(1, 2, 5), scope=Scope(item_ids=frozenset({floor.tea_item})))
    gift_card = floor.instrument(Kind.GIFT_CARD, Tiers((Tier(0, 9_000),)), funding=(Funding(Funder.BUYER),))
    async with house.database.transaction() as tx:
        for instrument in (coupon, gift_card):
            await api.save_draft(tx, floor.owner, floor.shop_id, instrument, now)
            await api.publish(tx, floor.owner, api.Wish(floor.shop_id, instrument.instrument_id), QUIET, now)
        first, second = await api.issue_cards(tx, Issue(coupon.instrument_id, floor.buyer, "a", 2), now)
        (value,) = await api.issue_cards(tx, Issue(gift_card.instrument_id, floor.buyer, "b"), now)
        uses = [
            Use(uuid4(), floor.buyer, coupon.instrument_id, {Funder.MERCHANT: 1_000}, first),
            Use(uuid4(), floor.buyer, coupon.instrument_id, {Funder.MERCHANT: 1_000}, second),
            Use(uuid4(), floor.buyer, gift_card.instrument_id, {Funder.BUYER: 4_000}, value),
        ]
        await api.record_uses(tx, uses, now)
        await api.return_use(tx, UseReturn(uses[1].order_id, second, "closed", is_whole=True), now)
        await api.return_use(tx, UseReturn(uses[2].order_id, value, "part", False, {Funder.BUYER: 500}), now)
        await api.offer_presale(tx, floor.owner, a_presale(floor), now)
    return house


async def test_true_records_pass(stored):
    assert await audit(stored) == []


SELF_APPROVED = (
    "alter table promotions.instrument drop constraint instrument_check1;"
    " update promotions.instrument set approved_by = submitted_by"
)
LIMITS = "update promotions.version set body = jsonb_set(body, '{limits,%s}', '0')"


@pytest.mark.parametrize("invariant, corruption", [
    ("versions_have_no_gap",
     "insert into promotions.version select instrument_id, 3, body, saved_by, saved_at from promotions.version"),
    ("columns_say_what_the_version_says", "update promotions.instrument set name_zh = 'x'"),
    ("columns_say_what_the_version_says", "update promotions.instrument set valid_until = '2030-01-01'"),
    ("a_shops_instrument_holds_for_its_own_goods",
     "update promotions.version set body = jsonb_set(body, '{scope,shop_ids}', '[\"x\"]')"),
    ("a_shops_instrument_holds_for_its_own_goods", "delete from catalog.item"),
    ("a_second_person_approved", SELF_APPROVED),
    ("tally_is_what_was_issued_and_used", "update promotions.tally set used = used + 1"),
    ("tally_is_what_was_issued_and_used", "update promotions.tally set issued = 0"),
    ("spent_is_what_uses_gave", "update promotions.tally set spent_merchant_minor = 999"),
    ("buyers_tally_is_what_they_used", "update promotions.buyer_tally set used = 7"),
    ("uses_are_within_the_order_limit", LIMITS % "per_order"),
    ("uses_are_within_the_buyer_limit", LIMITS % "per_buyer"),
    ("uses_are_within_the_total", LIMITS % "total"),
    ("cards_are_used_once", "update promotions.card set status = 'in_wallet'"),
    ("cards_are_used_once", "update promotions.card set status = 'used'"),
    ("returns_are_at_most_what_was_used", "update promotions.usage_return set minor = 5000"),
    ("presales_are_the_shops_goods", "update promotions.presale set sku_id = item_id"),
    ("live_instruments_are_sound", "update promotions.version set body = jsonb_set(body, '{benefit,tiers}', '[]')"),
    ("live_instruments_are_sound", "update promotions.version set body = body - 'limits'"),
    ("statuses_are_reached_by_moves", "update promotions.instrument set status = 'ended'"),
    ("statuses_are_reached_by_moves", "delete from promotions.move where move_no = 1"),
    ("statuses_are_reached_by_moves", "update promotions.move set from_status = 'ended' where move_no = 2"),
])  # fmt: skip
async def test_a_planted_corruption_is_found(stored, invariant, corruption):
    async with stored.database.transaction() as tx:
        await tx.execute(corruption)
    assert invariant in {finding.invariant for finding in await audit(stored)}
