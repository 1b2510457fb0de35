"""How does the builder's form become an instrument, and an instrument the form again?

One form for every kind: the kind says which benefit's fields count. What cannot be read is told by field, with the
rest kept as it was typed. Goods are named as merchants name them: by item number, a SKU as `item/sku` (or by the item's
number where it has one SKU); whoever knows the shop and the numbers knows the ids. What the form does not show (shared
funding, prices by SKU, a group) stays as it was.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from peakday.kernel.clock import MARKET_ZONE
from peakday.kernel.ids import show_id
from peakday.kernel.money import decimal_text
from peakday.kernel.text import Text
from peakday.market.catalog.model import Goods
from peakday.trade.promotions.errors import BadInstrument
from peakday.trade.promotions.model import (
    BASIS,
    Benefit,
    Bundle,
    Channel,
    Component,
    Counts,
    Funder,
    Funding,
    GiftOffer,
    Gives,
    Id,
    Instrument,
    Kind,
    Limits,
    NthPiece,
    PiecePrice,
    PieceRate,
    PieceReduction,
    Scope,
    Tier,
    Tiers,
)
from peakday.trade.promotions.web.bodies import CATEGORY_PREFIX, ITEM_PREFIX, SHOP_PREFIX, SKU_PREFIX, usual_funding
from peakday.trade.promotions.web.typed import SPLIT, Reader, Typed

TIERS_SHOWN = 5
SHAPES: Mapping[Kind, str] = {
    Kind.SINGLE_PRICE: "price", Kind.LIVE_PRICE: "price", Kind.NTH_PIECE: "nth", Kind.BUNDLE: "bundle",
    Kind.GIFT: "gift",
}  # fmt: skip
LISTS = ("category", "channel")  # fields that may come several times


def read_form(
    typed: Mapping[str, str | list[str]], shop: tuple[UUID | None, str], instrument_id: UUID,
    base: Instrument | None = None,
) -> Instrument:  # fmt: skip
    """The instrument that was typed; `shop` is its id (None: the platform) and currency, `base` what was before.

    Refuses `BadInstrument` with every field that cannot be read.
    """
    reader = Reader(typed, shop[1], shop[0])
    kind = kind_of(typed)
    budget = reader.amount("budget", "budget")
    instrument = Instrument(
        instrument_id=instrument_id, kind=kind, name=Text(reader.text("name"), reader.text("name_en")),
        currency=shop[1], benefit=_READERS[SHAPES.get(kind, "tiers")](reader), scope=_scope(reader),
        funding=_funding(reader, kind, budget),
        limits=Limits(
            reader.count("per_order", "per_order"), reader.count("per_buyer", "per_buyer"),
            reader.count("total", "total"),
        ),
        stock_left=reader.count("issue_quantity", "issue_quantity"),
        valid_from=reader.instant("valid_from"), valid_until=reader.instant("valid_until"),
        exclusive_with=frozenset({"*"}) if reader.has("exclusive") else frozenset(),
        audience=frozenset(word for word in SPLIT.split(reader.text("audience")) if word),
        channels=frozenset(Channel(word) for word in reader.several("channel") if word in set(Channel)),
        live_room_id=reader.text("live_room") or None, stackable=reader.has("stackable"),
        discount_max_minor=reader.amount("cap", "discount_max_minor"),
        share_max_bp=reader.percent("share_max", "share_max_bp"),
    )  # fmt: skip
    if reader.problems:
        raise BadInstrument(*reader.problems, instrument=instrument.name.zh)
    return _keep_unshown(instrument, base) if base is not None and base.kind is kind else instrument


def kind_of(typed: Mapping[str, str | list[str]]) -> Kind:
    """The kind that was chosen; a shop coupon when it is none of ours."""
    word = typed.get("kind", "")
    return Kind(word) if isinstance(word, str) and word in set(Kind) else Kind.SHOP_COUPON


def form_of(instrument: Instrument, goods: Sequence[Goods]) -> Typed:
    """The form that shows an instrument; `goods` are those that it names, for their numbers."""
    skus = {each.sku_id: _sku_ref(each) for each in goods}
    items = {each.item_id: each.item_ref for each in goods}
    scope, limits, currency = instrument.scope, instrument.limits, instrument.currency
    budget = next((each.budget_left_minor for each in instrument.funding), None)
    typed: Typed = {
        "kind": instrument.kind.value, "name": instrument.name.zh, "name_en": instrument.name.en,
        "valid_from": _local(instrument.valid_from), "valid_until": _local(instrument.valid_until),
        "items": _refs(scope.item_ids, items, ITEM_PREFIX), "skus": _refs(scope.sku_ids, skus, SKU_PREFIX),
        "except_items": _refs(scope.except_items, items, ITEM_PREFIX),
        "category": [show_id(CATEGORY_PREFIX, each) for each in scope.category_ids if isinstance(each, UUID)],
        "per_order": _number(limits.per_order), "per_buyer": _number(limits.per_buyer), "total": _number(limits.total),
        "issue_quantity": _number(instrument.stock_left), "budget": _money(budget, currency),
        "exclusive": "1" if "*" in instrument.exclusive_with else "", "audience": " ".join(sorted(instrument.audience)),
        "channel": sorted(channel.value for channel in instrument.channels),
        "live_room": str(instrument.live_room_id or ""), "stackable": "1" if instrument.stackable else "",
        "currency": currency, "shops": _refs(scope.shop_ids, {}, SHOP_PREFIX),
        "platform_share": _percent(platform_share(instrument.funding)),
        "cap": _money(instrument.discount_max_minor, currency), "share_max": _percent(instrument.share_max_bp),
    }  # fmt: skip
    return typed | _benefit_form(instrument.benefit, currency, skus)


def platform_share(funding: Sequence[Funding]) -> int:
    """What the platform bears, in basis points."""
    weights = sum(each.weight for each in funding)
    own = sum(each.weight for each in funding if each.funder is Funder.PLATFORM)
    return own * BASIS // weights if weights else 0


def _keep_unshown(instrument: Instrument, base: Instrument) -> Instrument:
    """What the form does not show, as it was."""
    benefit, before = instrument.benefit, base.benefit
    if isinstance(benefit, PiecePrice) and isinstance(before, PiecePrice):
        benefit = replace(benefit, by_sku=before.by_sku)
    is_shown = len(base.funding) == 1 or {each.funder for each in base.funding} == {Funder.PLATFORM, Funder.MERCHANT}
    funding = instrument.funding if is_shown else base.funding
    return replace(
        instrument, benefit=benefit, funding=funding, group=base.group, reduces_base=base.reduces_base,
        exclusive_with=instrument.exclusive_with | (base.exclusive_with - {"*"}),
    )  # fmt: skip


def _scope(reader: Reader) -> Scope:
    shops = reader.shops() if reader.shop_id is None else frozenset({reader.shop_id})
    skus = frozenset(reader.sku(ref) for ref in SPLIT.split(reader.text("skus")) if ref)
    return Scope(shops, reader.items("items"), skus, reader.categories(), reader.items("except_items"))


def _funding(reader: Reader, kind: Kind, budget: int | None) -> tuple[Funding, ...]:
    """Who pays: as usual for the kind; of the platform's own, the share that it bears, the budget being its own."""
    if reader.shop_id is not None:
        return tuple(Funding(each.funder, each.weight, budget) for each in usual_funding(kind))
    share = reader.percent("platform_share", "funding", BASIS)
    if share is None or not 0 <= share <= BASIS:
        reader.wrong("funding", "not_a_percentage", "platform_share")
        return (Funding(Funder.PLATFORM, 1, budget),)
    merchants = Funding(Funder.MERCHANT, BASIS - share, None if share else budget)
    platform = Funding(Funder.PLATFORM, share, budget)
    return tuple(each for each in (platform, merchants) if each.weight)


