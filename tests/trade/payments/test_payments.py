"""Does money come in once, go back once, and stand in the books as it should?"""

import asyncio
from dataclasses import replace

import pytest

from peakday.kernel.actor import Actor, ActorKind
from peakday.trade.ledger.audit import audit as audit_ledger
from peakday.trade.payments import api
from peakday.trade.payments.errors import (
    GatewayNotFound,
    PaymentKeyReused,
    PaymentNotCaptured,
    PaymentNotFound,
    RefundAbovePayment,
    RefundIdReused,
    ShopLacksMoney,
)
from peakday.trade.payments.model import Effect, NewRefund, NoticeKind, PaymentStatus, Purpose
from tests.trade.payments.builders import (
    BUYER,
    CREATOR,
    NOW,
    ORDER,
    OTHER_ORDER,
    OTHER_SHOP,
    SHOP,
    THE_BUYER,
    a_notice,
    a_part,
    a_wish,
    an_id,
    balances,
    entries,
    paid,
    start,
    tell,
)

FUNDED = a_part(10_000, platform_minor=1_000, creator_minor=500, creator_id=CREATOR, commission_bp=500)


def a_refund(amount_minor, name="r1", order_id=ORDER, payment_id=None):
    return NewRefund(an_id(name), order_id, amount_minor, "torn", payment_id)


async def give_back(database, *refunds):
    async with database.transaction() as tx:
        return await api.refund_all(tx, refunds, NOW)


async def release(database, *order_ids):
    async with database.transaction() as tx:
        return await api.release_to_merchant(tx, order_ids or [ORDER], NOW)


async def find(database, payment_id):
    async with database.read() as connection:
        return await api.find_payment(connection, payment_id)


class TestStarting:
    async def test_asking_twice_asks_once(self, database):
        (first,) = await start(database)
        (second,) = await start(database)
        assert first == second == await find(database, first.payment_id)
        assert first.status is PaymentStatus.PENDING
        assert first.is_simulated
        assert first.pay_url.startswith("/mall/pay/pay_")

    @pytest.mark.parametrize(
        "other",
        [
            a_wish(a_part(9_999)),
            a_wish(purpose=Purpose.DEPOSIT),
            a_wish(checkout_id=an_id("another")),
            a_wish(a_part(order_id=OTHER_ORDER)),
            a_wish(a_part(platform_minor=1)),
        ],
    )
    async def test_the_same_key_with_another_content_is_refused_and_changes_nothing(self, database, other):
        (before,) = await start(database)
        with pytest.raises(PaymentKeyReused):
            await start(database, other)
        assert await find(database, before.payment_id) == before

    async def test_many_wishes_become_payments_in_their_order_old_and_new(self, database):
        (old,) = await start(database, a_wish(key="b"))
        payments = await start(database, a_wish(key="c"), a_wish(key="b"), a_wish(key="a"), a_wish(key="c"))
        assert [p.key for p in payments] == ["c", "b", "a", "c"]
        assert payments[1] == old

    async def test_a_gateway_that_nobody_knows_is_refused(self, database):
        with pytest.raises(GatewayNotFound):
            await start(database, a_wish(gateway="purse"))

    async def test_twenty_at_once_make_one_payment(self, database):
        found = await asyncio.gather(*(start(database) for _ in range(20)))
        assert len({p.payment_id for (p,) in found}) == 1

    async def test_a_buyer_sees_no_other_buyers_payment(self, database):
        (payment,) = await start(database)
        async with database.read() as connection:
            assert await api.get_my_payment(connection, THE_BUYER, payment.payment_id) == payment
            merchant = Actor(ActorKind.MERCHANT, BUYER, SHOP, frozenset({"*"}))
            for stranger in (replace(THE_BUYER, account_id=an_id("stranger")), merchant):
                with pytest.raises(PaymentNotFound):
                    await api.get_my_payment(connection, stranger, payment.payment_id)


