"""What were the lowest asked price, the lowest paid price and the median paid price of an item in a window?

The low-price query of the service hall (SYSTEMS 11): three figures, and with them every candidate and why it counts or
not. With an event named, the median is of the deals made under it or under none (sources that know no events).
"""

from collections.abc import Iterable

from peakday.trade.price_history.model import Candidate, Counting, Deal, LowPrice, Offer, Scope
from peakday.trade.price_history.rules.counted_prices import cheapest, judge_deal, judge_offer, order_of
from peakday.trade.price_history.rules.event_median import event_median


def lowest_price(offers: Iterable[Offer], deals: Iterable[Deal], scope: Scope, counting: Counting) -> LowPrice:
    """The figures of one item over a scope; the candidates cheapest first. Prices are exact minor units of a piece."""
    asked = [judge_offer(offer, scope, counting) for offer in offers]
    paid = [judge_deal(deal, scope, counting) for deal in deals]
    return LowPrice(
        scope=scope,
        version=counting.version,
        candidates=tuple(sorted(asked + paid, key=order_of)),
        lowest_offer=cheapest(asked),
        lowest_deal=cheapest(paid),
        median=event_median(one for one in paid if _is_of_event(one, scope.event_ref)),
    )


def _is_of_event(candidate: Candidate, event_ref: str | None) -> bool:
    return event_ref is None or (candidate.deal is not None and candidate.deal.event_ref in {None, event_ref})