def _read_price(reader: Reader) -> Benefit:
    how = reader.text("price_how")
    if how == "rate":
        return PieceRate(reader.percent("price_value", "off_bp", 0) or 0)
    value = reader.amount("price_value", "price_minor", None)
    if how == "off":
        return PieceReduction(value or 0)
    return PiecePrice(value)


def _read_nth(reader: Reader) -> Benefit:
    return NthPiece(
        reader.count("nth", "nth", 0) or 0, reader.percent("nth_off", "off_bp", 0) or 0,
        reader.count("times_max", "times_max"), reader.has("mixed"),
    )  # fmt: skip


def _read_bundle(reader: Reader) -> Benefit:
    parts = []
    for line in reader.text("parts").splitlines():
        found = re.fullmatch(r"\s*(?:(\d{1,6})\s*[x×*]\s*)?(\S+)(?:\s*[x×*]\s*(\d{1,6}))?\s*", line)
        if found:
            parts.append(Component(reader.sku(found[2]), int(found[1] or found[3] or 1)))
        elif line.strip():
            reader.wrong("components", "not_goods", "parts")
    price = reader.amount("bundle_price", "price_minor", None)
    if price is None and not reader.problems:
        reader.wrong("price_minor", "not_an_amount", "bundle_price")
    return Bundle(tuple(parts), price or 0, reader.count("times_max", "sets_max"))


