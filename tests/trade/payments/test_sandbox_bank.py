"""Which faults does the sandbox bank have, and does the house stand them?"""

from datetime import timedelta

import pytest

from peakday.trade.payments import api
from peakday.trade.payments.audit import audit
from peakday.trade.payments.errors import GatewayNotFound, PaymentNotOpen
from peakday.trade.payments.gateways.sandbox_bank import ATTEMPTS_MAX, ChargeStatus, Decision
from peakday.trade.payments.model import Effect, NewRefund, PaymentStatus
from tests.trade.payments.builders import NOW, ORDER, THE_BUYER, a_wish, an_id, balances, start

MINUTE = timedelta(minutes=1)


async def opened(house):
    (payment,) = await start(house.database)
    await api.open_charge(house, THE_BUYER, payment.payment_id)
    return payment.payment_id


async def receive(house):
    """Take the letters that are due as the door does; what each did."""
    sandbox, effects = api.sandbox_of(house), []
    due = await sandbox.take_letters(100)
    for _, letter in due:
        async with house.database.transaction() as tx:
            taken = await api.take_callback(tx, sandbox, letter, house.clock.now())
            await api.post_money(tx, [taken], house.clock.now())
        effects.append(taken.effect)
    await sandbox.note_letters([one.letter_id for one, _ in due], [])
    return effects


async def decide(house, payment_id, decision, late_seconds=60):
    return await api.sandbox_of(house).decide(payment_id, decision, late_seconds)


@pytest.mark.parametrize(
    "decision, effects",
    [
        (Decision.SUCCESS, [Effect.CAPTURED]),
        (Decision.DECLINE, [Effect.DECLINED]),
        (Decision.DOUBLE, [Effect.CAPTURED, Effect.REPEATED]),
        (Decision.OUT_OF_ORDER, [Effect.CAPTURED, Effect.STALE]),
    ],
)
async def test_each_decision_is_told_in_its_way(house, decision, effects):
    payment_id = await opened(house)
    await decide(house, payment_id, decision)
    seen = await receive(house)
    house.clock.advance(MINUTE)
    assert seen + await receive(house) == effects
    assert await receive(house) == []
    assert await audit(house) == []


async def test_a_late_letter_comes_late_and_the_bank_can_be_asked_before(house):
    payment_id = await opened(house)
    assert await api.ask_gateway(house, payment_id) is None
    assert await decide(house, payment_id, Decision.LATE, 3_600) is ChargeStatus.CAPTURED
    assert await receive(house) == []
    notice = await api.ask_gateway(house, payment_id)
    async with house.database.transaction() as tx:
        taken = await api.take_notices(tx, [notice], NOW)
        await api.post_money(tx, taken, NOW)
    assert [t.effect for t in taken] == [Effect.CAPTURED]
    house.clock.advance(60 * MINUTE)
    assert await receive(house) == [Effect.REPEATED]
    assert await balances(house.database) == {"clearing": 10_000, "escrow": 10_000}


async def test_a_captured_charge_stays_captured_whatever_is_decided_then(house):
    payment_id = await opened(house)
    await decide(house, payment_id, Decision.SUCCESS)
    for decision in Decision:
        assert await decide(house, payment_id, decision) is ChargeStatus.CAPTURED
    assert await receive(house) == [Effect.CAPTURED]


async def test_a_letter_that_does_not_arrive_is_sent_again_until_it_was_tried_too_often(house):
    payment_id = await opened(house)
    await decide(house, payment_id, Decision.SUCCESS)
    sandbox, sent = api.sandbox_of(house), 0
    for _ in range(ATTEMPTS_MAX + 5):
        due = await sandbox.take_letters(10)
        assert await sandbox.take_letters(10) == []  # a letter under way is nobody else's
        sent += len(due)
        await sandbox.note_letters([], [(one, "HTTP 503") for one, _ in due])
        house.clock.advance(2 * MINUTE)
    assert sent == ATTEMPTS_MAX


async def test_a_sender_that_dies_loses_no_letter(house):
    payment_id = await opened(house)
    await decide(house, payment_id, Decision.SUCCESS)
    assert len(await api.sandbox_of(house).take_letters(10)) == 1
    house.clock.advance(MINUTE)
    assert await receive(house) == [Effect.CAPTURED]


async def test_no_charge_is_opened_for_what_is_paid_or_cancelled(house):
    payment_id = await opened(house)
    await decide(house, payment_id, Decision.SUCCESS)
    await receive(house)
    with pytest.raises(PaymentNotOpen):
        await api.open_charge(house, THE_BUYER, payment_id)


