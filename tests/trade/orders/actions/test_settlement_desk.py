"""Are many callbacks at once settled in few transactions, each once, and does a bad one harm no other?"""

import asyncio

import pytest

from peakday.trade.orders import api as orders
from peakday.trade.orders.actions import settlement_desk
from peakday.trade.payments import api as payments
from peakday.trade.payments.errors import GatewayNotFound, SignatureRefused
from peakday.trade.payments.model import Effect, Letter
from tests.trade.orders.market import open_market


@pytest.fixture
async def market(house):
    return await open_market(house)


async def letters(market, count):
    """Callbacks of so many paid checkouts, as the sandbox would send them."""
    sandbox, placed = payments.sandbox_of(market.house), []
    for number in range(count):
        one = await market.place(market.buyer, (market.one.shop_id, market.one.tea, 1), key=f"k{number}")
        payment = await market.start(market.buyer, one.checkout_id)
        await payments.open_charge(market.house, market.buyer, payment.payment_id)
        await sandbox.decide(payment.payment_id, payments.Decision.SUCCESS)
        placed.append(one)
    return placed, [letter for _, letter in await sandbox.take_letters(count)]


def settle(market, letter):
    return orders.settle_callback(market.house, "sandbox", letter)


async def statuses(market, placed):
    return {(await market.order(one))["status"] for one in placed}


async def test_many_callbacks_at_once_are_few_transactions_and_each_is_taken(market, monkeypatch):
    placed, sent = await letters(market, 6)
    batches, right = [], settlement_desk.settle_notices

    async def counted(tx, notices):
        batches.append(len(notices))
        return await right(tx, notices)

    monkeypatch.setattr(settlement_desk, "settle_notices", counted)
    taken = await asyncio.gather(*(settle(market, letter) for letter in sent for _ in range(2)))
    assert sorted(one.effect for one in taken) == [Effect.CAPTURED] * 6 + [Effect.REPEATED] * 6
    assert sum(batches) == 12
    assert len(batches) <= 3
    assert await statuses(market, placed) == {"awaiting_shipment"}


async def test_a_notice_that_cannot_be_settled_harms_no_other(market, monkeypatch):
    placed, sent = await letters(market, 3)
    right = settlement_desk.settle_notices
    bad = (await payments.read_callback(market.house, "sandbox", sent[1])).event_id

    async def breaks(tx, notices):
        taken = await right(tx, notices)
        if any(notice.event_id == bad for notice in notices):
            raise RuntimeError("a fault in the middle")
        return taken

    monkeypatch.setattr(settlement_desk, "settle_notices", breaks)
    answers = await asyncio.gather(*(settle(market, letter) for letter in sent), return_exceptions=True)
    assert sum(isinstance(answer, RuntimeError) for answer in answers) == 1
    assert isinstance(answers[1], RuntimeError)
    monkeypatch.setattr(settlement_desk, "settle_notices", right)
    assert (await settle(market, sent[1])).effect is Effect.CAPTURED  # sent again, it is taken
    assert await statuses(market, placed) == {"awaiting_shipment"}


async def test_what_nobody_signed_does_not_reach_the_desk(market):
    _, (letter,) = await letters(market, 1)
    with pytest.raises(SignatureRefused):
        await settle(market, Letter({}, letter.body))
    with pytest.raises(GatewayNotFound):
        await orders.settle_callback(market.house, "purse", letter)
