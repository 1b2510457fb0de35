"""What does this cost this shopper now?

Six short questions whatever the number of shops, all at the instant that the first one gives: the database's clock.
Nothing is held back by a quote; a checkout quotes again and compares the tokens.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from peakday.kernel.at_once import at_once
from peakday.kernel.clock import day_of
from peakday.kernel.database import Tx
from peakday.kernel.refusal import Invalid, Problem
from peakday.kernel.text import Text
from peakday.market.catalog import api as catalog
from peakday.market.catalog.model import ShelfGood
from peakday.market.shops import api as shops
from peakday.market.shops.model import ShopFront, ShopKind
from peakday.trade.carts.errors import SeveralTills, TooManyWanted
from peakday.trade.carts.quoted import Asking, Quote, Wanted
from peakday.trade.carts.rules.till_price import Pair, Shelf, price_alone, price_tills
from peakday.trade.price_history import api as prices
from peakday.trade.price_history.model import Offer
from peakday.trade.promotions import api as promotions
from peakday.trade.promotions.model import Id, Instrument, PriceRules, Used
from peakday.trade.stock import api as stock
from peakday.trade.stock.model import LevelKey

WANTED_MAX = 300
ANYONE = Asking()
Asked = tuple[UUID | None, Sequence[Wanted]]  # a buyer (None: anybody), and what they want


class _Prices(NamedTuple):
    at: datetime
    offers: Mapping[Pair, Sequence[Offer]]
    live: list[Instrument]
    wallets: Mapping[UUID, list[Instrument]]
    used: Mapping[UUID | None, Mapping[Id, Used]]


class _Goods(NamedTuple):
    goods: Mapping[Pair, ShelfGood]
    fronts: Mapping[UUID, ShopFront]
    levels: Mapping[LevelKey, int]


async def quote(
    tx: Tx, buyer_id: UUID | None, wanted: Sequence[Wanted], asking: Asking = ANYONE
) -> Quote:  # fmt: skip
    """The price of these goods for a buyer (None: for anybody), with the best of their cards.

    What cannot be bought stands in the quote with its problem. Each SKU at most once. Refuses `Invalid` (nothing, or a
    SKU twice), `TooManyWanted`, `SeveralTills` (one currency and one set of rules a quote), and what `best_price` does.
    """
    return the_one_till(await quote_tills(tx, buyer_id, wanted, asking))


def the_one_till(quotes: Sequence[Quote]) -> Quote:
    """The quote of goods that are paid together; refuses `SeveralTills`."""
    if len(quotes) > 1:
        raise SeveralTills(tills=", ".join(f"{each.currency} {each.rules.name}" for each in quotes))
    return quotes[0]


async def quote_tills(
    tx: Tx, buyer_id: UUID | None, wanted: Sequence[Wanted], asking: Asking = ANYONE
) -> list[Quote]:  # fmt: skip
    """The same for goods of any currencies and rules: one quote for each till. Refuses as `quote` does."""
    require_sound(wanted)
    shelf = await read_shelf(tx, buyer_id, wanted, asking)
    return price_tills(price_alone(wanted, shelf, asking), shelf, asking)


async def read_shelf(tx: Tx, buyer_id: UUID | None, wanted: Sequence[Wanted], asking: Asking) -> Shelf:
    """Everything that the price of these goods depends on."""
    (shelf,) = await read_shelves(tx, [(buyer_id, wanted)], asking.at)
    return shelf


async def read_shelves(
    tx: Tx, asked: Sequence[Asked], at: datetime | None = None, *, has_stock: bool = False, beside: "Tx | None" = None
) -> list[Shelf]:  # fmt: skip
    """The same for many shoppers at one instant, with as many questions as for one; with the stock, where asked for.

    Where a connection `beside` is given, the goods are read while the prices are.
    """
    pairs = list({(each.shop_id, each.sku_id): None for _, wanted in asked for each in wanted})
    shop_ids = list({shop_id for shop_id, _ in pairs})
    buyers = list({buyer_id for buyer_id, _ in asked if buyer_id is not None})
    if beside is None:
        priced, goods = (
            await _read_prices(tx, pairs, shop_ids, buyers, at),
            await _read_goods(tx, pairs, shop_ids, has_stock=has_stock),
        )
    else:
        priced, goods = await at_once(
            _read_prices(tx, pairs, shop_ids, buyers, at), _read_goods(beside, pairs, shop_ids, has_stock=has_stock)
        )
    rules = {kind: rules_of(kind, day_of(priced.at)) for kind in ShopKind}
    return [
        Shelf(
            priced.at, goods.goods, priced.offers, goods.fronts, near, priced.wallets[buyer_id] if buyer_id else [],
            priced.used.get(buyer_id, {}), rules, goods.levels,
        )
        for (buyer_id, _), near in zip(asked, _near(priced.live, [wanted for _, wanted in asked]), strict=True)
    ]  # fmt: skip


async def _read_prices(
    tx: Tx, pairs: list[Pair], shop_ids: list[UUID], buyers: list[UUID], at: datetime | None
) -> _Prices:  # fmt: skip
    offered = await prices.prices_of(tx, pairs, at)
    live = await promotions.instruments_of(tx, shop_ids, offered.at)
    wallets = await promotions.wallets_of(tx, buyers, shop_ids, offered.at) if buyers else {}
    limited = {each.template for each in _every(live, wallets) if _is_limited(each)}
    counted = [each for each in limited if isinstance(each, UUID)]
    used = await _used(tx, buyers, counted) if counted else {}
    return _Prices(offered.at, offered.offers, live, wallets, used)


async def _read_goods(tx: Tx, pairs: list[Pair], shop_ids: list[UUID], *, has_stock: bool) -> _Goods:
    goods = await catalog.find_goods_of(tx, pairs)
    fronts = await shops.find_fronts(tx, shop_ids)
    return _Goods(goods, fronts, await stock.levels_of_skus(tx, pairs) if has_stock else {})


def _near(live: list[Instrument], asked: Sequence[Sequence[Wanted]]) -> list[list[Instrument]]:
    """For each shopper the instruments that are not bound to other shops, in their order."""
    if len(asked) == 1:
        return [live]
    bound: dict[Id, list[int]] = {}
    anywhere = []
    for place, instrument in enumerate(live):
        for shop_id in instrument.scope.shop_ids:
            bound.setdefault(shop_id, []).append(place)
        if not instrument.scope.shop_ids:
            anywhere.append(place)
    return [
        [live[place] for place in sorted({*anywhere, *(p for each in wanted for p in bound.get(each.shop_id, ()))})]
        for wanted in asked
    ]


def _every(live: list[Instrument], wallets: Mapping[UUID, list[Instrument]]) -> Iterator[Instrument]:
    yield from live
    for wallet in wallets.values():
        yield from wallet


def _is_limited(instrument: Instrument) -> bool:
    return instrument.limits.per_buyer is not None or instrument.limits.total is not None


async def _used(tx: Tx, buyers: list[UUID], counted: list[UUID]) -> dict[UUID | None, dict[Id, Used]]:
    """By buyer, and under None what was used in total, for who is nobody."""
    found: dict[UUID | None, dict[Id, Used]] = {None: await promotions.used_of(tx, None, counted)}
    if buyers:
        own = await promotions.used_by(tx, buyers, counted)
        found.update({buyer_id: used for buyer_id, used in own.items()})  # noqa: C416 - the keys of one may be None
    return found


@lru_cache(maxsize=64)
def rules_of(kind: ShopKind, on: date) -> PriceRules:
    """The rules of a kind of shop on a market day; rule sets are files that no running process changes."""
    return promotions.shop_rules(kind, on)


def require_sound(wanted: Sequence[Wanted]) -> None:
    """Refuses `TooManyWanted`, and `Invalid` for nothing or a SKU twice."""
    if len(wanted) > WANTED_MAX:
        raise TooManyWanted(limit=WANTED_MAX)
    skus = {each.sku_id for each in wanted}
    if not wanted or len(skus) < len(wanted):
        message = Text("请选择商品,且每种只列一次", "Name at least one SKU, and each only once")
        raise Invalid(Problem("wanted", "empty_or_doubled", message, Text("合并后重试", "Join them and try again")))
