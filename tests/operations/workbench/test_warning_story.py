"""Does a price risk reach the shop by two channels, go further unanswered, and fall silent when the price is mended?"""

from datetime import timedelta

import pytest

from peakday.apps.worker.tasks import DUTIES, JOB_KINDS, REACTIONS
from peakday.kernel.duties import perform
from peakday.kernel.jobs import run_due_jobs
from peakday.kernel.messages import MessageStatus
from peakday.kernel.messages.deliveries import list_deliveries
from peakday.kernel.messages.reading import MessageFilter
from peakday.kernel.outbox import deliver_pending
from peakday.operations.health import api as health
from peakday.operations.workbench import api
from peakday.trade.promotions import api as promotions
from peakday.trade.promotions.model import Tier, Tiers
from tests.trade.promotions.shop_floor import QUIET, open_floor

WORK = [duty for duty in DUTIES if duty.name in {"health.scan_wanted", "workbench.escalate"}]


async def work(house) -> None:
    """What a worker does in a round: news, duties, news of the duties, jobs."""
    await deliver_pending(house.database, REACTIONS, house.clock)
    for duty in WORK:
        await perform(house, duty)
    await deliver_pending(house.database, REACTIONS, house.clock)
    await run_due_jobs(house, JOB_KINDS)


@pytest.mark.capability("QN-02", "QN-04")
async def test_a_price_risk_is_told_by_two_channels_and_followed_until_it_is_mended(house, clock):
    floor = await open_floor(house)
    coupon = floor.instrument(benefit=Tiers((Tier(10_000, 9_000),)))
    async with house.database.transaction() as tx:
        await health.set_shop_rule(tx, floor.owner, floor.shop_id, 6_000, floor.now)
        await promotions.save_draft(tx, floor.owner, floor.shop_id, coupon, floor.now)
        wish = promotions.Wish(floor.shop_id, coupon.instrument_id)
        await promotions.publish(tx, floor.owner, wish, QUIET, floor.now)
    await work(house)

    async def warnings():
        async with house.database.read() as connection:
            page = await api.list_desk(connection, floor.owner, floor.shop_id, MessageFilter(topic="price_risk"))
            return [
                (one.stored, await list_deliveries(connection, one.stored.message_id))
                for one in page.items
                if one.stored.message.needs_answer
            ]

    found = await warnings()
    assert found
    for stored, deliveries in found:
        assert stored.status is MessageStatus.OPEN
        own = [one for one in deliveries if one.account_id == floor.owner.account_id]
        assert {(one.channel.value, one.status) for one in own} == {("desk", "delivered"), ("mail", "delivered")}
    clock.advance(timedelta(minutes=31))
    await work(house)
    assert all(max(one.step for one in deliveries) == 1 for _, deliveries in await warnings())

    async with house.database.transaction() as tx:
        await promotions.end(tx, floor.owner, floor.shop_id, coupon.instrument_id, clock.now(), "too deep")
    await work(house)
    assert {stored.status for stored, _ in await warnings()} == {MessageStatus.RESOLVED}
    steps = [len(deliveries) for _, deliveries in await warnings()]
    clock.advance(timedelta(days=2))
    await work(house)
    assert [len(deliveries) for _, deliveries in await warnings()] == steps
