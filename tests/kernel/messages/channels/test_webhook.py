"""Does a webhook reach its receiver, signed, and never an inner address?"""

import asyncio
import hashlib
import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import ip_address
from uuid import uuid4

import msgspec
import pytest

from peakday.kernel.messages.channels import Letter, Undeliverable
from peakday.kernel.messages.channels.webhook import WebhookChannel, is_public, read_url
from peakday.kernel.money import Money

LOOPBACK = ("127.0.0.0/8",)
LETTER = Letter(
    uuid4(), uuid4(), "", "s3cret", "en", "price_risk", "Below the red line", "Loses 5 yuan", Money(500, "CNY"), None,
    "https://console.example/shop/x", datetime(2026, 11, 11, tzinfo=UTC),
)  # fmt: skip


@asynccontextmanager
async def receiver(answer: bytes) -> AsyncIterator[tuple[str, list[bytes]]]:
    """A program that listens: its address, and what came in."""
    received: list[bytes] = []

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(next(line for line in head.split(b"\r\n") if line.startswith(b"Content-Length")).split(b":")[1])
        received.append(head + await reader.readexactly(length))
        writer.write(answer)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(take, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook?team=1", received


async def test_a_letter_is_posted_once_and_signed():
    async with receiver(b"HTTP/1.1 204 No Content\r\n\r\n") as (address, received):
        receipt = await WebhookChannel(LOOPBACK).deliver(replace(LETTER, address=address))
    (request,) = received
    head, _, body = request.partition(b"\r\n\r\n")
    headers = dict(line.split(b": ", 1) for line in head.split(b"\r\n")[1:])
    seconds, _, digest = headers[b"X-Peakday-Signature"].removeprefix(b"t=").partition(b",v1=")
    assert receipt.detail == "HTTP 204"
    assert not receipt.is_simulated
    assert head.startswith(b"POST /hook?team=1 HTTP/1.1\r\n")
    assert digest.decode() == hmac.new(b"s3cret", seconds + b"." + body, hashlib.sha256).hexdigest()
    assert abs(int(seconds) - datetime.now(UTC).timestamp()) < 60
    assert msgspec.json.decode(body)["money_at_risk_minor"] == 500


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:8022/", "https://localhost/", "https://10.0.0.8/", "https://169.254.169.254/latest/meta-data",
        "https://[::1]/", "https://[::ffff:10.0.0.1]/", "https://0.0.0.0/", "https://[fd00::1]/", "https://2130706433/",
        "https://0x7f.1/", "https://100.64.0.1/", "https://192.168.1.1:8443/", "https://[64:ff9b::a00:1]/",
        "https://[2002:a00:1::]/", "https://224.0.0.1/",
    ],
)  # fmt: skip
async def test_an_inner_address_is_refused_at_sending(address):
    with pytest.raises(Undeliverable, match="not a public address"):
        await WebhookChannel().deliver(replace(LETTER, address=address))


async def test_an_inner_receiver_gets_nothing_unless_its_network_is_allowed():
    async with receiver(b"HTTP/1.1 200 OK\r\n\r\n") as (address, received):
        with pytest.raises(Undeliverable):
            await WebhookChannel(("10.0.0.0/8",)).deliver(replace(LETTER, address=address))
        assert received == []


async def test_a_redirect_is_not_followed():
    async with receiver(b"HTTP/1.1 200 OK\r\n\r\n") as (inner, received):
        redirect = f"HTTP/1.1 302 Found\r\nLocation: {inner}\r\n\r\n".encode()
        async with receiver(redirect) as (address, _):
            with pytest.raises(Undeliverable, match="HTTP 302"):
                await WebhookChannel(LOOPBACK).deliver(replace(LETTER, address=address))
        assert received == []


@pytest.mark.parametrize("answer", [b"HTTP/1.1 503 Busy\r\n\r\n", b"HTTP/1.1 429 Slow\r\n\r\n", b"x" * 5000, b""])
async def test_a_receiver_in_trouble_is_worth_another_try(answer):
    async with receiver(answer) as (address, _):
        with pytest.raises((ConnectionError, OSError)):
            await WebhookChannel(LOOPBACK).deliver(replace(LETTER, address=address))


@pytest.mark.parametrize(
    "address",
    ["ftp://example.org/", "https://", "https://user@example.org/", "https://example.org/a b", "//example.org",
     "https://example.org:22/", "https://example.org:99999/", "https://example.org/\r\nHost: inner", "x" * 600],
)  # fmt: skip
def test_what_is_no_address_of_the_web_is_refused(address):
    with pytest.raises(Undeliverable):
        read_url(address)


@pytest.mark.parametrize("text", ["8.8.8.8", "2606:4700:4700::1111"])
def test_the_open_internet_is_public(text):
    assert is_public(ip_address(text))
