"""Is a message kept once, in the sender's transaction, and its answer for good?"""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from peakday.kernel.messages import AnswerRefused, Message, MessageStatus, resolve, send
from peakday.kernel.messages.sending import answer, lock_message
from peakday.kernel.money import Money
from peakday.kernel.refusal import NotFound
from peakday.kernel.text import Text

SHOP = uuid4()
WARNING = Message(
    SHOP, "price_risk", Text("跌破红线价", "Below the red line"), Text("亏 5 元", "Loses 5 yuan"), "/shop/x/health",
    "risk:1", money_at_risk=Money(500, "CNY"), needs_answer=True,
)  # fmt: skip


async def test_a_message_is_kept_once_and_told_once(database, clock):
    async with database.transaction() as tx:
        first = await send(tx, WARNING, clock.now())
        again = await send(tx, replace(WARNING, subject=Text("别的", "Other")), clock.now())
        other = await send(tx, replace(WARNING, shop_id=uuid4()), clock.now())
        stored = await lock_message(tx, SHOP, first)
        told = await tx.fetch("select payload from kernel.outbox where topic = 'kernel.MessageSent.v1' order by 1")
    assert again == first != other
    assert stored.message == WARNING
    assert (stored.status, stored.step, stored.next_step_at) == (MessageStatus.OPEN, 0, None)
    assert len(told) == 2


async def test_a_message_is_gone_with_the_change_that_failed(database, clock):
    async def fail() -> None:
        async with database.transaction() as tx:
            await send(tx, WARNING, clock.now())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    async with database.read() as connection:
        assert await connection.fetchval("select count(*) from kernel.message") == 0


async def test_an_answer_is_given_once_and_a_settled_message_stays_settled(database, clock):
    account = uuid4()
    async with database.transaction() as tx:
        message_id = await send(tx, WARNING, clock.now())
        seen = await answer(
            tx, await lock_message(tx, SHOP, message_id), MessageStatus.ACKNOWLEDGED, account, clock.now()
        )
        assert await answer(tx, seen, MessageStatus.ACKNOWLEDGED, uuid4(), clock.now()) == seen
        assert await resolve(tx, SHOP, WARNING.key, clock.now() + timedelta(minutes=1)) is True
        assert await resolve(tx, SHOP, WARNING.key, clock.now()) is False
        settled = await lock_message(tx, SHOP, message_id)
        with pytest.raises(AnswerRefused):
            await answer(tx, settled, MessageStatus.ACCEPTED, account, clock.now())
        assert await lock_message(tx, SHOP, message_id) == settled
    assert settled.status is MessageStatus.RESOLVED
    assert seen.answered_by == account


async def test_a_message_of_another_shop_is_not_found(database, clock):
    async with database.transaction() as tx:
        message_id = await send(tx, WARNING, clock.now())
        with pytest.raises(NotFound):
            await lock_message(tx, uuid4(), message_id)


@pytest.mark.parametrize("link", ["https://elsewhere.example", "//elsewhere.example", "javascript:alert(1)"])
def test_a_message_links_into_the_house_only(link):
    with pytest.raises(AssertionError):
        replace(WARNING, link=link)
