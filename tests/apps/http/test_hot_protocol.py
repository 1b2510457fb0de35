"""Does the short way through the server keep to HTTP, and to the law of the hot door?"""

import asyncio
import json

import httpx
import pytest
import uvicorn

from peakday.apps.cli.bench_flash_sale_market import make_market, make_passes
from peakday.apps.http.hot_protocol import read_plain
from peakday.apps.http.manners import SECURITY_HEADERS
from peakday.kernel.clock import SystemClock
from peakday.kernel.ids import show_id
from peakday.market.accounts import api as accounts
from peakday.trade.orders.web.flash_v1 import PATH

HTTP = "peakday.apps.http.hot_protocol:HotProtocol"


@pytest.fixture
async def address(market):
    market.house.clock = SystemClock()
    config = uvicorn.Config(market.app, port=0, http=HTTP, lifespan="off", log_level="error", server_header=False)
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    host, port = server.servers[0].sockets[0].getsockname()[:2]
    await accounts.revoked_passes(market.house.database).look(market.house.database)
    yield host, port
    server.should_exit = True
    await task


@pytest.fixture
async def wish(market):
    (good,) = await make_market(market.house.database, 1, 5)
    token = make_passes(accounts.buyer_secret(market.house.settings), 1)[0][1]

    def write(key="k1", token=token, head="", **more):
        body = json.dumps(
            {"key": key, "shop_id": show_id("shp", good.shop_id), "sku_id": show_id("sku", good.sku_id)} | more
        )
        return (
            f"POST {PATH} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n{head}"
            f"Content-Length: {len(body)}\r\n\r\n{body}"
        ).encode()

    return write


class Line:
    """One connection, spoken to in bytes."""

    def __init__(self, reader, writer):
        self.reader, self.writer = reader, writer

    async def ask(self, *requests):
        self.writer.write(b"".join(requests))
        return [await self.answer() for _ in requests]

    async def answer(self):
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode().lower()
        headers = dict(line.split(": ", 1) for line in head.split("\r\n")[1:-2])
        body = await self.reader.readexactly(int(headers["content-length"]))
        return int(head.split(" ")[1]), headers, json.loads(body)


@pytest.fixture
async def line(address):
    reader, writer = await asyncio.open_connection(*address)
    yield Line(reader, writer)
    writer.close()


async def test_one_line_serves_order_retry_and_refusal_with_all_headers(line, wish):
    (first,), (again,) = await line.ask(wish()), await line.ask(wish())
    (none,) = await line.ask(wish("k2", quantity=9))
    assert [first[0], again[0], none[0]] == [201, 200, 409]
    assert first[2]["order_id"] == again[2]["order_id"]
    for status, headers, _ in (first, again, none):
        assert headers["content-type"] == ("application/json" if status < 300 else "application/problem+json")
        assert {name: headers[name] for name in SECURITY_HEADERS} == {
            name: value.lower() for name, value in SECURITY_HEADERS.items()
        }
        assert headers["x-request-id"]
        assert headers["date"]


async def test_requests_sent_in_one_go_are_answered_in_their_order(line, wish):
    other = b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n"
    answers = await line.ask(wish("a"), wish("b"), other, wish("c"))
    assert [answer[0] for answer in answers] == [201, 201, 200, 201]
    assert len({answer[2].get("order_id") for answer in answers}) == 4


async def test_a_body_that_comes_in_pieces_is_one_wish(line, wish):
    request = wish()
    for place in range(0, len(request), 50):
        line.writer.write(request[place : place + 50])
        await asyncio.sleep(0.001)
    assert (await line.answer())[0] == 201


async def test_a_body_beyond_the_limit_and_a_bad_pass_are_refused_on_the_short_way_too(line, wish):
    assert [answer[0] for answer in await line.ask(wish("k" * 3000))] == [413]
    assert [answer[0] for answer in await line.ask(wish(token="pkb1.AAAA"))] == [401]
    assert [answer[0] for answer in await line.ask(wish(quantity=-1))] == [422]


async def test_who_asks_to_close_is_answered_and_closed(line, wish):
    ((status, headers, _),) = await line.ask(wish(head="Connection: close\r\n"))
    assert (status, headers["connection"]) == (201, "close")
    assert await line.reader.read() == b""


async def test_who_hangs_up_leaves_an_order_that_a_retry_finds(address, wish):
    _, writer = await asyncio.open_connection(*address)
    writer.write(wish())
    await writer.drain()
    writer.close()
    await asyncio.sleep(0.3)
    reader, writer = await asyncio.open_connection(*address)
    ((status, _, _),) = await Line(reader, writer).ask(wish())
    writer.close()
    assert status in {200, 201}


async def test_everything_else_takes_the_usual_way(address):
    async with httpx.AsyncClient(base_url=f"http://{address[0]}:{address[1]}") as client:
        assert (await client.get("/health")).status_code == 200
        assert (await client.post(PATH, json={})).status_code == 401
        assert (await client.get(PATH)).status_code == 401


def a_request(head="", length=2, body=b"{}"):
    return (
        f"POST {PATH} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer pkb1.abc\r\n{head}Content-Length: {length}\r\n\r\n"
    ).encode() + body


def test_a_whole_plain_request_is_read_without_the_parser():
    assert read_plain(a_request()) == ("pkb1.abc", b"{}")
    assert read_plain(a_request("content-type:  application/json \r\nACCEPT: */*\r\n")) == ("pkb1.abc", b"{}")


@pytest.mark.parametrize(
    "request_bytes",
    [
        a_request(body=b""), a_request(body=b"{}{"), a_request(length="2x"), a_request(length=""),
        a_request(length=-2),
        a_request("Transfer-Encoding: chunked\r\n"), a_request("Content-Length: 2\r\n"),
        a_request("Connection: close\r\n"),
        a_request("Expect: 100-continue\r\n"), a_request("Host: y\r\n"), a_request("Accept: a\n b\r\n"),
        a_request(" folded: x\r\n"), a_request("Accept : x\r\n"), a_request("Accept: \0\r\n"), a_request("x\r\n"),
        a_request().replace(b"POST", b"PUT"), a_request().replace(b"1.1", b"1.0"),
        a_request().replace(b"pkb1.", b"key_"),
        a_request().replace(b"flash-orders", b"flash-orders?x=1"), a_request()[:-6], a_request()[:30],
    ],
)  # fmt: skip
def test_whatever_could_be_read_in_two_ways_is_the_parsers(request_bytes):
    assert read_plain(request_bytes) is None
