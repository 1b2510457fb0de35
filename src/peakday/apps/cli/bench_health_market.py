"""How does a market of correct set-ups look, in which faults can be planted?

Shops of a hundred SKUs prepare the two waves of Double 11 2022: single prices, an offer and coupons of the shop, the
sale's cross-shop tier, live coupons, second pieces, bundles, gifts. All cuts together leave more than 45 % of the list
price, and no red line is above that; so everything here is correct by its making, whatever a detector may think. Some
items are kept free of own instruments: `bench_health_faults` plants there.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count

from peakday.kernel.clock import MARKET_ZONE
from peakday.kernel.text import Text
from peakday.operations.health.model import Exemption, RedLineRules, SetUp, Ware
from peakday.trade.promotions.model import (
    Benefit,
    Bundle,
    Component,
    GiftOffer,
    Gives,
    Id,
    Instrument,
    Kind,
    Limits,
    NthPiece,
    PiecePrice,
    PieceRate,
    Scope,
    Tier,
    Tiers,
)

SHOP_SKUS = 100
FREE_ITEMS = 20  # of each shop, of one SKU, for planting
SAFE_BP = 4500  # of the list price: no correct stack of cuts reaches down to it
NOW = datetime(2022, 10, 25, 12, tzinfo=MARKET_ZONE)
WAVE_1 = (datetime(2022, 10, 31, 20, tzinfo=MARKET_ZONE), datetime(2022, 11, 4, tzinfo=MARKET_ZONE))
WAVE_2 = (datetime(2022, 11, 10, 20, tzinfo=MARKET_ZONE), datetime(2022, 11, 12, tzinfo=MARKET_ZONE))
SALE = (WAVE_1[0], WAVE_2[1])

Span = tuple[datetime, datetime]


@dataclass
class BenchShop:
    """One shop: goods, set-ups, red lines and exemptions; `free` are items on which nothing of their own acts."""

    shop_id: str
    wares: dict[Id, Ware] = field(default_factory=dict)
    set_ups: list[SetUp] = field(default_factory=list)
    by_sku: dict[Id, int] = field(default_factory=dict)
    shop_bp: int | None = None
    exemptions: dict[Id, Exemption] = field(default_factory=dict)
    free: list[Ware] = field(default_factory=list)

    @property
    def typed(self) -> RedLineRules:
        """What its merchant typed."""
        return RedLineRules(self.by_sku, {}, self.shop_bp)

    def put(self, ware: Ware) -> None:
        """Replace a SKU."""
        self.wares[ware.sku_id] = ware


class Maker:
    """Makes instruments with names of their own, from one seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311 - a market from a seed, no secret
        self._numbers = count(1)

    def set_up(
        self, shop: BenchShop, kind: Kind, benefit: Benefit, items: list[Ware] | None = None, **given: object
    ) -> SetUp:
        """Add a correct set-up for these items (None: the whole shop), written down some days ago."""
        number = next(self._numbers)
        span: Span = given.pop("span", SALE)  # type: ignore[assignment]
        scope = Scope(frozenset({shop.shop_id}), frozenset(ware.item_id for ware in items or ()))
        fields = {"scope": scope, "valid_from": span[0], "valid_until": span[1]} | given
        instrument = Instrument(
            instrument_id=f"i{number}", kind=kind, name=Text(f"优惠 {number}", f"Offer {number}"), currency="CNY",
            benefit=benefit, **fields,  # type: ignore[arg-type]
        )  # fmt: skip
        made_at = NOW - timedelta(hours=self.random.randint(1, 20))
        shop.set_ups.append(SetUp(instrument, shop.shop_id, made_at))
        return shop.set_ups[-1]


