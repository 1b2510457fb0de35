"""Does the worker look at shops that changed, and once more when the world moves on?"""

from datetime import timedelta
from uuid import uuid4

import pytest

from peakday.kernel import imports
from peakday.kernel.outbox import deliver_pending
from peakday.market.catalog import api as catalog
from peakday.market.catalog.model import ItemEdit
from peakday.operations.health import api
from peakday.operations.health.audit import audit
from peakday.operations.health.jobs import scan_wanted, want_all, want_new, watch_losses
from peakday.operations.health.model import FaultKind
from peakday.operations.health.reactions import REACTIONS
from tests.operations.health.desk import a_price, findings, go_live, look, open_tea_shop


async def wanted(house):
    async with house.database.read() as tx:
        return await api.list_wanted(tx, 10)


@pytest.mark.capability("QN-02")
async def test_an_instrument_that_goes_live_is_looked_at(house):
    floor = await open_tea_shop(house)
    await look(floor)
    assert await wanted(house) == []
    house.clock.advance(timedelta(seconds=1))
    await go_live(floor, a_price(floor, 6_000))
    assert await deliver_pending(house.database, REACTIONS, house.clock) > 0
    assert await wanted(house) == [floor.shop_id]
    await scan_wanted(house)
    assert await wanted(house) == []
    assert len(await findings(floor)) == 1


async def test_a_list_price_that_is_edited_is_looked_at(house):
    floor = await open_tea_shop(house)
    await look(floor)
    house.clock.advance(timedelta(seconds=1))
    async with house.database.transaction() as tx:
        edit = ItemEdit(list_price_minor=400)
        await catalog.edit_item(tx, floor.owner, floor.shop_id, floor.cup_item, edit, floor.now)
    await deliver_pending(house.database, REACTIONS, house.clock)
    assert await wanted(house) == [floor.shop_id]


async def test_every_known_shop_is_looked_at_once_a_day(house):
    floor = await open_tea_shop(house)
    await look(floor)
    await want_all(house)
    assert await wanted(house) == [floor.shop_id]
    await scan_wanted(house)
    await watch_losses(house)
    assert await wanted(house) == []


async def test_sound_records_have_no_findings_and_each_planted_fault_has_one(house):
    floor = await open_tea_shop(house)
    await go_live(floor, a_price(floor, 6_000))
    await look(floor)
    assert await audit(house) == []
    async with house.database.transaction() as tx:
        await tx.execute("update health.finding set red_minor = price_minor, kind = 'below_red_line'")
        await tx.execute("update health.finding set witness = jsonb_set(witness, '{paid_minor}', '1')")
        await tx.execute("update health.red_line set item_id = gen_random_uuid()")
        await tx.execute(
            "insert into health.exemption (shop_id, item_id, reason, expires_at, set_at)"
            " values (gen_random_uuid(), gen_random_uuid(), 'other', now(), now())"
        )
        await tx.execute(
            "insert into health.finding (shop_id, finding_id, kind, subject, severity, state, instrument_ids,"
            " loss_minor, currency, found_at, seen_at) values (gen_random_uuid(), gen_random_uuid(), 'clone', 'x',"
            " 'confirm', 'accepted', '{}', 0, 'CNY', now(), now())"
        )
    assert sorted({finding.invariant for finding in await audit(house)}) == [
        "accepted_with_a_reason", "exemption_has_an_item", "finding_is_of_an_instrument_or_a_sku",
        "red_line_has_an_item", "risk_is_below_its_red_line", "witness_says_its_price",
    ]  # fmt: skip


async def test_a_shop_nobody_ever_looked_at_gets_its_first_look_without_being_asked(house):
    floor = await open_tea_shop(house, line=None)
    await want_new(house)
    assert await wanted(house) == [floor.shop_id]
    await scan_wanted(house)
    await want_new(house)
    assert await wanted(house) == []


async def test_an_import_of_the_market_or_of_a_shop_is_looked_at_when_it_is_done(house):
    floor = await open_tea_shop(house)
    await look(floor)
    house.clock.advance(timedelta(seconds=1))
    for shop_id in (None, floor.shop_id):
        async with house.database.transaction() as tx:
            run = await imports.open_run(tx, "sample", "a", house.clock.now(), shop_id)
        await want_new(house)
        assert await wanted(house) == []
        async with house.database.transaction() as tx:
            await imports.finish_run(tx, run.run_id, house.clock.now())
        await want_new(house)
        assert await wanted(house) == [floor.shop_id]
        house.clock.advance(timedelta(seconds=1))
        await scan_wanted(house)
        await want_new(house)
        assert await wanted(house) == []


async def test_too_deep_is_said_by_the_category_of_the_whole_market(house):
    floor = await open_tea_shop(house, line=None)
    tea, _ = await category_of(house, floor)
    steps = [0] * 101
    steps[5] = 200  # two hundred SKUs of other shops, cut by 5 per cent at most
    async with house.database.transaction() as tx:
        await tx.execute("insert into health.category_depth values ($1, $2, $3)", uuid4(), tea, steps)
    await go_live(floor, a_price(floor, 6_000))
    await look(floor)
    assert {each.kind for each in await findings(floor)} >= {FaultKind.TOO_DEEP}


async def category_of(house, floor):
    async with house.database.read() as tx:
        return await tx.fetchrow(
            "select leaf_category_id, 1 from catalog.item where shop_id = $1 and item_id = $2",
            floor.shop_id,
            floor.tea_item,
        )
