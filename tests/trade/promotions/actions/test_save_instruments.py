"""Is every save a version, and does a refused save change nothing?"""

from dataclasses import replace

import pytest

from peakday.kernel.refusal import NotAllowed, NotFound
from peakday.kernel.text import Text
from peakday.market.accounts.identity import actor_of_account
from peakday.market.accounts.model import Role
from peakday.trade.promotions import api
from peakday.trade.promotions.errors import (
    BadInstrument,
    ClientKeyReused,
    InstrumentChangedSince,
    InstrumentMoveRefused,
    InstrumentNotFound,
)
from peakday.trade.promotions.model import Funder, Funding, Kind, PiecePrice, Scope, Tier, Tiers
from peakday.trade.promotions.stored import InstrumentFilter, InstrumentStatus
from tests.market.people import open_account
from tests.trade.promotions.shop_floor import DAY, QUIET, count_rows, open_floor

pytestmark = pytest.mark.capability("TE-08", page="/shop/{shop_id}/promotions")


@pytest.fixture
async def floor(house):
    return await open_floor(house)


async def save(floor, instrument, actor=None, **given):
    async with floor.house.database.transaction() as tx:
        return await api.save_draft(tx, actor or floor.owner, floor.shop_id, instrument, floor.now, **given)


async def test_a_draft_is_kept_and_read_back_within_the_shop(floor):
    stored = await save(floor, floor.instrument())
    assert (stored.status, stored.version, stored.created_by) == (InstrumentStatus.DRAFT, 1, floor.owner.account_id)
    assert stored.instrument.scope == Scope(frozenset({floor.shop_id}))
    async with floor.house.database.read() as tx:
        rows = await api.list_instruments(tx, floor.owner, floor.shop_id, InstrumentFilter())
        moves = await api.list_moves(tx, floor.owner, floor.shop_id, stored.instrument_id)
        trail = await tx.fetchrow("select action, detail from accounts.audit_trail where subject like 'instrument:%'")
        news = await tx.fetchval("select payload from kernel.outbox where topic = 'promotions.InstrumentChanged.v1'")
    assert [one for one, _ in rows] == [stored]
    assert [(m.here, m.there, m.moved_by) for m in moves] == [(None, InstrumentStatus.DRAFT, floor.owner.account_id)]
    assert (trail["action"], trail["detail"]["version"]) == ("instrument_drafted", 1)
    assert news["status"] == "draft"


async def test_every_save_is_a_new_version_and_the_same_save_is_none(floor):
    first = floor.instrument()
    await save(floor, first)
    again = await save(floor, first)
    assert again.version == 1
    changed = replace(first, benefit=Tiers((Tier(20_000, 3_000),)))
    assert (await save(floor, changed)).version == 2
    async with floor.house.database.read() as tx:
        versions = await api.list_versions(tx, floor.owner, floor.shop_id, first.instrument_id)
    assert [(v.version, v.instrument.benefit.tiers[0].off) for v in versions] == [(2, 3_000), (1, 1_000)]


async def test_a_version_that_somebody_else_has_overtaken_is_refused(floor):
    first = floor.instrument()
    await save(floor, first)
    await save(floor, replace(first, name=Text("新名", "New name")))
    before = await count_rows(floor.house)
    with pytest.raises(InstrumentChangedSince):
        async with floor.house.database.transaction() as tx:
            await api.edit_instrument(
                tx, floor.owner, floor.shop_id, replace(first, name=Text("旧", "Old")), floor.now, since_version=1
            )
    assert await count_rows(floor.house) == before


async def test_the_same_client_key_is_the_same_instrument(floor):
    one = await save(floor, floor.instrument(), client_key="monday-1")
    other = await save(floor, floor.instrument(), client_key="monday-1")
    assert other.instrument_id == one.instrument_id
    before = await count_rows(floor.house)
    with pytest.raises(ClientKeyReused):
        await save(floor, floor.instrument(name=Text("别的", "Another")), client_key="monday-1")
    assert await count_rows(floor.house) == before


async def test_an_earlier_version_comes_back_as_a_new_one(floor):
    first = floor.instrument()
    await save(floor, first)
    await save(floor, replace(first, name=Text("第二", "Second")))
    async with floor.house.database.transaction() as tx:
        stored = await api.roll_back(tx, floor.owner, floor.shop_id, first.instrument_id, 1, floor.now)
        versions = await api.list_versions(tx, floor.owner, floor.shop_id, first.instrument_id)
        with pytest.raises(InstrumentNotFound):
            await api.roll_back(tx, floor.owner, floor.shop_id, first.instrument_id, 9, floor.now)
    assert (stored.version, stored.instrument.name) == (3, Text("十月券", "October coupon"))
    assert [v.rolled_back_to for v in versions] == [1, None, None]


async def test_a_copy_is_a_draft_of_its_own_without_days_that_are_over(floor, clock):
    first = floor.instrument(valid_from=floor.now, valid_until=floor.now + DAY, stock_left=10)
    await save(floor, first)
    clock.advance(2 * DAY)
    async with floor.house.database.transaction() as tx:
        copied = await api.copy_instrument(tx, floor.second, floor.shop_id, first.instrument_id, floor.now)
    assert copied.instrument_id != first.instrument_id
    assert copied.instrument.name == Text("十月券 副本", "October coupon copy")
    assert (copied.instrument.valid_from, copied.instrument.valid_until, copied.instrument.stock_left) == (
        None,
        None,
        10,
    )


