"""What do an ordinary offer and deal look like in tests? Builders with good defaults."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from peakday.kernel.clock import day_start
from peakday.kernel.ids import derived_id
from peakday.kernel.rulesets import in_force
from peakday.market.catalog.api import copy_items
from peakday.market.catalog.model import NewItem, NewSku, item_id_of, sku_id_of
from peakday.trade.price_history.model import Counting, Deal, DealKind, Offer, OfferKind, Scope, Window

SHOP = UUID("01900000-0000-7000-8000-000000000001")
ITEM = item_id_of(SHOP, "tea")
SKU = sku_id_of(SHOP, "tea", "tea")
OTHER_SKU = sku_id_of(SHOP, "tea", "big tea")
NOW = datetime(2022, 11, 1, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
COUNTING = Counting.of(in_force("low_price", date(2022, 11, 1)))


def at(month: int, day: int, hour: int = 12, year: int = 2022) -> datetime:
    """An hour of a market day."""
    return day_start(date(year, month, day)) + hour * HOUR


def an_offer(price=10_000, since=NOW, until=None, **changes) -> Offer:
    wanted = {
        "shop_id": SHOP, "item_id": ITEM, "sku_id": SKU, "kind": OfferKind.LIST, "price_minor": price,
        "currency": "CNY", "valid_from": since, "valid_until": until, "source": "tests",
    }  # fmt: skip
    return Offer(**(wanted | changes))


def a_deal(paid=10_000, when=NOW, ref="1", **changes) -> Deal:
    wanted = {
        "shop_id": SHOP, "order_id": derived_id(when, "order", ref), "line_no": 1, "item_id": ITEM, "sku_id": SKU,
        "kind": DealKind.SPOT, "quantity": 1, "paid_minor": paid, "currency": "CNY", "paid_at": when,
    }  # fmt: skip
    return Deal(**(wanted | changes))


def deals_of(*prices: int, when=NOW) -> list[Deal]:
    return [a_deal(price, when, ref=f"{when}/{n}") for n, price in enumerate(prices)]


def a_scope(first=date(2022, 11, 1), last=date(2022, 11, 30), **changes) -> Scope:
    return Scope(**({"window": Window.of_days(first, last), "currency": "CNY"} | changes))


async def list_tea(tx, shop_id, now, currency="CNY"):
    """An item with two SKUs in a shop; its id and theirs."""
    skus = (NewSku("tea", price_minor=10_000), NewSku("big tea", price_minor=20_000))
    await copy_items(tx, [NewItem(shop_id, "tests", "tea", "Longjing tea", list_price_minor=10_000, currency=currency,
                                  skus=skus)], now)  # fmt: skip
    return item_id_of(shop_id, "tea"), sku_id_of(shop_id, "tea", "tea"), sku_id_of(shop_id, "tea", "big tea")
