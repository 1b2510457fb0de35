"""Which faults are planted in a market of correct set-ups, and which harmless neighbours beside them?

Every plant begins with a correct set-up. The fault is what a slip of the hand makes of it (a zero lost, two fields
swapped, a year wrong, a limit forgotten); the look-alike is a set-up that looks the same from afar but was meant so and
hurts nobody. Nothing here knows how the detector thinks: no threshold of it is used.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from peakday.apps.cli.bench_health_market import NOW, SALE, WAVE_1, WAVE_2, BenchShop, Maker
from peakday.kernel.clock import MARKET_ZONE
from peakday.operations.health.model import Exemption, ExemptionReason, FaultKind, Presale, SetUp, Ware
from peakday.trade.promotions.model import (
    GiftOffer,
    Gives,
    Id,
    Kind,
    Limits,
    NthPiece,
    PiecePrice,
    PieceRate,
    PieceReduction,
    PresaleKind,
    PresaleTerms,
    Tier,
    Tiers,
)


@dataclass(frozen=True)
class Plant:
    """What was planted: the kind, whether it is a fault, and the instruments or the SKU by which it is known."""

    kind: FaultKind
    is_fault: bool
    instrument_ids: frozenset[Id] = frozenset()
    sku_id: Id | None = None


Planter = Callable[[Maker, BenchShop, Ware, bool], Plant]
ONCE = Limits(per_buyer=1, total=500)


def plant(maker: Maker, shops: list[BenchShop], faults: int) -> list[Plant]:
    """So many faults, kind by kind in turn, each in the next shop, and as many look-alikes."""
    planted = []
    for number in range(2 * faults):
        kind, planter = PLANTERS[(number // 2) % len(PLANTERS)]
        shop = _next_shop(shops, number, kind)
        planted.append(planter(maker, shop, shop.free.pop(), number % 2 == 0))
    return planted


def _next_shop(shops: list[BenchShop], number: int, kind: FaultKind) -> BenchShop:
    """In turn; what rests on an unknown red line goes to a shop without any."""
    fitting = [shop for shop in shops[9::10] if shop.free] if kind is FaultKind.TOO_DEEP else shops
    shop = fitting[number // 2 % len(fitting)] if kind is FaultKind.TOO_DEEP else fitting[number * 7 % len(fitting)]
    return shop if shop.free else next(each for each in shops if each.free)


def _told(kind: FaultKind, is_fault: bool, *set_ups: SetUp) -> Plant:
    return Plant(kind, is_fault, frozenset(set_up.instrument.instrument_id for set_up in set_ups))


def _with_floor(shop: BenchShop, ware: Ware, share: int) -> None:
    """A red line that the merchant typed for this SKU, in percent of its price."""
    shop.by_sku[ware.sku_id] = ware.price_minor * share // 100


def _exempt(shop: BenchShop, ware: Ware, reason: ExemptionReason) -> None:
    shop.exemptions[ware.item_id] = Exemption(ware.item_id, reason, NOW + timedelta(days=60))


def _change(shop: BenchShop, set_up: SetUp, **fields: object) -> SetUp:
    """The set-up as a slip leaves it."""
    changed = replace(set_up, instrument=replace(set_up.instrument, **fields))  # type: ignore[arg-type]
    shop.set_ups[shop.set_ups.index(set_up)] = changed
    return changed


def _missing_zero(maker: Maker, shop: BenchShop, ware: Ware, is_fault: bool) -> Plant:
    """A price without its last zero; or the same price in a clearance."""
    if not is_fault:
        _exempt(shop, ware, ExemptionReason.CLEARANCE)
    else:
        _with_floor(shop, ware, 40)
    meant = ware.price_minor * maker.random.randint(75, 95) // 100
    return _told(
        FaultKind.MISSING_ZERO, is_fault, maker.set_up(shop, Kind.SINGLE_PRICE, PiecePrice(meant // 10), [ware])
    )


def _list_price(maker: Maker, shop: BenchShop, ware: Ware, is_fault: bool) -> Plant:
    """A list price without its last zero; or a sample pack that really costs a tenth, and always did."""
    del maker
    small = replace(ware, price_minor=ware.price_minor // 10)
    if is_fault:
        small = replace(small, usual_minor=ware.price_minor * 80 // 100, cost_minor=ware.price_minor * 30 // 100)
    else:
        small = replace(small, usual_minor=small.price_minor * 80 // 100, cost_minor=small.price_minor * 30 // 100)
        shop.by_sku.pop(small.sku_id, None)
    shop.put(small)
    return Plant(FaultKind.LIST_PRICE_MISTYPED, is_fault, sku_id=small.sku_id)


def _face(maker: Maker, shop: BenchShop, ware: Ware, is_fault: bool) -> Plant:
    """Threshold and face swapped; or no threshold at all, with a small face."""
    at, face = ware.price_minor, ware.price_minor * 8 // 100
    tier = Tier(face, at) if is_fault else Tier(0, face // 2)
    limits = Limits(per_buyer=1, total=2_000)
    made = maker.set_up(shop, Kind.ITEM_COUPON, Tiers((tier,)), [ware], limits=limits)
    return _told(FaultKind.FACE_REACHES_THRESHOLD, is_fault, made)


def _complement(maker: Maker, shop: BenchShop, ware: Ware, is_fault: bool) -> Plant:
    """10 % off typed as 90 % off, on an item or, every fourth time, on the whole shop; or a clearance at 90 % off."""
    off = maker.random.choice((500, 1_000, 1_500))
    if is_fault and maker.random.random() < 0.25:
        wide = next(one for one in shop.set_ups if one.instrument.kind in {Kind.TIERED_RATE, Kind.TIERED_REDUCTION})
        tiers = Tiers((Tier(9_900, 10_000 - off),), gives=Gives.RATE)
        return _told(FaultKind.RATE_COMPLEMENT, True, _change(shop, wide, kind=Kind.TIERED_RATE, benefit=tiers))
    if not is_fault:
        _exempt(shop, ware, ExemptionReason.CLEARANCE)
    made = maker.set_up(shop, Kind.SINGLE_PRICE, PieceRate(10_000 - off), [ware])
    return _told(FaultKind.RATE_COMPLEMENT, is_fault, made)


def _unit(maker: Maker, shop: BenchShop, ware: Ware, is_fault: bool) -> Plant:
    """A threshold of 199 yuan typed into a field of fen; or 3 % off from (almost) the first yuan on, as meant."""
    limits = Limits(per_buyer=1, total=2_000)
    at = ware.price_minor // 100
    tiers = Tiers((Tier(at, ware.price_minor * 8 // 100),)) if is_fault else Tiers((Tier(at, 300),), gives=Gives.RATE)
    return _told(FaultKind.THRESHOLD_UNIT, is_fault, maker.set_up(shop, Kind.ITEM_COUPON, tiers, [ware], limits=limits))


def _buyer_limit(maker: Maker, shop: BenchShop, ware: Ware, is_fault: bool) -> Plant:
    """A loss leader without the limit of one a buyer; or one of so few pieces that it needs none."""
    _exempt(shop, ware, ExemptionReason.LOSS_LEADER)
    limits = Limits() if is_fault else Limits(total=maker.random.choice((20, 50, 100)))
    price = PiecePrice(ware.price_minor * maker.random.randint(20, 35) // 100)
    return _told(
        FaultKind.BUYER_LIMIT_MISSING, is_fault, maker.set_up(shop, Kind.SINGLE_PRICE, price, [ware], limits=limits)
    )  # fmt: skip


def _issue(maker: Maker, shop: BenchShop, ware: Ware, is_fault: bool) -> Plant:
    """A deep coupon for new customers of which any number may be issued; or as deep with a budget."""
    _with_floor(shop, ware, 20)
    tiers = Tiers((Tier(ware.price_minor, ware.price_minor * maker.random.randint(38, 48) // 100),))
    audience = frozenset({"new_customer"})
    made = maker.set_up(shop, Kind.ITEM_COUPON, tiers, [ware], limits=ONCE, audience=audience)
    if is_fault:
        return _told(FaultKind.ISSUE_UNLIMITED, True, _change(shop, made, limits=Limits(per_buyer=1)))
    funding = tuple(replace(one, budget_left_minor=ware.price_minor * 200) for one in made.instrument.funding)
    return _told(FaultKind.ISSUE_UNLIMITED, False, _change(shop, made, limits=Limits(per_buyer=1), funding=funding))


def _clone(maker: Maker, shop: BenchShop, ware: Ware, is_fault: bool) -> Plant:
    """A coupon copied and left live; or copied for the other wave."""
    tiers = Tiers((Tier(ware.price_minor, ware.price_minor * 6 // 100),))
    first = maker.set_up(shop, Kind.ITEM_COUPON, tiers, [ware], limits=ONCE, span=WAVE_1)
    second = maker.set_up(shop, Kind.ITEM_COUPON, tiers, [ware], limits=ONCE, span=WAVE_1 if is_fault else WAVE_2)
    return _told(FaultKind.CLONE, is_fault, first, second)


def _start(maker: Maker, shop: BenchShop, ware: Ware, is_fault: bool) -> Plant:
    """A start a year too early; or some hours before it was saved."""
    made = maker.set_up(shop, Kind.SINGLE_PRICE, PieceRate(maker.random.randint(800, 1_800)), [ware])
    start = SALE[0].replace(year=2021) if is_fault else NOW - timedelta(hours=maker.random.randint(21, 30))
    return _told(FaultKind.START_IN_PAST, is_fault, _change(shop, made, valid_from=start))


def _end(maker: Maker, shop: BenchShop, ware: Ware, is_fault: bool) -> Plant:
    """A sale price that ends a year too late; or a small price for members that runs a year on purpose."""
    off = maker.random.randint(1_500, 2_000) if is_fault else maker.random.randint(200, 500)
    audience = frozenset() if is_fault else frozenset({"member"})
    made = maker.set_up(shop, Kind.SINGLE_PRICE, PieceRate(off), [ware], audience=audience)
    end = datetime(2023, 11, 12, tzinfo=MARKET_ZONE)
    return _told(FaultKind.RUNS_TOO_LONG, is_fault, _change(shop, made, valid_until=end))


def _nth(maker: Maker, shop: BenchShop, ware: Ware, is_fault: bool) -> Plant:
    """Every second piece (almost) for nothing, without end; or every second at half price."""
    _with_floor(shop, ware, 15)
    off = maker.random.choice((9_000, 10_000)) if is_fault else 5_000
    return _told(FaultKind.NTH_UNLIMITED, is_fault, maker.set_up(shop, Kind.NTH_PIECE, NthPiece(2, off), [ware]))


def _stack(maker: Maker, shop: BenchShop, ware: Ware, is_fault: bool) -> Plant:
    """Two single prices that were to be alternatives, marked as stackable; or two small ones that may stack."""
    _with_floor(shop, ware, 42)
    offs = (3_000, 2_800) if is_fault else (500, 1_000)
    made = [maker.set_up(shop, Kind.SINGLE_PRICE, PieceRate(off), [ware], stackable=True) for off in offs]
    return _told(FaultKind.SINGLES_STACK, is_fault, *made)


def _scope(maker: Maker, shop: BenchShop, ware: Ware, is_fault: bool) -> Plant:
    """The shop's offer without its exception for a discounted season item; or with it."""
    season = maker.set_up(shop, Kind.SINGLE_PRICE, PieceRate(4_000), [ware])
    _with_floor(shop, ware, 48 if is_fault else 45)
    excepted = frozenset({ware.item_id})
    for set_up in list(shop.set_ups):
        instrument = set_up.instrument
        is_wide = not instrument.scope.item_ids and instrument.kind is not Kind.BUNDLE
        if is_wide and not (is_fault and instrument.kind in {Kind.TIERED_RATE, Kind.TIERED_REDUCTION}):
            _change(
                shop, set_up, scope=replace(instrument.scope, except_items=instrument.scope.except_items | excepted)
            )
    if not is_fault:
        return _told(FaultKind.SCOPE_TOO_WIDE, False, season)
    wide = next(one for one in shop.set_ups if one.instrument.kind in {Kind.TIERED_RATE, Kind.TIERED_REDUCTION})
    tiers = Tiers((Tier(9_900, 1_000),), gives=Gives.RATE)
    changed = _change(shop, wide, kind=Kind.TIERED_RATE, benefit=tiers)
    return Plant(FaultKind.SCOPE_TOO_WIDE, True, frozenset({changed.instrument.instrument_id}), ware.sku_id)