async def test_a_live_instrument_is_paused_before_it_is_changed(floor):
    first = floor.instrument()
    await save(floor, first)
    async with floor.house.database.transaction() as tx:
        wish = api.Wish(floor.shop_id, first.instrument_id)
        await api.publish(tx, floor.owner, wish, QUIET, floor.now)
    before = await count_rows(floor.house)
    with pytest.raises(InstrumentMoveRefused):
        await save(floor, replace(first, name=Text("改", "Changed")))
    assert await count_rows(floor.house) == before
    async with floor.house.database.transaction() as tx:
        await api.pause(tx, floor.owner, floor.shop_id, first.instrument_id, floor.now, "to change it")
        stored = await api.save_draft(tx, floor.owner, floor.shop_id, replace(first, name=Text("改", "")), floor.now)
    assert (stored.status, stored.version) == (InstrumentStatus.DRAFT, 2)


@pytest.mark.parametrize("fault, changes", [
    ("currencies_mixed", {"currency": "USD"}),
    ("face_not_below_threshold", {"benefit": Tiers((Tier(100, 100),))}),
    ("zero_threshold", {"kind": Kind.TIERED_REDUCTION, "benefit": Tiers((Tier(0, 100),))}),
    ("negative", {"benefit": Tiers((Tier(-5, 100),))}),
    ("foreign_funder", {"funding": (Funding(Funder.PLATFORM),)}),
])  # fmt: skip
async def test_bad_input_is_told_by_field_and_nothing_is_kept(floor, fault, changes):
    before = await count_rows(floor.house)
    with pytest.raises(BadInstrument) as caught:
        await save(floor, floor.instrument(**changes))
    assert fault in {problem.code for problem in caught.value.problems}
    assert await count_rows(floor.house) == before


async def test_goods_of_another_shop_are_no_goods_of_this_one(floor):
    other = await open_floor(floor.house, "two")
    foreign = [
        floor.instrument(scope=Scope(item_ids=frozenset({other.tea_item}))),
        floor.instrument(scope=Scope(sku_ids=frozenset({other.tea, floor.tea}))),
        floor.instrument(scope=Scope(frozenset({other.shop_id}))),
        floor.instrument(kind=Kind.SINGLE_PRICE, benefit=PiecePrice(None, {other.tea: 5})),
        floor.instrument(scope=Scope(item_ids=frozenset({"tea"}))),
    ]
    before = await count_rows(floor.house)
    for instrument in foreign:
        with pytest.raises(BadInstrument) as caught:
            await save(floor, instrument)
        assert {problem.code for problem in caught.value.problems} <= {"unknown_goods", "foreign_shop"}
    assert await count_rows(floor.house) == before


async def test_whoever_lacks_the_right_and_another_shop_are_refused(floor):
    other = await open_floor(floor.house, "two")
    async with floor.house.database.transaction() as tx:
        designer = await open_account(tx, floor.shop_id, "designer", floor.now, Role.CUSTOM, {"marketing:view"})
    kept = await save(floor, floor.instrument())
    before = await count_rows(floor.house)
    with pytest.raises(NotAllowed):
        await save(floor, floor.instrument(), actor_of_account(designer))
    with pytest.raises(NotFound):
        await save(floor, floor.instrument(), other.owner)
    async with floor.house.database.transaction() as tx:
        with pytest.raises(InstrumentNotFound):
            await api.get_instrument(tx, other.owner, other.shop_id, kept.instrument_id)
        with pytest.raises(InstrumentNotFound):
            await api.save_draft(tx, other.owner, other.shop_id, replace(kept.instrument, scope=Scope()), floor.now)
        with pytest.raises(NotAllowed):
            await api.save_draft(tx, floor.owner, None, floor.instrument(), floor.now)
    assert await count_rows(floor.house) == before


async def test_a_list_is_searched_filtered_and_paged(floor):
    for number in range(3):
        await save(floor, floor.instrument(name=Text(f"券 {number}", f"Coupon {number}")))
    await save(floor, floor.instrument(Kind.SINGLE_PRICE, PiecePrice(9_000), name=Text("特价", "Special")))
    async with floor.house.database.read() as tx:

        def listed(wanted, cursor=None, limit=50):
            return api.list_instruments(tx, floor.owner, floor.shop_id, wanted, cursor, limit)

        assert len(await listed(InstrumentFilter(search="COUPON"))) == 3
        assert len(await listed(InstrumentFilter(kind=Kind.SINGLE_PRICE))) == 1
        assert await listed(InstrumentFilter(status=InstrumentStatus.LIVE)) == []
        first = await listed(InstrumentFilter(), None, 2)
        rest = await listed(InstrumentFilter(), first[-1][0].instrument_id)
        assert len({stored.instrument_id for stored, _ in [*first, *rest]}) == 4
        assert await api.count_instruments(tx, floor.owner, floor.shop_id, InstrumentFilter(search="券")) == 3
