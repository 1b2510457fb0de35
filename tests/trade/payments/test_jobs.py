"""Do the sandbox's letters reach the public door over HTTP, and are they sent again when it does not answer?"""

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import uvicorn
from fastapi import FastAPI, Request, Response

from peakday.trade.payments import api
from peakday.trade.payments.gateways.sandbox_bank import Decision
from peakday.trade.payments.jobs import own_address, send_letters
from peakday.trade.payments.model import Letter, PaymentStatus
from tests.trade.payments.builders import THE_BUYER, a_part, a_wish, an_id, start

PAUSE = timedelta(minutes=2)


@asynccontextmanager
async def a_public_door(house, statuses):
    """A door on a port of its own that answers with these statuses and then takes what it gets."""
    app, left = FastAPI(), list(statuses)

    @app.post("/v1/gateways/{name}/callbacks")
    async def take(name: str, request: Request) -> Response:
        if left:
            return Response(status_code=left.pop(0))
        letter = Letter(dict(request.headers), await request.body())
        async with house.database.transaction() as tx:
            taken = await api.take_callback(tx, api.gateway_of(house, name), letter, house.clock.now())
            await api.post_money(tx, [taken], house.clock.now())
        return Response(status_code=200)

    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", lifespan="off"))
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    house.settings = replace(house.settings, host="127.0.0.1", port=port, public_url=None)
    try:
        yield
    finally:
        server.should_exit = True
        await task


async def decided(house, count):
    payments = []
    for number in range(count):
        (payment,) = await start(house.database, a_wish(a_part(order_id=an_id(f"order{number}")), key=f"k{number}"))
        await api.open_charge(house, THE_BUYER, payment.payment_id)
        await api.sandbox_of(house).decide(payment.payment_id, Decision.SUCCESS)
        payments.append(payment.payment_id)
    return payments


async def captured(house, payments):
    async with house.database.read() as connection:
        found = [await api.find_payment(connection, one) for one in payments]
    return sum(one.status is PaymentStatus.CAPTURED for one in found)


async def test_letters_go_over_http_and_arrive(house):
    payments = await decided(house, 30)
    async with a_public_door(house, []):
        await send_letters(house)
    assert await captured(house, payments) == 30
    assert await api.sandbox_of(house).take_letters(10) == []


async def test_what_was_refused_or_not_heard_is_sent_again(house):
    payments = await decided(house, 2)
    house.settings = replace(house.settings, host="127.0.0.1", port=9, public_url=None)
    await send_letters(house)  # nobody listens there
    assert await captured(house, payments) == 0
    async with a_public_door(house, [503, 429]):
        house.clock.advance(PAUSE)
        await send_letters(house)
        assert await captured(house, payments) == 0
        house.clock.advance(PAUSE)
        await send_letters(house)
    assert await captured(house, payments) == 2


def test_our_own_address_is_one_that_can_be_called(house):
    anywhere = replace(house.settings, host="0.0.0.0", port=8022, public_url=None)
    assert own_address(anywhere) == "http://127.0.0.1:8022"
    assert own_address(replace(anywhere, public_url="https://peakday.example")) == "https://peakday.example"