class TestNotices:
    async def test_a_captured_payment_lies_in_escrow_with_what_platform_and_creator_give(self, database):
        other = a_part(3_000, shop_id=OTHER_SHOP, order_id=OTHER_ORDER)
        (payment,) = await start(database, a_wish(FUNDED, other))
        (taken,) = await tell(database, a_notice(payment_id=payment.payment_id, amount_minor=13_000))
        assert taken.effect is Effect.CAPTURED
        assert not taken.was_cancelled
        assert taken.payment == await find(database, payment.payment_id)
        assert taken.payment.status is PaymentStatus.CAPTURED
        assert set(taken.payment.order_ids) == {ORDER, OTHER_ORDER}
        assert await balances(database) == {"clearing": 13_000, "escrow": 11_500, "subsidy": 1_000, "creator": -500}
        assert (await balances(database, OTHER_SHOP))["escrow"] == 3_000

    async def test_doubled_letters_move_money_once(self, database):
        (payment,) = await start(database)
        notice = a_notice(payment_id=payment.payment_id)
        first = await tell(database, notice, notice)
        second = await tell(database, notice, replace(notice, event_id="e2"))
        assert [t.effect for t in (*first, *second)] == [Effect.CAPTURED, *[Effect.REPEATED] * 3]
        assert await balances(database) == {"clearing": 10_000, "escrow": 10_000}

    async def test_twenty_copies_at_once_move_money_once(self, database):
        (payment,) = await start(database)
        notice = a_notice(payment_id=payment.payment_id)
        taken = await asyncio.gather(*(tell(database, notice) for _ in range(20)))
        assert sorted(t.effect.value for (t,) in taken) == ["captured", *["repeated"] * 19]
        assert await balances(database) == {"clearing": 10_000, "escrow": 10_000}

    async def test_a_decline_that_arrives_after_the_capture_is_stale(self, database):
        (payment,) = await start(database)
        captured = a_notice(payment_id=payment.payment_id)
        declined = a_notice(NoticeKind.DECLINED, payment.payment_id, "e2")
        assert [t.effect for t in await tell(database, captured, declined)] == [Effect.CAPTURED, Effect.STALE]
        assert (await find(database, payment.payment_id)).status is PaymentStatus.CAPTURED

    async def test_a_declined_buyer_may_pay_after_all(self, database):
        (payment,) = await start(database)
        await tell(database, a_notice(NoticeKind.DECLINED, payment.payment_id))
        assert (await find(database, payment.payment_id)).status is PaymentStatus.DECLINED
        assert await balances(database) == {}
        (taken,) = await tell(database, a_notice(payment_id=payment.payment_id, event_id="e2"))
        assert taken.effect is Effect.CAPTURED

    async def test_money_for_a_cancelled_payment_is_taken_and_says_so(self, database):
        (payment,) = await start(database)
        async with database.transaction() as tx:
            assert await api.cancel_payments(tx, [payment.payment_id], NOW) == []
        (taken,) = await tell(database, a_notice(payment_id=payment.payment_id))
        assert (taken.effect, taken.was_cancelled) == (Effect.CAPTURED, True)
        async with database.transaction() as tx:
            assert await api.cancel_payments(tx, [payment.payment_id], NOW) == [payment.payment_id]
        assert (await find(database, payment.payment_id)).status is PaymentStatus.CAPTURED

    async def test_another_sum_or_an_unknown_payment_moves_nothing_and_is_announced(self, database):
        (payment,) = await start(database)
        odd = a_notice(payment_id=payment.payment_id, amount_minor=1)
        taken = await tell(database, odd, a_notice(payment_id=an_id("nobody"), event_id="e2"))
        assert [t.effect for t in taken] == [Effect.AMOUNT_DIFFERS, Effect.UNKNOWN]
        assert (await find(database, payment.payment_id)).status is PaymentStatus.PENDING
        assert await entries(database) == 0
        async with database.read() as connection:
            told = await connection.fetch("select payload from kernel.outbox where topic = 'payments.NoticeIsOdd.v1'")
            kept = await connection.fetch("select effect from payments.notice order by event_id")
        assert sorted(row["payload"]["effect"] for row in told) == ["amount_differs", "unknown"]
        assert [row["effect"] for row in kept] == ["amount_differs", "unknown"]

    async def test_no_notice_does_nothing(self, database):
        assert await tell(database) == []

    async def test_orders_to_lock_are_told_before_anything_is_locked(self, database):
        (payment,) = await start(database, a_wish(FUNDED, a_part(1, shop_id=OTHER_SHOP, order_id=OTHER_ORDER)))
        async with database.read() as connection:
            found = await api.list_payment_orders(connection, [payment.payment_id])
        assert found == sorted([(SHOP, ORDER), (OTHER_SHOP, OTHER_ORDER)])