def make_market(skus: int, seed: int) -> tuple[list[BenchShop], SetUp, Maker]:
    """The shops, the sale's cross-shop tier (of the platform), and the maker to plant with."""
    maker = Maker(seed)
    tier = Instrument(
        instrument_id="cross", kind=Kind.CROSS_SHOP_TIER, name=Text("跨店满减", "Cross-shop reduction"), currency="CNY",
        benefit=Tiers((Tier(30_000, 5_000),), repeats=True), valid_from=SALE[0], valid_until=SALE[1],
    )  # fmt: skip
    shops = [_make_shop(maker, number) for number in range(-(-skus // SHOP_SKUS))]
    return shops, SetUp(tier, None, NOW - timedelta(days=20)), maker


def _make_shop(maker: Maker, number: int) -> BenchShop:
    shop = BenchShop(f"shop{number:04}")
    goods = list(_make_goods(maker, shop))
    for ware in goods:
        shop.put(ware)
    _set_red_lines(maker, shop, number)
    shop.free = goods[:FREE_ITEMS]
    _set_shop_offers(maker, shop)
    _set_item_offers(maker, shop, goods[FREE_ITEMS:])
    return shop


def _make_goods(maker: Maker, shop: BenchShop) -> Iterator[Ware]:
    """A hundred SKUs: the free ones are items of their own, of the others up to three make an item."""
    level = maker.random.choice((30, 60, 150, 400))
    item = 0
    for number in range(SHOP_SKUS):
        if number <= FREE_ITEMS or maker.random.random() < 0.5:
            item = number
        yuan = max(8, round(level * maker.random.lognormvariate(0, 0.5)))
        category = f"leaf{maker.random.randint(1, 1) * int(shop.shop_id[4:]) % 40:02}"
        yield Ware(
            shop_id=shop.shop_id, item_id=f"{shop.shop_id}-{item}", sku_id=f"{shop.shop_id}-{number}",
            price_minor=yuan * 100 - maker.random.choice((0, 10, 100)), leaf_category_id=category,
            category_ids=frozenset({category, "root"}), stock=maker.random.randint(5, 3_000),
            units_30_days=maker.random.randint(0, 600),
        )  # fmt: skip


def _set_red_lines(maker: Maker, shop: BenchShop, number: int) -> None:
    """In turn: typed, a rule of the shop, costs, usual prices, and every tenth shop nothing at all."""
    way = 4 if number % 10 == 9 else number % 4
    if way == 1:
        shop.shop_bp = maker.random.randint(3_800, SAFE_BP)
    for ware in list(shop.wares.values()):
        low = ware.price_minor * maker.random.randint(3_000, SAFE_BP) // 10_000
        usual = ware.price_minor * maker.random.randint(7_000, 7_500) // 10_000
        if way == 0:
            shop.by_sku[ware.sku_id] = low
        shop.put(replace(ware, cost_minor=low if way == 2 else None, usual_minor=None if way == 4 else usual))


def _set_shop_offers(maker: Maker, shop: BenchShop) -> None:
    """At most 10 % by an offer and 10 % by a card, of which one applies."""
    rate = maker.random.randint(300, 1_000)
    at = maker.random.choice((9_900, 19_900, 39_900))
    if maker.random.random() < 0.5:
        maker.set_up(shop, Kind.TIERED_RATE, Tiers((Tier(at, rate),), gives=Gives.RATE))
    else:
        maker.set_up(
            shop, Kind.TIERED_REDUCTION, Tiers((Tier(at, at * rate // 10_000), Tier(at * 2, at * 2 * rate // 10_000)))
        )
    limits = Limits(per_buyer=1, total=maker.random.choice((500, 2_000, 10_000)))
    maker.set_up(shop, Kind.SHOP_COUPON, Tiers((Tier(at, at * maker.random.randint(3, 10) // 100),)), limits=limits)
    if maker.random.random() < 0.3:
        face = Tiers((Tier(9_900, maker.random.randint(300, 990)),))
        maker.set_up(shop, Kind.LIVE_COUPON, face, limits=limits, live_room_id=f"room{shop.shop_id}", span=WAVE_2)
    if maker.random.random() < 0.3:
        cheapest = min(shop.wares.values(), key=lambda ware: ware.price_minor)
        maker.set_up(shop, Kind.GIFT, GiftOffer(cheapest.price_minor * maker.random.randint(3, 8), cheapest.sku_id))


def _set_item_offers(maker: Maker, shop: BenchShop, goods: list[Ware]) -> None:
    """Single prices of up to 20 % off for one wave; some second pieces at half price, bundles, item coupons."""
    for item_id in sorted({str(ware.item_id) for ware in goods}):
        wares = [ware for ware in goods if ware.item_id == item_id]
        chance = maker.random.random()
        span = maker.random.choice((WAVE_1, WAVE_2))
        off = maker.random.randint(500, 2_000)
        if chance < 0.25:
            maker.set_up(shop, Kind.SINGLE_PRICE, PieceRate(off), wares, span=span)
        elif chance < 0.45:
            prices = {ware.sku_id: ware.price_minor * (10_000 - off) // 10_000 for ware in wares}
            maker.set_up(shop, Kind.SINGLE_PRICE, PiecePrice(by_sku=prices), wares, span=span)
        elif chance < 0.50:
            maker.set_up(shop, Kind.NTH_PIECE, NthPiece(2, maker.random.randint(2_000, 5_000)), wares, span=span)
        elif chance < 0.53:
            parts = (wares[0], maker.random.choice([ware for ware in goods if ware.sku_id != wares[0].sku_id]))
            total = sum(ware.price_minor for ware in parts)
            pieces = tuple(Component(ware.sku_id) for ware in parts)
            maker.set_up(shop, Kind.BUNDLE, Bundle(pieces, total * maker.random.randint(80, 95) // 100))
        elif chance < 0.58:
            face = wares[0].price_minor * maker.random.randint(5, 10) // 100
            maker.set_up(
                shop, Kind.ITEM_COUPON, Tiers((Tier(wares[0].price_minor, face),)), wares,
                limits=Limits(per_buyer=1, total=1_000),
            )  # fmt: skip