def _presale(maker: Maker, shop: BenchShop, ware: Ware, is_fault: bool) -> Plant:
    """A deposit that counts as ten times what was meant; or as meant."""
    _with_floor(shop, ware, 42)
    price = ware.price_minor
    deposit = price * 8 // 100 if is_fault else price * 15 // 100
    off = deposit * maker.random.randint(8, 9) if is_fault else deposit
    terms = PresaleTerms(PresaleKind.INFLATION, price, deposit, off)
    shop.put(replace(shop.wares[ware.sku_id], presales=(Presale(terms, *WAVE_1),)))
    return Plant(FaultKind.PRESALE_BELOW, is_fault, sku_id=ware.sku_id)


def _overlap(maker: Maker, shop: BenchShop, ware: Ware, is_fault: bool) -> Plant:
    """A price of the first wave that ends in the second, where it stacks; or ends when the second begins."""
    _with_floor(shop, ware, 45)
    late = WAVE_2[0] + timedelta(hours=maker.random.choice((4, 12, 16)))
    early = (WAVE_1[0], late if is_fault else WAVE_2[0])
    first = maker.set_up(shop, Kind.SINGLE_PRICE, PieceRate(2_500), [ware], span=early, stackable=True)
    second = maker.set_up(shop, Kind.SINGLE_PRICE, PieceRate(2_800), [ware], span=WAVE_2)
    return _told(FaultKind.WAVE_OVERLAP, is_fault, first, second)


