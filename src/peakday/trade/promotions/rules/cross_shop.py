"""Which shops pool for a cross-shop reduction (跨店满减), and what is the sale's own tier?

Shops with exactly the same tier count together; different tiers count apart. The reduction is ⌊Σ base / X⌋ × Y without
an upper limit, on goods only. A sale's own tier ("every 300 minus 50") stands in its rule set.
"""

from collections.abc import Iterable

from peakday.kernel.text import Text
from peakday.trade.promotions.model import Funding, Id, Instrument, Kind, PriceRules, Scope, Tiers
from peakday.trade.promotions.rules.sheet import Candidate


def pool_tiers(candidates: Iterable[Candidate]) -> list[list[Candidate]]:
    """The candidates of one stage that act as one: cross-shop tiers that are exactly the same; every other alone."""
    pools: dict[object, list[Candidate]] = {}
    for candidate in candidates:
        instrument = candidate.instrument
        is_pooled = instrument.kind is Kind.CROSS_SHOP_TIER
        caps = (instrument.discount_max_minor, instrument.share_max_bp)
        pools.setdefault((instrument.benefit, *caps) if is_pooled else id(candidate), []).append(candidate)
    return list(pools.values())


def cross_shop_offer(
    rules: PriceRules, instrument_id: Id, currency: str, scope: Scope, funding: tuple[Funding, ...]
) -> Instrument | None:
    """The sale's own cross-shop tier as an instrument over the enrolled goods; None when the rules have none."""
    tier = rules.cross_shop
    if tier is None:
        return None
    return Instrument(
        instrument_id=instrument_id,
        kind=Kind.CROSS_SHOP_TIER,
        name=Text("跨店满减", "Cross-shop reduction"),
        currency=currency,
        benefit=Tiers((tier,), repeats=True),
        scope=scope,
        funding=funding,
    )
