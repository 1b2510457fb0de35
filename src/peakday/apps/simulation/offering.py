"""What do shops and the platform offer in a history? Tiers, coupons and red packets with few to give, and presales."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from peakday.apps.simulation.model import CURRENCY, World
from peakday.apps.simulation.stage import Stage
from peakday.kernel.actor import Actor, ActorKind
from peakday.kernel.clock import Clock
from peakday.kernel.database import Tx
from peakday.kernel.ids import derived_id
from peakday.kernel.text import Text
from peakday.trade.promotions import api as promotions
from peakday.trade.promotions.api import Claimers, Claiming, PresaleOffer
from peakday.trade.promotions.model import (
    Funder,
    Funding,
    Instrument,
    Kind,
    Limits,
    PresaleKind,
    PresaleTerms,
    Tier,
    Tiers,
)

STAFF = Actor(ActorKind.STAFF, derived_id(None, "simulation", "staff"), permissions=frozenset({"*"}))
CARDS = 150  # of each kind, for all
USES, USES_OF_ONE = 60, 2
CARDS_OF_ONE = 4
DEPOSIT_HOURS, TAIL_HOURS = 1.0, 4.0
OPEN_MAX = 12  # presales that people remember


class Unwatched:
    """A guard that finds nothing: what is offered here is the history's own."""

    async def inspect(
        self, tx: Tx, shop_id: UUID | None, candidate: Instrument, now: object
    ) -> promotions.Inspection:  # fmt: skip
        """Nothing is wrong."""
        del tx, shop_id, candidate, now
        return promotions.Inspection()


async def open_offers(tx: Tx, world: World, clock: Clock) -> World:
    """The same world with live instruments; some are offers, of some one takes cards."""
    cards = []
    for number, (shop_id, actor) in enumerate([*world.merchants.items(), (None, STAFF)]):
        for instrument in _instruments(number, is_platform=shop_id is None):
            stored = await promotions.save_draft(tx, actor, shop_id, instrument, clock.now())
            instrument_id = stored.instrument_id
            wish = promotions.Wish(shop_id, instrument_id)
            await promotions.publish(tx, actor, wish, Unwatched(), clock.now())
            if instrument.stock_left is None:
                continue
            claiming = Claiming(
                instrument_id=instrument_id, shop_id=shop_id, who=Claimers.EVERYBODY, per_buyer=CARDS_OF_ONE,
                claim_from=clock.now(),
            )  # fmt: skip
            await promotions.open_claiming(tx, actor, claiming, clock.now())
            cards.append(instrument_id)
    return replace(world, cards=tuple(cards))


def _instruments(number: int, *, is_platform: bool) -> list[Instrument]:
    limits = Limits(per_order=1, per_buyer=USES_OF_ONE, total=USES)
    if is_platform:
        funding = (Funding(Funder.PLATFORM),)
        coupon = _instrument(number, Kind.PLATFORM_COUPON, Tiers((Tier(20_000, 1_501),)), funding=funding)
        packet = _instrument(number, Kind.RED_PACKET, Tiers((Tier(0, 777),)), funding=funding)
        return [replace(one, stock_left=CARDS) for one in (coupon, packet)]
    tiers = _instrument(number, Kind.TIERED_REDUCTION, Tiers((Tier(9_000, 301), Tier(30_000, 1_999))), limits=limits)
    coupon = _instrument(number, Kind.SHOP_COUPON, Tiers((Tier(10_000, 1_000),)), limits=limits, stock_left=CARDS)
    return [tiers, coupon]


def _instrument(number: int, kind: Kind, benefit: Tiers, **more: object) -> Instrument:
    instrument_id = derived_id(None, "simulation", "instrument", str(number), kind.value)
    return Instrument(
        instrument_id=instrument_id, kind=kind, name=Text("优惠", "Offer"), currency=CURRENCY, benefit=benefit,
        **more,  # type: ignore[arg-type]
    )  # fmt: skip


async def offer_presale(stage: Stage) -> int:
    """A shop sells something in advance: deposits for an hour, the tail for some hours more."""
    sku = stage.pick(stage.world.shelf)
    assert sku is not None
    now, price_minor = stage.clock.now(), sku.price_minor
    until, ends = now + timedelta(hours=DEPOSIT_HOURS), now + timedelta(hours=DEPOSIT_HOURS + TAIL_HOURS)
    offer = PresaleOffer(
        presale_id=derived_id(None, "simulation", str(stage.plan.seed), str(stage.random.getrandbits(64))),
        shop_id=sku.shop_id, item_id=sku.item_id, sku_id=sku.sku_id, currency=CURRENCY,
        terms=PresaleTerms(PresaleKind.CUT, price_minor, price_minor // 5, price_minor // 20),
        deposit_from=now, deposit_until=until, tail_from=until, tail_until=ends,
    )  # fmt: skip
    shop = stage.world.merchants[sku.shop_id]
    if await stage.attempt("offer presale", lambda tx: promotions.offer_presale(tx, shop, offer, now)) is not None:
        stage.known.presales = [*stage.known.presales, offer][-OPEN_MAX:]
    return 1


async def claim_card(stage: Stage) -> int:
    """A buyer takes a coupon or a red packet; sometimes the same one twice."""
    card, buyer = stage.pick(stage.world.cards), stage.pick(stage.world.buyers)
    assert card is not None
    assert buyer is not None
    assert buyer.account_id is not None
    buyer_id, key = buyer.account_id, f"k{stage.random.getrandbits(48)}"
    for _ in range(2 if stage.chance(stage.plan.faults.asked_twice) else 1):
        await stage.attempt("claim card", lambda tx: promotions.claim_card(tx, buyer_id, card, key, stage.clock.now()))
    return 1
