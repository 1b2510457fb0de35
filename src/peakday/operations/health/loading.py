"""What does the health centre look at: a shop's goods, prices, set-ups, red lines and exemptions, read at one instant?

Reads other rooms by their doors only. For a look at one instrument just the goods that it touches are read, with the
shop's cheapest beside them as company. Cards that were given out keep the terms of their version: terms that differ
from the live ones are set-ups of their own.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache
from uuid import UUID

from peakday.kernel.actor import SYSTEM
from peakday.kernel.clock import day_of
from peakday.kernel.database import Tx
from peakday.kernel.rulesets import in_force
from peakday.market.catalog import api as catalog
from peakday.market.catalog.model import CostedGood
from peakday.market.shops import api as shops
from peakday.market.shops.model import ShopKind
from peakday.operations.health import store
from peakday.operations.health.model import AskedPrice, Presale, RedLineRules, RulesOn, SetUp, Ware
from peakday.operations.health.rules import check_limits
from peakday.operations.health.rules.desk import Desk
from peakday.operations.health.rules.shelf import Shelf
from peakday.operations.health.witness_words import CARD_MARK
from peakday.trade.price_history import api as price_history
from peakday.trade.price_history.model import Offer, OfferKind, Window
from peakday.trade.promotions import api as promotions
from peakday.trade.promotions.model import Bundle, Id, Instrument, PriceRules

AHEAD_DAYS = 400  # how far set-ups are looked at
LATE_DAYS = 30
COMPANY = 50  # of the cheapest SKUs, when only some items are read
PAGE = 200
INSTRUMENTS_MAX = 20_000
MEMBER = "member"


@dataclass(frozen=True, slots=True)
class Loaded:
    """A shop on the desk; `titles` of its SKUs' items, for words."""

    desk: Desk
    typed: RedLineRules
    titles: Mapping[Id, str]
    currency: str


async def load_shop(
    tx: Tx, shop_id: UUID, now: datetime, item_ids: Sequence[UUID] | None = None, company: int = COMPANY
) -> Loaded:  # fmt: skip
    """The shop as it is and will be; only these items and so many of the cheapest SKUs, where named.

    Refuses `NotFound`.
    """
    shop = await shops.get_shop(tx, SYSTEM, shop_id)
    goods = await catalog.list_costed(tx, shop_id, item_ids, 0 if item_ids is None else company)
    asked = await _asked(tx, shop_id, now, None if item_ids is None else [good.sku_id for good in goods])
    deals = await price_history.late_deals(tx, shop_id, Window(now - timedelta(days=LATE_DAYS), now))
    presales = await _presales(tx, shop_id)
    wares = [_with_deals(_ware(shop_id, good, asked, presales, now), deals.get(good.sku_id)) for good in goods]
    limits = check_limits.read_limits(in_force(check_limits.NAME, day_of(now)))
    exemptions = await store.exemptions_of(tx, shop_id, now)
    shelf = Shelf(wares, await _set_ups(tx, shop_id, now))
    desk = Desk(shelf, exemptions, limits, now, rules_of(shop.kind))
    titles: dict[Id, str] = {good.sku_id: good.title for good in goods}
    return Loaded(desk, await store.typed_lines(tx, shop_id), titles, shop.currency)


def rules_of(kind: ShopKind) -> RulesOn:
    """The price rules of a kind of shop, by day; each day is read once."""

    @cache
    def on(day: date) -> PriceRules:
        return promotions.shop_rules(kind, day)

    return on


def with_candidate(loaded: Loaded, shop_id: UUID | None, candidate: Instrument) -> Desk:
    """The desk as it would be with the candidate, in place of an instrument of its name."""
    others = [one for one in loaded.desk.shelf.set_ups if one.instrument.instrument_id != candidate.instrument_id]
    own = SetUp(candidate, shop_id, loaded.desk.now, is_candidate=True)
    return replace(loaded.desk, shelf=Shelf(loaded.desk.shelf.wares.values(), [*others, own]))


def without(desk: Desk, instrument_id: Id) -> Desk:
    """The desk without an instrument."""
    others = [one for one in desk.shelf.set_ups if one.instrument.instrument_id != instrument_id]
    return replace(desk, shelf=Shelf(desk.shelf.wares.values(), others))


