"""Against which earlier price may a reduction be announced in the European Union?

Directive 98/6/EC article 6a: the prior price is the lowest price applied during at least the 30 days before the
reduction (2); for a reduction that grows step by step without a break, the price before its first step (5). The Court
of Justice (C-330/23, Aldi Süd): a percentage must be computed from that price, not from a higher one shown beside it.
The per cent is rounded down: an announcement may promise less, never more. A thing that was offered for a shorter time
is compared over that time and marked, because member states differ there (4).
"""

from collections.abc import Iterable
from datetime import timedelta

from peakday.kernel.rulesets import RuleSet
from peakday.trade.price_history.model import Candidate, Counting, Offer, OfferKind, PriorPrice, Scope, Window
from peakday.trade.price_history.rules.counted_prices import cheapest, judge_offer, order_of


def prior_price(offer: Offer, offers: Iterable[Offer], rule: RuleSet, *, is_progressive: bool = False) -> PriorPrice:
    """The prior price of a reduced offer among all offers of its SKU, by one version of the rule set `prior_price`."""
    history = list(offers)
    first = _first_step(offer, history, rule) if is_progressive else offer
    window = Window(first.valid_from - timedelta(days=rule.params["window_days"]), first.valid_from)
    counting = Counting(rule.version, frozenset(map(OfferKind, rule.params["offered_kinds"])), frozenset(), frozenset())
    scope = Scope(window, offer.currency, offer.sku_id)
    candidates = [judge_offer(one, scope, counting) for one in history]
    lowest = cheapest(candidates)
    return PriorPrice(
        version=rule.version, offer=offer, window=window, lowest=lowest,
        candidates=tuple(sorted(candidates, key=order_of)), is_shorter=_is_shorter(candidates, window),
        cut_percent=_cut_percent(lowest, offer),
    )  # fmt: skip


def _first_step(offer: Offer, history: list[Offer], rule: RuleSet) -> Offer:
    """The first of the reductions that follow each other without a break, each deeper than the one before."""
    kinds = set(map(OfferKind, rule.params["reduction_kinds"]))
    first = offer
    for earlier in sorted(history, key=lambda one: one.valid_from, reverse=True):
        touches = earlier.valid_until == first.valid_from and earlier.sku_id == first.sku_id
        if touches and earlier.kind in kinds and earlier.price_minor > first.price_minor:
            first = earlier
    return first


def _is_shorter(candidates: list[Candidate], window: Window) -> bool:
    begins = [one.offer.valid_from for one in candidates if one.counts and one.offer]
    return not begins or min(begins) > window.starts_at


def _cut_percent(lowest: Candidate | None, offer: Offer) -> int:
    if lowest is None or lowest.price <= offer.price_minor:
        return 0
    return int((lowest.price - offer.price_minor) * 100 // lowest.price)
