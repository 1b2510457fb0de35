"""Does each delivery run by itself, try again, and write down what became of it?"""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

from peakday.kernel.house import House
from peakday.kernel.jobs import run_due_jobs
from peakday.kernel.messages import Message, MessageStatus, send
from peakday.kernel.messages.channels import ChannelName
from peakday.kernel.messages.deliveries import JOB_KINDS, TRIES_MAX, Reach, list_deliveries, plan_delivery
from peakday.kernel.messages.sending import answer, lock_message
from peakday.kernel.money import Money
from peakday.kernel.text import Text

SHOP, ACCOUNT = uuid4(), uuid4()
WARNING = Message(
    SHOP, "price_risk", Text("跌破红线价", "Below the red line"), Text("亏 5 元", "Loses 5 yuan"), "/shop/x/health",
    "risk:1", money_at_risk=Money(500, "CNY"), needs_answer=True,
)  # fmt: skip
DESK = Reach(ACCOUNT, ChannelName.DESK)
MAIL = Reach(ACCOUNT, ChannelName.MAIL, "shop@example.org", language="en", shows_figures=True)
HOOK = Reach(ACCOUNT, ChannelName.WEBHOOK, "https://10.0.0.8/hook", "s3cret")


async def plan(house: House, *reaches: Reach, wait: timedelta = timedelta(0)):
    """The warning on its way to these."""
    now = house.clock.now()
    async with house.database.transaction() as tx:
        stored = await lock_message(tx, SHOP, await send(tx, WARNING, now))
        for reach in reaches:
            await plan_delivery(tx, stored, reach, now + wait, now)
    return stored


async def deliveries(house: House, stored):
    """What became of them, by channel."""
    async with house.database.read() as connection:
        return {one.channel: one for one in await list_deliveries(connection, stored.message_id)}


async def test_each_channel_delivers_by_itself_and_a_failing_one_holds_up_none(house):
    stored = await plan(house, HOOK, DESK, MAIL)
    await plan(house, MAIL)  # again: nothing new
    await run_due_jobs(house, JOB_KINDS)
    found = await deliveries(house, stored)
    assert {name.value: one.status for name, one in found.items()} == {
        "desk": "delivered", "mail": "delivered", "webhook": "failed",
    }  # fmt: skip
    assert found[ChannelName.MAIL].is_simulated
    assert "not a public address" in found[ChannelName.WEBHOOK].detail
    (file,) = house.settings.mail_dir.iterdir()
    assert b"Loses 5 yuan" in file.read_bytes()


async def test_a_reader_without_the_right_to_figures_gets_the_subject_only(house):
    await plan(house, replace(MAIL, shows_figures=False))
    await run_due_jobs(house, JOB_KINDS)
    (file,) = house.settings.mail_dir.iterdir()
    content = file.read_text()
    assert "Below the red line" in content
    assert "Loses" not in content
    assert "5.00" not in content


async def test_a_channel_in_trouble_is_tried_again_with_pauses_and_given_up_at_last(house, clock):
    nobody = replace(house.settings, smtp_url="smtp://127.0.0.1:9")
    in_trouble = House(nobody, clock, house.database)
    stored = await plan(house, MAIL)
    for tries in range(1, TRIES_MAX + 1):
        await run_due_jobs(in_trouble, JOB_KINDS)
        found = (await deliveries(house, stored))[ChannelName.MAIL]
        assert (found.attempts, found.status) == (tries, "failed" if tries == TRIES_MAX else "waiting")
        await run_due_jobs(in_trouble, JOB_KINDS)  # at once: the pause is not over
        assert (await deliveries(house, stored))[ChannelName.MAIL].attempts == tries
        clock.advance(timedelta(hours=1))


async def test_a_delivery_that_waited_while_somebody_answered_is_dropped(house, clock):
    stored = await plan(house, MAIL, wait=timedelta(hours=8))
    clock.advance(timedelta(hours=1))
    async with house.database.transaction() as tx:
        locked = await lock_message(tx, SHOP, stored.message_id)
        await answer(tx, locked, MessageStatus.ACKNOWLEDGED, ACCOUNT, clock.now())
    clock.advance(timedelta(hours=8))
    await run_due_jobs(house, JOB_KINDS)
    assert (await deliveries(house, stored))[ChannelName.MAIL].status == "dropped"
    assert not house.settings.mail_dir.exists()
