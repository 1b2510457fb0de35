"""Do prices switch at 20:00:00.000 of the database, whatever the shoppers' clocks say? (TE-01)

A burst across the instant, at the real doors of a real process: half of the shoppers have clocks that are half a minute
fast and try to buy at the sale price before it is there.
"""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

import httpx
import pytest

from peakday.kernel.ids import show_id
from peakday.kernel.settings import read_settings
from peakday.market.accounts import api as accounts
from peakday.market.accounts.model import BuyerId, BuyerPass
from peakday.trade.carts import api as carts
from tests.apps.storefront.bazaar import SALE_MINOR, Bazaar
from tests.apps.storefront.conftest import Street

pytestmark = pytest.mark.timeout(240)

USUAL_MINOR = {"tea": 59_00, "cup": 45_00}
SHOPPERS = 12
BEFORE, AFTER = 3.0, 3.0  # seconds of the burst on either side
SKEW = timedelta(seconds=30)


@dataclass
class Seen:
    """What the shoppers saw and got."""

    looks: list[tuple[datetime, int]] = field(default_factory=list)  # the answer's instant and price
    orders: list[tuple[datetime, int]] = field(default_factory=list)
    refused: dict[str, int] = field(default_factory=dict)

    def refuse(self, code: str) -> None:
        self.refused[code] = self.refused.get(code, 0) + 1


def passes(street: Street, count: int) -> list[dict[str, str]]:
    """Headers of simulated shoppers, one buyer each."""
    secret = accounts.buyer_secret(read_settings({"PEAKDAY_HOME": str(street.home)}))
    now = datetime.now(UTC)
    ends, own = now + timedelta(hours=1), street.bazaar.buyer_id.int
    ids = [BuyerId(UUID(int=own ^ number)) for number in range(count)]
    made = [BuyerPass(one, is_guest=False, is_simulated=True, expires_at=ends, issued_at=now) for one in ids]
    return [{"authorization": f"Bearer {accounts.make_buyer_token(secret, one)}"} for one in made]


async def look(client: httpx.AsyncClient, street: Street, seen: Seen) -> None:
    item = (await client.get(f"/v1/items/{show_id('itm', street.bazaar.item('tea'))}")).json()
    seen.looks.append((datetime.fromisoformat(item["at"]), item["skus"][0]["final_minor"]))


async def press(client: httpx.AsyncClient, street: Street, headers, wish: tuple[str, int | None], seen: Seen) -> None:
    key, seen_minor = wish
    body = {
        "key": key,
        "shop_id": show_id("shp", street.bazaar.shop_id),
        "sku_id": show_id("sku", street.bazaar.sku("tea")),
    }
    if seen_minor is not None:
        body["seen_minor"] = seen_minor
    answer = await client.post("/v1/my/flash-orders", json=body, headers=headers)
    told = answer.json()
    if answer.status_code == 201:
        seen.orders.append((datetime.fromisoformat(told["created_at"]), told["payable_minor"]))
    else:
        seen.refuse(told["code"])


async def shopper(street: Street, number: int, headers, turn: tuple[datetime, Seen]) -> None:
    """Looks and presses until the burst is over; those with an odd number have a clock that is fast."""
    starts, seen = turn
    async with httpx.AsyncClient(base_url=street.address, timeout=60) as client:
        for attempt in range(10_000):
            now = datetime.now(UTC)
            if now > starts + timedelta(seconds=AFTER):
                return
            believes_it_began = now + (SKEW if number % 2 else timedelta(0)) >= starts
            await press(
                client, street, headers, (f"{number}-{attempt}", SALE_MINOR if believes_it_began else None), seen
            )
            if number < 3:
                await look(client, street, seen)
            await asyncio.sleep(0.15)


async def carts_across(street: Street, turn: tuple[datetime, Seen]) -> None:
    """One buyer orders two kinds at once, again and again, each time at the price that the quote just gave."""
    starts, seen = turn
    [headers] = passes(street, 1)
    bazaar = street.bazaar
    async with httpx.AsyncClient(base_url=street.address, timeout=60, headers=headers) as client:
        address = {"recipient": "李梅", "phone": "13800000000", "city": "杭州", "street": "文三路 1 号"}
        kept = (await client.post("/v1/my/addresses", json=address)).json()["address_id"]
        wanted = [carts.Wanted(bazaar.shop_id, bazaar.sku(ref), 1) for ref in ("tea", "cup")]
        for attempt in range(10_000):
            if datetime.now(UTC) > starts + timedelta(seconds=AFTER):
                return
            async with bazaar.database.read() as connection:
                quote = await carts.quote(connection, bazaar.buyer_id, wanted)
            body = {
                "key": f"cart-{attempt}", "seen_token": quote.token, "seen_minor": quote.payable_minor,
                "deliveries": [{"address_id": kept}],
                "wanted": [
                    {"shop_id": show_id("shp", each.shop_id), "sku_id": show_id("sku", each.sku_id), "quantity": 1}
                    for each in wanted
                ],
            }  # fmt: skip
            answer = await client.post("/v1/my/checkouts", json=body)
            if answer.status_code != 201:
                seen.refuse(answer.json()["code"])
            await asyncio.sleep(0.1)


async def lines_of(bazaar: Bazaar) -> list[tuple[datetime, dict[str, int]]]:
    """Every native order: when it was placed, and what one piece of each kind cost in it."""
    names = {bazaar.item(ref): ref for ref in ("tea", "cup")}
    async with bazaar.database.read() as connection:
        rows = await connection.fetch(
            "select o.order_id, o.created_at, l.item_id, l.list_minor / l.quantity as piece"
            " from orders.customer_order o join orders.line l using (shop_id, order_id) where o.source = 'peakday'"
        )
    found: dict[object, tuple[datetime, dict[str, int]]] = {}
    for row in rows:
        found.setdefault(row["order_id"], (row["created_at"], {}))[1][names[row["item_id"]]] = row["piece"]
    return list(found.values())


@pytest.mark.capability("TE-01")
async def test_no_sale_price_before_the_instant_all_after_it_and_never_two_versions_in_one_order(street: Street):
    seen = Seen()
    headers = passes(street, SHOPPERS)
    async with httpx.AsyncClient(base_url=street.address, timeout=60) as client:
        await look(client, street, Seen())  # the process is warm
    starts = await street.bazaar.begin_sale(BEFORE + 1, "tea", "cup")
    await asyncio.gather(
        *(shopper(street, number, headers[number], (starts, seen)) for number in range(SHOPPERS)),
        carts_across(street, (starts, seen)),
    )
    for at, minor in seen.looks:
        assert minor == (SALE_MINOR if at >= starts else USUAL_MINOR["tea"]), (at, starts, minor)
    for at, minor in seen.orders:
        assert minor == (SALE_MINOR if at >= starts else USUAL_MINOR["tea"]), (at, starts, minor)
    kept = await lines_of(street.bazaar)
    for at, pieces in kept:
        right = {ref: SALE_MINOR if at >= starts else USUAL_MINOR[ref] for ref in pieces}
        assert pieces == right, (at, starts)
    both = [pieces for _, pieces in kept if len(pieces) == 2]
    before = sum(at < starts for at, _ in kept)
    assert (before > 0, len(kept) - before > 0, len(both) > 0) == (True, True, True), (before, len(kept), seen.refused)
    assert min(at for at, _ in seen.looks) < starts < max(at for at, _ in seen.looks)
    assert seen.refused.get("price_changed", 0) > 0, seen.refused  # the fast clocks were told, and bought nothing
