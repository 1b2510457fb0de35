"""Does the worker look at shops that changed, and once more when the world moves on?"""

from datetime import timedelta

import pytest

from peakday.kernel.outbox import deliver_pending
from peakday.market.catalog import api as catalog
from peakday.market.catalog.model import ItemEdit
from peakday.operations.health import api
from peakday.operations.health.audit import audit
from peakday.operations.health.jobs import scan_wanted, want_all, watch_losses
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