async def test_what_nobody_told_of_can_be_listed_and_asked(house):
    payment_id = await opened(house)
    async with house.database.read() as connection:
        assert await api.list_unanswered(connection, NOW) == []
        assert await api.list_unanswered(connection, NOW + MINUTE) == [payment_id]


async def test_no_gateway_of_another_name(house):
    with pytest.raises(GatewayNotFound):
        api.gateway_of(house, "purse")


class TestTellingTheBankOfRefunds:
    async def refunded(self, house, amount_minor=4_000):
        payment_id = await opened(house)
        await decide(house, payment_id, Decision.SUCCESS)
        await receive(house)
        async with house.database.transaction() as tx:
            await api.refund(tx, NewRefund(an_id("r1"), ORDER, amount_minor, "torn"), NOW)
        return payment_id

    async def statuses(self, house):
        async with house.database.read() as connection:
            return [each.status.value for each in await api.list_order_refunds(connection, [ORDER])]

    async def test_the_bank_gives_it_back_once(self, house):
        await self.refunded(house)
        assert await self.statuses(house) == ["asked"]
        assert await api.tell_refunds(house) == 1
        assert await api.tell_refunds(house) == 0
        assert await self.statuses(house) == ["sent"]
        async with house.database.read() as connection:
            given = await connection.fetchval("select refunded_minor from payments.bank_charge")
            told = await connection.fetchval(
                "select count(*) from kernel.outbox where topic = 'payments.RefundSent.v1'"
            )
        assert (given, told) == (4_000, 1)
        assert await audit(house) == []

    async def test_a_worker_that_dies_after_telling_tells_again_and_nothing_is_doubled(self, house):
        await self.refunded(house)
        await api.tell_refunds(house)
        async with house.database.transaction() as tx:  # as if it had died before it wrote that down
            await tx.execute("update payments.refund set status = 'asked', sent_at = null, next_try_at = asked_at")
        assert await api.tell_refunds(house) == 1
        async with house.database.read() as connection:
            assert await connection.fetchval("select refunded_minor from payments.bank_charge") == 4_000
        assert await audit(house) == []

    async def test_what_the_bank_denies_is_set_aside_for_a_person(self, house):
        payment_id = await self.refunded(house)
        async with house.database.transaction() as tx:
            await tx.execute("update payments.bank_charge set refunded_minor = amount_minor")
        await api.tell_refunds(house)
        assert await self.statuses(house) == ["failed"]
        assert [f.invariant for f in await audit(house)] == ["refund_reached_its_gateway"]
        async with house.database.read() as connection:
            assert (await api.find_payment(connection, payment_id)).status is PaymentStatus.CAPTURED


PLANTS = {
    "payment_is_the_sum_of_its_parts": "update payments.part set paid_minor = paid_minor + 1",
    "captured_payment_was_told": "delete from payments.notice",
    "refunds_are_what_the_part_counts": "update payments.part set refunded_minor = refunded_minor + 1",
    "escrow_is_what_was_paid_and_not_released": "update ledger.account set net_minor = 7 where kind = 'escrow'",
    "clearing_is_what_came_in_and_did_not_go_back": "update ledger.account set net_minor = 0 where kind = 'clearing'",
    "bank_and_house_agree": "update payments.payment set status = 'pending', captured_at = null",
    "bank_gave_back_what_was_sent": "delete from payments.bank_refund",
}


@pytest.mark.parametrize("invariant, plant", PLANTS.items())
async def test_the_audit_finds_what_is_planted(house, invariant, plant):
    await TestTellingTheBankOfRefunds().refunded(house)
    await api.tell_refunds(house)
    assert await audit(house) == []
    async with house.database.transaction() as tx:
        await tx.execute("update payments.bank_letter set settled_at = now() - interval '1 day'")
        await tx.execute(plant)
    assert invariant in {finding.invariant for finding in await audit(house)}


async def test_the_audit_of_two_funders_and_odd_refunds_is_clean(house):
    part = a_wish().parts[0]
    wish = a_wish(type(part)(part.shop_id, ORDER, 997, 100, 51, an_id("creator")))
    (payment,) = await start(house.database, wish)
    await api.open_charge(house, THE_BUYER, payment.payment_id)
    await decide(house, payment.payment_id, Decision.SUCCESS)
    await receive(house)
    for i in range(5):
        async with house.database.transaction() as tx:
            await api.refund(tx, NewRefund(an_id(f"r{i}"), ORDER, 7 + 13 * i, "torn"), NOW)
        assert await audit(house) == []
