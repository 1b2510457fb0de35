"""In which market do carts and checkouts run when they are measured?

Shops of a hundred SKUs each in a tree of categories; half of the SKUs have an event price beside their list price.
Three promotions of the platform are live: every 300 minus 50 over shops, a coupon that lies in every wallet, and 5 %
off a category. The first fifty shops, where the large carts are, have a tiered reduction of their own, and the large
wallet holds a coupon of every third of them. Everything is drawn from a seed.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from peakday.kernel.actor import SYSTEM
from peakday.kernel.database import Database, Tx
from peakday.kernel.ids import new_id
from peakday.kernel.text import Text
from peakday.market.accounts import api as accounts
from peakday.market.accounts.model import NewBuyer, buyer_id_of
from peakday.market.catalog import api as catalog
from peakday.market.catalog.model import NewCategory, NewItem, item_id_of, sku_id_of
from peakday.market.shops import api as shops
from peakday.market.shops.model import NewShop
from peakday.trade.price_history import api as prices
from peakday.trade.price_history.model import Offer, OfferKind
from peakday.trade.promotions import api as promotions
from peakday.trade.promotions.model import Benefit, Funder, Funding, Instrument, Kind, PieceRate, Scope, Tier, Tiers
from peakday.trade.stock import api as stock
from peakday.trade.stock.model import OpeningStock

SHOPS, SKUS_A_SHOP, BUYERS = 100, 100, 2_000
UNITS, CARDS_A_BUYER = 1_000_000, 5
LARGE_SHOPS, LARGE_LINES, LARGE_CARDS_EVERY = 50, 300, 3
SEED = 20261111
DAY = timedelta(days=1)
_SOURCE = "bench"


@dataclass(frozen=True, slots=True)
class BenchGood:
    """A SKU of the market."""

    shop_id: UUID
    item_id: UUID
    sku_id: UUID
    price_minor: int


@dataclass(frozen=True, slots=True)
class BenchMarket:
    """What was made: goods shop after shop, buyers of small carts, one of a large cart."""

    goods: tuple[BenchGood, ...]
    buyers: tuple[UUID, ...]
    large_buyer: UUID

    def large_cart(self, lines: int = LARGE_LINES, over: int = LARGE_SHOPS) -> list[BenchGood]:
        """So many goods, spread evenly over so many shops."""
        return [self.goods[(number % over) * SKUS_A_SHOP + number // over] for number in range(lines)]


class _QuietGuard:
    """Nothing here is anybody's loss."""

    async def inspect(
        self, _tx: Tx, _shop_id: UUID | None, _candidate: Instrument, _now: datetime
    ) -> promotions.Inspection:  # fmt: skip
        """No findings."""
        return promotions.Inspection()


async def make_market(database: Database, now: datetime, seed: int = SEED) -> BenchMarket:
    """Make the market; `now` must be before the clock of the database."""
    draw = random.Random(seed)  # noqa: S311 - a load, not a secret
    async with database.transaction() as tx:
        names = [NewShop(_SOURCE, f"s{number}", f"Shop {number}", "CNY", now - 99 * DAY) for number in range(SHOPS)]
        shop_ids = await shops.ensure_shops(tx, names)
        tree = await catalog.ensure_categories(tx, list(_categories()))
        leaves = [tree[f"l{number}"] for number in range(20)]
        goods, items = [], []
        for shop_id in shop_ids:
            for number in range(SKUS_A_SHOP):
                price = draw.randrange(500, 50_000)
                ref = f"i{number}"
                items.append(
                    NewItem(
                        shop_id,
                        _SOURCE,
                        ref,
                        f"Goods number {number}",
                        leaves[draw.randrange(20)],
                        list_price_minor=price,
                    )
                )
                goods.append(BenchGood(shop_id, item_id_of(shop_id, ref), sku_id_of(shop_id, ref, ref), price))
        await catalog.copy_items(tx, items, now)
        await prices.record_offers(tx, list(_offers(goods, now)), now)
        levels = [OpeningStock(good.shop_id, good.sku_id, UNITS, is_simulated=True) for good in goods]
        await stock.set_initial_stock(tx, levels, now)
        buyers = [buyer_id_of(_SOURCE, f"b{number}") for number in range(BUYERS)]
        await accounts.ensure_buyers(tx, [NewBuyer(_SOURCE, f"b{number}", now) for number in range(BUYERS)])
    await _promote(database, now, shop_ids, (tree["r0"], buyers))
    return BenchMarket(tuple(goods), tuple(buyers[1:]), buyers[0])