def _read_tiers(reader: Reader) -> Benefit:
    counts = Counts.PIECES if reader.text("counts") == Counts.PIECES else Counts.MONEY
    gives = Gives.RATE if reader.text("gives") == Gives.RATE else Gives.REDUCTION
    tiers = []
    for number in range(1, TIERS_SHOWN + 1):
        at_name, off_name = f"at{number}", f"off{number}"
        if number > 1 and not reader.text(at_name) and not reader.text(off_name):
            continue
        at = reader.count(at_name, "at", 0) if counts is Counts.PIECES else reader.amount(at_name, "at", 0)
        off = reader.percent(off_name, "off", 0) if gives is Gives.RATE else reader.amount(off_name, "off", 0)
        tiers.append(Tier(at or 0, off or 0))
    return Tiers(tuple(tiers), counts, gives, reader.has("repeats"), reader.count("times_max", "times_max"))


def _read_gift(reader: Reader) -> Benefit:
    counts = Counts.PIECES if reader.text("counts") == Counts.PIECES else Counts.MONEY
    at = reader.count("at1", "at", 0) if counts is Counts.PIECES else reader.amount("at1", "at", 0)
    return GiftOffer(
        at or 0, reader.sku(reader.text("gift_sku")), reader.count("gift_quantity", "quantity", 1) or 0, counts,
        reader.has("repeats"), reader.count("times_max", "times_max"),
    )  # fmt: skip


_READERS = {"price": _read_price, "nth": _read_nth, "bundle": _read_bundle, "tiers": _read_tiers, "gift": _read_gift}


def _benefit_form(benefit: Benefit, currency: str, skus: Mapping[UUID, str]) -> Typed:
    if isinstance(benefit, Tiers):
        return _tiers_form(benefit, currency)
    if isinstance(benefit, NthPiece):
        return {
            "nth": str(benefit.nth), "nth_off": _percent(benefit.off_bp), "times_max": _number(benefit.times_max),
            "mixed": "1" if benefit.is_mixed else "",
        }  # fmt: skip
    if isinstance(benefit, Bundle):
        parts = [f"{_ref(part.sku_id, skus, SKU_PREFIX)} × {part.quantity}" for part in benefit.components]
        price = _money(benefit.price_minor, currency)
        return {"parts": "\n".join(parts), "bundle_price": price, "times_max": _number(benefit.sets_max)}
    if isinstance(benefit, GiftOffer):
        return {
            "at1": _at(benefit.at, benefit.counts, currency), "counts": benefit.counts.value,
            "gift_sku": _ref(benefit.sku_id, skus, SKU_PREFIX), "gift_quantity": str(benefit.quantity),
            "repeats": "1" if benefit.repeats else "", "times_max": _number(benefit.times_max),
        }  # fmt: skip
    return _price_form(benefit, currency)


def _price_form(benefit: PiecePrice | PieceReduction | PieceRate, currency: str) -> Typed:
    if isinstance(benefit, PieceRate):
        return {"price_how": "rate", "price_value": _percent(benefit.off_bp)}
    if isinstance(benefit, PieceReduction):
        return {"price_how": "off", "price_value": _money(benefit.off_minor, currency)}
    return {"price_how": "price", "price_value": _money(benefit.price_minor, currency)}


def _tiers_form(benefit: Tiers, currency: str) -> Typed:
    typed: Typed = {
        "counts": benefit.counts.value, "gives": benefit.gives.value, "repeats": "1" if benefit.repeats else "",
        "times_max": _number(benefit.times_max),
    }  # fmt: skip
    for number, tier in enumerate(benefit.tiers, 1):
        typed[f"at{number}"] = _at(tier.at, benefit.counts, currency) if tier.at else ""
        is_rate = benefit.gives is Gives.RATE
        typed[f"off{number}"] = _percent(tier.off) if is_rate else _money(tier.off, currency)
    return typed


def _at(at: int, counts: Counts, currency: str) -> str:
    return str(at) if counts is Counts.PIECES else _money(at, currency)


def _money(minor: int | None, currency: str) -> str:
    return "" if minor is None else decimal_text(minor, currency)


def _number(count: int | None) -> str:
    return "" if count is None else str(count)


def _percent(points: int | None) -> str:
    return "" if points is None else f"{points / 100:g}"


def _local(at: datetime | None) -> str:
    return "" if at is None else at.astimezone(MARKET_ZONE).strftime("%Y-%m-%dT%H:%M:%S")


def _refs(ids: Iterable[Id], known: Mapping[UUID, str], prefix: str) -> str:
    return "\n".join(sorted(_ref(each, known, prefix) for each in ids))


def _ref(identity: Id, known: Mapping[UUID, str], prefix: str) -> str:
    if isinstance(identity, str):
        return identity
    return known.get(identity) or show_id(prefix, identity)


def _sku_ref(goods: Goods) -> str:
    return goods.item_ref if goods.sku_ref == goods.item_ref else f"{goods.item_ref}/{goods.sku_ref}"