class TestGivingBack:
    async def test_a_refund_in_parts_never_exceeds_what_was_captured(self, database):
        await paid(database, a_wish(FUNDED))
        await give_back(database, a_refund(4_000), a_refund(3_000, "r2"))
        before = await entries(database)
        with pytest.raises(RefundAbovePayment):
            await give_back(database, a_refund(3_001, "r3"))
        assert await entries(database) == before
        await give_back(database, a_refund(3_000, "r4"))
        assert await balances(database) == {}

    async def test_two_refunds_of_one_call_cannot_together_exceed_the_payment(self, database):
        await paid(database)
        with pytest.raises(RefundAbovePayment):
            await give_back(database, a_refund(6_000), a_refund(6_000, "r2"))
        assert await balances(database) == {"clearing": 10_000, "escrow": 10_000}
        async with database.read() as connection:
            assert await api.list_order_refunds(connection, [ORDER]) == []

    async def test_the_same_refund_again_is_the_same_refund(self, database):
        await paid(database)
        (first,) = await give_back(database, a_refund(4_000))
        (second,) = await give_back(database, a_refund(4_000))
        assert second == replace(first, is_repeated=True)
        with pytest.raises(RefundIdReused):
            await give_back(database, a_refund(4_001))
        assert await balances(database) == {"clearing": 6_000, "escrow": 6_000}

    async def test_ten_at_once_refund_once(self, database):
        await paid(database)
        await asyncio.gather(*(give_back(database, a_refund(4_000)) for _ in range(10)))
        assert await balances(database) == {"clearing": 6_000, "escrow": 6_000}

    async def test_nothing_goes_back_of_an_order_that_was_not_paid(self, database):
        await start(database)
        with pytest.raises(PaymentNotCaptured):
            await give_back(database, a_refund(1))

    async def test_deposit_and_balance_are_given_back_newest_first(self, database):
        (deposit,) = await paid(database, a_wish(a_part(2_000), key="d", purpose=Purpose.DEPOSIT))
        async with database.transaction() as tx:
            await tx.execute("update payments.payment set captured_at = captured_at - interval '1 day'")
        (balance,) = await paid(database, a_wish(a_part(8_000), key="b", purpose=Purpose.BALANCE))
        (done,) = await give_back(database, a_refund(9_000))
        assert [(p.payment_id, p.amount_minor) for p in done.pieces] == [
            (balance.payment_id, 8_000), (deposit.payment_id, 1_000),
        ]  # fmt: skip
        assert await balances(database) == {"clearing": 1_000, "escrow": 1_000}
        assert await release(database) == 2
        assert await balances(database) == {"clearing": 1_000, "merchant": 1_000}


class TestReleasing:
    async def test_on_receipt_the_fees_go_to_platform_and_the_rest_to_the_merchant(self, database):
        await paid(database, a_wish(FUNDED))
        assert await release(database) == 1
        assert await release(database) == 0
        assert await balances(database) == {
            "clearing": 10_000, "subsidy": 1_000, "creator": -500, "commission": 575, "merchant": 10_925,
        }  # fmt: skip

    async def test_what_went_back_before_is_not_released(self, database):
        await paid(database, a_wish(FUNDED))
        await give_back(database, a_refund(10_000))
        assert await release(database) == 1
        assert await balances(database) == {}

    async def test_a_refund_after_release_undoes_everybodys_share(self, database):
        await paid(database, a_wish(FUNDED))
        await release(database)
        await give_back(database, a_refund(5_000), a_refund(5_000, "r2"))
        assert await balances(database) == {}

    async def test_a_shop_without_the_money_is_refused_and_nothing_is_done(self, database):
        await paid(database, a_wish(FUNDED))
        await release(database)
        async with database.transaction() as tx:
            await tx.execute(
                "update ledger.account set floor_minor = 9000 where kind = 'merchant'"
            )  # as if most of it were drawn
        before = await entries(database)
        async with database.transaction() as tx:
            with pytest.raises(ShopLacksMoney) as refused:
                await api.refund(tx, a_refund(5_000), NOW)
        assert refused.value.data["short_minor"] > 0
        assert await entries(database) == before
        async with database.read() as connection:
            assert await api.list_order_refunds(connection, [ORDER]) == []
        async with database.transaction() as tx:
            await tx.execute("update ledger.account set floor_minor = 0 where kind = 'merchant'")
        (done,) = await give_back(database, a_refund(5_000))
        assert not done.is_repeated

    async def test_what_was_not_paid_is_not_released(self, database):
        await start(database)
        assert await release(database) == 0


async def test_the_ledgers_audit_is_clean_after_all_of_it(database, house):
    await paid(database, a_wish(FUNDED), a_wish(a_part(77, order_id=OTHER_ORDER), key="k2"))
    await give_back(database, a_refund(333))
    await release(database, ORDER, OTHER_ORDER)
    await give_back(database, a_refund(667, "r2"), a_refund(77, "r3", OTHER_ORDER))
    assert await audit_ledger(house) == []
