"""How does a test write a shop with its set-ups in one line? Instruments in the words of the price scenarios."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from functools import cache

from peakday.kernel.clock import MARKET_ZONE
from peakday.operations.health.model import WITNESS_LINE, AskedPrice, Reach, SetUp, Ware
from peakday.operations.health.rules.lowest_reachable import lowest_reachable
from peakday.operations.health.rules.shelf import Shelf
from peakday.trade.promotions.api import price_cart, price_rules
from peakday.trade.promotions.model import PriceRules
from peakday.trade.promotions.scenario_words import read_instrument

NOW = datetime(2022, 11, 1, 12, 0, tzinfo=UTC)
SALE_NIGHT = datetime(2022, 11, 10, 20, 0, tzinfo=MARKET_ZONE)
TMALL = price_rules("tmall_promotions", date(2022, 11, 11))


@cache
def rules_on(day: date) -> PriceRules:
    """Tmall's rules while they held, ours afterwards."""
    return TMALL if TMALL.effective_to >= day else price_rules("stepwise_promotions", day)


def a_ware(name: str = "A", yuan: float = 100, **given) -> Ware:
    """A SKU of the shop "Shop", an item of its own."""
    fields = {
        "shop_id": "Shop", "item_id": name, "sku_id": name, "price_minor": round(yuan * 100),
        "leaf_category_id": "cat", "category_ids": frozenset({"cat"}),
    }  # fmt: skip
    return Ware(**fields | given)


def asked(yuan: float, start: datetime = NOW, hours: float | None = None, **given) -> AskedPrice:
    """An asked price from `start` on."""
    return AskedPrice(round(yuan * 100), start, start + timedelta(hours=hours) if hours else None, **given)


def set_ups(*words: str, shop_id: str | None = "Shop", made_at: datetime = NOW) -> list[SetUp]:
    """Set-ups of the shop, or with `shop_id=None` of the platform."""
    return [SetUp(read_instrument(each), shop_id, made_at) for each in words]


def a_shelf(*words: str, wares: tuple[Ware, ...] = (), platform: tuple[str, ...] = ()) -> Shelf:
    """The shop's goods ("A" for 100.00 if none are given) and set-ups."""
    return Shelf(wares or (a_ware(),), [*set_ups(*words), *set_ups(*platform, shop_id=None)])


def reach_of(shelf: Shelf, name: str = "A", now: datetime = NOW, below_minor: int | None = None) -> Reach | None:
    """The lowest reachable price of a SKU, checked with the calculator."""
    reach = lowest_reachable(shelf.wares[name], shelf, now, rules_on, below_minor)
    if reach is not None:
        assert price_of(reach) == reach.price
    return reach


def price_of(reach: Reach) -> Fraction:
    """What the calculator says of the witness."""
    priced = price_cart(reach.cart, reach.instruments, price_rules(reach.rules_name, reach.cart.at.date()))
    own = next(line for line in priced.lines if line.line_id == WITNESS_LINE)
    return Fraction(own.paid_minor, own.quantity)
