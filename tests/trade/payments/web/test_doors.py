"""Does a buyer see and pay their own payments, and only those; and do the sandbox's letters come in at the door?"""

from contextlib import asynccontextmanager

import pytest

from peakday.kernel.ids import read_id, show_id
from peakday.market.accounts.web import buyers_v1
from peakday.trade.payments import api
from peakday.trade.payments.model import Effect, PaymentStatus
from peakday.trade.payments.web import v1
from tests.market.doors import put_behind_the_door, visitor
from tests.trade.payments.builders import NOW, a_wish, an_id, start


@pytest.fixture(autouse=True)
def _payments_behind_the_door(monkeypatch):
    put_behind_the_door(monkeypatch, buyers_v1, v1)


@asynccontextmanager
async def a_buyer(house):
    """A guest with a pass, and who they are."""
    async with visitor(house) as client:
        answer = await client.post("/v1/buyers/guests")
        assert answer.status_code == 201, answer.text
        body = answer.json()
        client.headers["authorization"] = f"Bearer {body['token']}"
        yield client, read_id("byr", body["buyer_id"])


async def test_a_buyer_pays_with_two_calls_and_the_letter_does_the_rest(house):
    async with a_buyer(house) as (client, buyer_id):
        (payment,) = await start(house.database, a_wish(buyer_id=buyer_id))
        shown = show_id("pay", payment.payment_id)
        before = (await client.get(f"/v1/my/payments/{shown}")).json()
        charge = (await client.post(f"/v1/my/payments/{shown}/charge")).json()
        door = f"/v1/sandbox/charges/{charge['charge_id']}/decision"
        decided = await client.post(door, json={"decision": "success"})
        ((_, letter),) = await api.sandbox_of(house).take_letters(10)
        async with house.database.transaction() as tx:
            taken = await api.take_callback(tx, api.sandbox_of(house), letter, NOW)
            await api.post_money(tx, [taken], NOW)
        after = (await client.get(f"/v1/my/payments/{shown}")).json()
        again = await client.post(f"/v1/my/payments/{shown}/charge")
    assert (before["status"], before["simulated"], before["amount_minor"]) == ("pending", True, 10_000)
    assert "Simulated" in before["gateway_label"]["en"]
    assert before["pay_url"] == charge["page_url"] == f"/mall/pay/{shown}"
    assert decided.json() == {"charge_id": charge["charge_id"], "status": "captured"}
    assert taken.effect is Effect.CAPTURED
    assert (after["status"], after["orders"][0]["paid_minor"]) == ("captured", 10_000)
    assert again.status_code == 409


async def test_the_sandbox_can_be_told_without_opening_the_charge_first(house):
    async with a_buyer(house) as (client, buyer_id):
        (payment,) = await start(house.database, a_wish(buyer_id=buyer_id))
        door = f"/v1/sandbox/charges/{show_id('chg', payment.payment_id)}/decision"
        answers = [await client.post(door, json={"decision": word}) for word in ("decline", "double", "success")]
    assert [answer.json()["status"] for answer in answers] == ["declined", "captured", "captured"]


@pytest.mark.parametrize("body", [{}, {"decision": "steal"}, {"decision": "late", "late_seconds": -1}, []])
async def test_the_bank_is_told_nothing_else(house, body):
    async with a_buyer(house) as (client, buyer_id):
        (payment,) = await start(house.database, a_wish(buyer_id=buyer_id))
        answer = await client.post(f"/v1/sandbox/charges/{show_id('chg', payment.payment_id)}/decision", json=body)
    assert answer.status_code == 422
    assert await api.sandbox_of(house).take_letters(10) == []


async def test_another_buyers_payment_does_not_exist(house):
    (payment,) = await start(house.database)
    pay, charge = show_id("pay", payment.payment_id), show_id("chg", payment.payment_id)
    async with a_buyer(house) as (client, _):
        answers = [
            await client.get(f"/v1/my/payments/{pay}"),
            await client.post(f"/v1/my/payments/{pay}/charge"),
            await client.post(f"/v1/sandbox/charges/{charge}/decision", json={"decision": "success"}),
            await client.get(f"/v1/my/payments/{show_id('pay', an_id('nobody'))}"),
        ]
    assert [answer.status_code for answer in answers] == [404] * 4
    async with house.database.read() as connection:
        assert (await api.find_payment(connection, payment.payment_id)).status is PaymentStatus.PENDING
        assert await connection.fetchval("select count(*) from payments.bank_charge") == 0


async def test_a_stranger_is_asked_who_they_are(house):
    (payment,) = await start(house.database)
    async with visitor(house) as client:
        assert (await client.get(f"/v1/my/payments/{show_id('pay', payment.payment_id)}")).status_code == 401
