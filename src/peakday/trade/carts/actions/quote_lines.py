"""What does this cost this shopper now?

Six short questions whatever the number of shops, all at the instant that the first one gives: the database's clock.
Nothing is held back by a quote; a checkout quotes again and compares the tokens.
"""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from uuid import UUID

from peakday.kernel.clock import day_of
from peakday.kernel.database import Tx
from peakday.kernel.refusal import Invalid, Problem
from peakday.kernel.text import Text
from peakday.market.catalog import api as catalog
from peakday.market.shops import api as shops
from peakday.market.shops.model import ShopKind
from peakday.trade.carts.errors import SeveralTills, TooManyWanted
from peakday.trade.carts.quoted import Asking, Quote, Wanted
from peakday.trade.carts.rules.till_price import Shelf, price_tills
from peakday.trade.price_history import api as prices
from peakday.trade.promotions import api as promotions
from peakday.trade.promotions.model import PriceRules

WANTED_MAX = 300
ANYONE = Asking()


async def quote(
    tx: Tx, buyer_id: UUID | None, wanted: Sequence[Wanted], asking: Asking = ANYONE
) -> Quote:  # fmt: skip
    """The price of these goods for a buyer (None: for anybody), with the best of their cards.

    What cannot be bought stands in the quote with its problem. Each SKU at most once. Refuses `Invalid` (nothing, or a
    SKU twice), `TooManyWanted`, `SeveralTills` (one currency and one set of rules a quote), and what `best_price` does.
    """
    quotes = await quote_tills(tx, buyer_id, wanted, asking)
    if len(quotes) > 1:
        raise SeveralTills(tills=", ".join(f"{each.currency} {each.rules.name}" for each in quotes))
    return quotes[0]


async def quote_tills(
    tx: Tx, buyer_id: UUID | None, wanted: Sequence[Wanted], asking: Asking = ANYONE
) -> list[Quote]:  # fmt: skip
    """The same for goods of any currencies and rules: one quote for each till. Refuses as `quote` does."""
    _require_sound(wanted)
    return price_tills(wanted, await read_shelf(tx, buyer_id, wanted, asking), asking)


async def read_shelf(tx: Tx, buyer_id: UUID | None, wanted: Sequence[Wanted], asking: Asking) -> Shelf:
    """Everything that the price of these goods depends on."""
    pairs = [(each.shop_id, each.sku_id) for each in wanted]
    shop_ids = list({shop_id for shop_id, _ in pairs})
    asked = await prices.prices_of(tx, pairs, asking.at)
    goods = await catalog.find_goods_of(tx, pairs)
    fronts = await shops.find_fronts(tx, shop_ids)
    live = await promotions.instruments_of(tx, shop_ids, asked.at)
    wallet = await promotions.wallet_of(tx, buyer_id, shop_ids, asked.at) if buyer_id else []
    limited = {
        each.template for each in (*live, *wallet) if each.limits.per_buyer is not None or each.limits.total is not None
    }
    counted = [each for each in limited if isinstance(each, UUID)]
    used = await promotions.used_of(tx, buyer_id, counted) if counted else {}
    on = day_of(asked.at)
    rules = {kind: rules_of(kind, on) for kind in ShopKind}
    return Shelf(asked.at, goods, asked.offers, fronts, live, wallet, used, rules)


@lru_cache(maxsize=64)
def rules_of(kind: ShopKind, on: date) -> PriceRules:
    """The rules of a kind of shop on a market day; rule sets are files that no running process changes."""
    return promotions.shop_rules(kind, on)


def _require_sound(wanted: Sequence[Wanted]) -> None:
    if len(wanted) > WANTED_MAX:
        raise TooManyWanted(limit=WANTED_MAX)
    skus = {each.sku_id for each in wanted}
    if not wanted or len(skus) < len(wanted):
        message = Text("请选择商品,且每种只列一次", "Name at least one SKU, and each only once")
        raise Invalid(Problem("wanted", "empty_or_doubled", message, Text("合并后重试", "Join them and try again")))