def _categories() -> Iterator[NewCategory]:
    for root in range(2):
        yield NewCategory(_SOURCE, f"r{root}", f"根{root}", f"Root {root}")
    for middle in range(6):
        yield NewCategory(_SOURCE, f"m{middle}", f"中{middle}", f"Middle {middle}", f"r{middle % 2}")
    for leaf in range(20):
        yield NewCategory(_SOURCE, f"l{leaf}", f"叶{leaf}", f"Leaf {leaf}", f"m{leaf % 6}")


def _offers(goods: Sequence[BenchGood], now: datetime) -> Iterator[Offer]:
    for number, good in enumerate(goods):
        if number % 2 == 0:
            yield Offer(
                good.shop_id, good.item_id, good.sku_id, OfferKind.LIST, good.price_minor, "CNY", now - DAY
            )  # fmt: skip
            yield Offer(
                good.shop_id, good.item_id, good.sku_id, OfferKind.EVENT, good.price_minor * 9 // 10, "CNY",
                now - DAY, now + 30 * DAY, "bench", "event",
            )  # fmt: skip


async def _promote(
    database: Database, now: datetime, shop_ids: Sequence[UUID], rest: tuple[UUID, Sequence[UUID]]
) -> None:  # fmt: skip
    root, buyers = rest
    platform = (Funding(Funder.PLATFORM),)
    every_300 = Tiers((Tier(30_000, 5_000),), repeats=True)
    async with database.transaction() as tx:
        await _publish(tx, now, None, (Kind.CROSS_SHOP_TIER, every_300), Scope(), platform)
        coupon = await _publish(tx, now, None, (Kind.PLATFORM_COUPON, Tiers((Tier(20_000, 2_000),))), Scope(), platform)
        rate = Scope(category_ids=frozenset({root}))
        await _publish(tx, now, None, (Kind.SINGLE_PRICE, PieceRate(500)), rate, platform)
        for buyer in buyers:
            await promotions.issue_cards(tx, promotions.Issue(coupon, buyer, "bench", CARDS_A_BUYER), now)
        for number, shop_id in enumerate(shop_ids[:LARGE_SHOPS]):
            tiers = Tiers((Tier(20_000, 1_000), Tier(50_000, 4_000)))
            own = Scope(shop_ids=frozenset({shop_id}))
            await _publish(tx, now, shop_id, (Kind.TIERED_REDUCTION, tiers), own)
            if number % LARGE_CARDS_EVERY == 0:
                card = await _publish(tx, now, shop_id, (Kind.SHOP_COUPON, Tiers((Tier(10_000, 800),))), own)
                await promotions.issue_cards(tx, promotions.Issue(card, buyers[0], "bench"), now)


async def _publish(
    tx: Tx, now: datetime, shop_id: UUID | None, what: tuple[Kind, Benefit], scope: Scope,
    funding: tuple[Funding, ...] = (Funding(Funder.MERCHANT),),
) -> UUID:  # fmt: skip
    kind, benefit = what
    identity = new_id(now)
    wanted = Instrument(
        instrument_id=identity, kind=kind, name=Text("压测优惠", "Bench"), currency="CNY", benefit=benefit, scope=scope,
        funding=funding, valid_from=now - DAY, valid_until=now + 30 * DAY,
    )  # fmt: skip
    await promotions.save_draft(tx, SYSTEM, shop_id, wanted, now)
    published = await promotions.publish(tx, SYSTEM, promotions.Wish(shop_id, identity), _QuietGuard(), now)
    assert published.stored.status is promotions.InstrumentStatus.LIVE, published
    return identity