def _gift(maker: Maker, shop: BenchShop, ware: Ware, is_fault: bool) -> Plant:
    """A gift from a tenth of the amount that was meant; or a dear gift that is still less than its threshold."""
    _with_floor(shop, ware, 20)
    meant = ware.price_minor * maker.random.randint(110, 140) // 100
    offer = GiftOffer(meant // 10 if is_fault else meant, ware.sku_id)
    return _told(FaultKind.GIFT_TOO_DEAR, is_fault, maker.set_up(shop, Kind.GIFT, offer))


def _too_deep(maker: Maker, shop: BenchShop, ware: Ware, is_fault: bool) -> Plant:
    """Most of the price off by a slip in the amount, where nobody said what is too low; or a bold 30 %."""
    share = maker.random.randint(75, 85) if is_fault else 30
    off = PieceReduction(ware.price_minor * share // 100)
    limits = Limits(per_buyer=1, total=100)
    return _told(FaultKind.TOO_DEEP, is_fault, maker.set_up(shop, Kind.SINGLE_PRICE, off, [ware], limits=limits))


PLANTERS: tuple[tuple[FaultKind, Planter], ...] = (
    (FaultKind.MISSING_ZERO, _missing_zero), (FaultKind.LIST_PRICE_MISTYPED, _list_price),
    (FaultKind.FACE_REACHES_THRESHOLD, _face), (FaultKind.RATE_COMPLEMENT, _complement),
    (FaultKind.THRESHOLD_UNIT, _unit), (FaultKind.BUYER_LIMIT_MISSING, _buyer_limit),
    (FaultKind.ISSUE_UNLIMITED, _issue), (FaultKind.CLONE, _clone), (FaultKind.START_IN_PAST, _start),
    (FaultKind.RUNS_TOO_LONG, _end), (FaultKind.NTH_UNLIMITED, _nth), (FaultKind.SINGLES_STACK, _stack),
    (FaultKind.SCOPE_TOO_WIDE, _scope), (FaultKind.PRESALE_BELOW, _presale), (FaultKind.WAVE_OVERLAP, _overlap),
    (FaultKind.GIFT_TOO_DEAR, _gift), (FaultKind.TOO_DEEP, _too_deep),
)  # fmt: skip
