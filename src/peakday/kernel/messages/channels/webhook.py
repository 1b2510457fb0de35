"""How does a message reach another program? As one signed POST, to a public address only.

The address is typed by a merchant, so it could name our own inner network. It is judged at sending, after its name was
resolved, and the connection goes to the very address that was judged: a name that changes its mind meanwhile wins
nothing. Redirects are not followed. A receiver checks `X-Peakday-Signature: t=<seconds>,v1=<hex>`, where v1 is
HMAC-SHA256 of `<seconds>.<body>` under the secret that was shown once, and refuses what is old.
"""

import asyncio
import hashlib
import hmac
import re
import socket
import ssl
from collections.abc import Iterable
from datetime import UTC, datetime
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

import msgspec

from peakday.kernel.messages.channels.letter import DELIVER_SECONDS_MAX, Letter, Receipt, Undeliverable

URL_LETTERS_MAX = 500
STATUS_LINE_BYTES_MAX = 1024
LOW_PORTS = frozenset({80, 443})  # of the ports below 1024: no webhook lives where mail or files do
_RETRIED = frozenset({408, 425, 429})
_PLAIN_URL = re.compile(r"https?://[!-~]+")  # no blanks, no control letters: nothing can break out of its line
_NAT64 = IPv6Network("64:ff9b::/96")
_STATUS = re.compile(rb"HTTP/1\.[01] ([0-9]{3})")

Address = IPv4Address | IPv6Address


class WebhookChannel:
    """A receiver of ours somewhere else; `networks` are inner ones that may be reached, none by default."""

    def __init__(self, networks: Iterable[str] = ()) -> None:
        self._networks = tuple(ip_network(text) for text in networks)

    async def deliver(self, letter: Letter) -> Receipt:
        """Post it; any 2xx is a receipt."""
        where = read_url(letter.address)
        async with asyncio.timeout(DELIVER_SECONDS_MAX):
            address = await self._judged_address(where)
            status = await _post(where, address, body_of(letter), letter)
        if 200 <= status < 300:
            return Receipt(f"HTTP {status}")
        if status in _RETRIED or status >= 500:
            raise ConnectionError(f"HTTP {status}")
        raise Undeliverable(f"HTTP {status}")

    async def _judged_address(self, where: SplitResult) -> Address:
        """The first address of the name, when none of its addresses is an inner one."""
        assert where.hostname is not None
        found = await asyncio.get_running_loop().getaddrinfo(
            where.hostname, _port(where), type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP
        )
        addresses = [ip_address(entry[4][0]) for entry in found]
        for address in addresses:
            is_allowed = any(address in network for network in self._networks)
            if not is_allowed and not is_public(address):
                raise Undeliverable(f"{where.hostname} is not a public address")
            if not is_allowed and where.scheme != "https":
                raise Undeliverable("only https leaves the house")
        return addresses[0]


def read_url(text: str) -> SplitResult:
    """A webhook's address. Raises `Undeliverable` for one that we would never call."""
    if len(text) > URL_LETTERS_MAX or not _PLAIN_URL.fullmatch(text):
        raise Undeliverable("not an address of the web")
    try:
        where = urlsplit(text)
        port = _port(where)
    except ValueError as fault:
        raise Undeliverable(f"not an address of the web: {fault}") from fault
    if not where.hostname or where.username is not None:
        raise Undeliverable("an address of the web has a host and no user")
    if port < 1024 and port not in LOW_PORTS:
        raise Undeliverable(f"port {port} is not called")
    return where


def is_public(address: Address) -> bool:
    """Whether an address lies in the open internet; an IPv4 address inside an IPv6 one is judged, or refused."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(address.ipv4_mapped)
        if address.sixtofour is not None or address.teredo is not None or address in _NAT64:
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def body_of(letter: Letter) -> bytes:
    """The letter as JSON."""
    risk = letter.at_risk
    return msgspec.json.encode({
        "delivery_id": str(letter.delivery_id), "message_id": str(letter.message_id), "topic": letter.topic,
        "language": letter.language, "subject": letter.subject, "body": letter.body,
        "money_at_risk_minor": risk and risk.minor, "currency": risk and risk.currency,
        "deadline": letter.deadline and letter.deadline.isoformat(), "link": letter.href,
        "sent_at": letter.sent_at.isoformat(),
    })  # fmt: skip


def sign(secret: str, body: bytes, seconds: int) -> str:
    """What `X-Peakday-Signature` says of a body sent at so many seconds since 1970."""
    digest = hmac.new(secret.encode(), b"%d." % seconds + body, hashlib.sha256).hexdigest()
    return f"t={seconds},v1={digest}"


async def _post(where: SplitResult, address: Address, body: bytes, letter: Letter) -> int:
    """The status that the receiver answers; nothing else of its answer is read."""
    assert where.hostname is not None
    context = ssl.create_default_context() if where.scheme == "https" else None
    reader, writer = await asyncio.open_connection(
        str(address), _port(where), ssl=context, server_hostname=where.hostname if context else None,
        limit=STATUS_LINE_BYTES_MAX,
    )  # fmt: skip
    try:
        target = (where.path or "/") + (f"?{where.query}" if where.query else "")
        seconds = int(datetime.now(UTC).timestamp())  # a receiver compares it with its own clock, not with ours
        head = (
            f"POST {target} HTTP/1.1\r\nHost: {where.netloc}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\nUser-Agent: Peakday\r\nConnection: close\r\n"
            f"X-Peakday-Delivery: {letter.delivery_id}\r\n"
            f"X-Peakday-Signature: {sign(letter.secret or '', body, seconds)}\r\n\r\n"
        )
        writer.write(head.encode("ascii") + body)
        await writer.drain()
        match = _STATUS.match(await reader.readline())
        if match is None:
            raise ConnectionError("the receiver does not speak HTTP")
        return int(match[1])
    except ValueError as fault:  # a line beyond the limit
        raise ConnectionError("the receiver's first line has no end") from fault
    finally:
        writer.close()


def _port(where: SplitResult) -> int:
    return where.port or (443 if where.scheme == "https" else 80)