async def touched_items(tx: Tx, shop_id: UUID, instrument: Instrument) -> list[UUID] | None:
    """The items that an instrument touches; None where it names none: all."""
    scope, benefit = instrument.scope, instrument.benefit
    skus = {part.sku_id for part in benefit.components} if isinstance(benefit, Bundle) else set(scope.sku_ids)
    items = {item for item in scope.item_ids if isinstance(item, UUID)}
    if skus:
        wanted = [sku for sku in skus if isinstance(sku, UUID)]
        items |= {good.item_id for good in await catalog.find_goods(tx, shop_id, sku_ids=wanted)}
    return sorted(items) if items else None


async def _asked(
    tx: Tx, shop_id: UUID, now: datetime, sku_ids: Sequence[UUID] | None
) -> dict[UUID, list[Offer]]:  # fmt: skip
    found: dict[UUID, list[Offer]] = defaultdict(list)
    for offer in await price_history.offers_ahead(tx, shop_id, now, sku_ids):
        found[offer.sku_id].append(offer)
    return found


async def _presales(tx: Tx, shop_id: UUID) -> dict[UUID, list[Presale]]:
    """By SKU; a presale takes its discounts when its tail is paid."""
    found: dict[UUID, list[Presale]] = defaultdict(list)
    cursor = None
    while page := await promotions.list_presales(tx, SYSTEM, shop_id, cursor, PAGE):
        for one in page:
            if one.ended_at is None:
                found[one.sku_id].append(Presale(one.terms, one.tail_from, one.tail_until))
        cursor = page[-1].presale_id
    return found


def _ware(
    shop_id: UUID, good: CostedGood, asked: Mapping[UUID, list[Offer]], presales: Mapping[UUID, list[Presale]],
    now: datetime,
) -> Ware:  # fmt: skip
    offers = [offer for offer in asked.get(good.sku_id, ()) if offer.currency == good.currency]
    listed = [one.price_minor for one in offers if one.kind is OfferKind.LIST and one.valid_from <= now]
    return Ware(
        shop_id=shop_id, item_id=good.item_id, sku_id=good.sku_id,
        price_minor=listed[0] if listed else good.price_minor, currency=good.currency,
        leaf_category_id=good.leaf_category_id, category_ids=frozenset(good.category_ids),
        asked=tuple(_asked_price(offer) for offer in offers), presales=tuple(presales.get(good.sku_id, ())),
        cost_minor=good.cost_minor, stock=good.quantity_stated,
    )  # fmt: skip


def _with_deals(ware: Ware, deals: price_history.LateDeals | None) -> Ware:
    if deals is None:
        return ware
    return replace(ware, usual_minor=deals.usual_minor, units_30_days=deals.pieces)


def _asked_price(offer: Offer) -> AskedPrice:
    tag = MEMBER if offer.kind is OfferKind.MEMBER else None
    return AskedPrice(offer.price_minor, offer.valid_from, offer.valid_until, tag, offer.kind is OfferKind.LIVE)


async def _set_ups(tx: Tx, shop_id: UUID, now: datetime) -> list[SetUp]:
    made = await _made_at(tx, shop_id)
    live = await promotions.instruments_of(tx, [shop_id], now, now + timedelta(days=AHEAD_DAYS))
    by_id = {one.instrument_id: one for one in live}
    found = [SetUp(one, shop_id if one.instrument_id in made else None, made.get(one.instrument_id)) for one in live]
    for card in await promotions.issued_templates(tx, [shop_id], now):
        twin = by_id.get(card.instrument_id)
        if twin is None or (twin.benefit, twin.valid_until) != (card.benefit, card.valid_until):
            named = replace(card, instrument_id=f"{card.instrument_id}{CARD_MARK}", template_id=card.instrument_id)
            found.append(SetUp(named, shop_id if card.scope.shop_ids == frozenset({shop_id}) else None))
    return found


async def _made_at(tx: Tx, shop_id: UUID) -> dict[Id, datetime]:
    """When each live instrument of the shop was written down."""
    wanted = promotions.InstrumentFilter(status=promotions.InstrumentStatus.LIVE)
    made: dict[Id, datetime] = {}
    cursor = None
    while len(made) < INSTRUMENTS_MAX:
        page = await promotions.list_instruments(tx, SYSTEM, shop_id, wanted, cursor, PAGE)
        if not page:
            break
        made |= {stored.instrument_id: stored.created_at for stored, _ in page}
        cursor = page[-1][0].instrument_id
    return made
