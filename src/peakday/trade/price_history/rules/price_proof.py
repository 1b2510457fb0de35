"""May an item be enrolled in a campaign at the price that is claimed?

The version of the campaign's rule says with what the price is compared (the lowest deal or the lowest list price,
SYSTEMS 7.2), in which window (the days before the enrolment, or fixed days) and by how many per cent it must be below.
The answer is the low-price proof object: window, candidates with the reasons against each, lowest, claim, verdict.
Without a candidate nothing is proven: a person decides.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from fractions import Fraction
from uuid import UUID

from peakday.kernel.rulesets import RuleSet
from peakday.trade.price_history.model import (
    Compared,
    Counting,
    Deal,
    Offer,
    PriceProof,
    Scope,
    Verdict,
    Window,
)
from peakday.trade.price_history.rules.counted_prices import cheapest, judge_deal, judge_offer, order_of


def proof_window(rule: RuleSet, on: date) -> Window:
    """The days that count for an enrolment on a market day: the `window_days` before it, or the rule's own days."""
    if "window_days" in rule.params:
        return Window.of_days(on - timedelta(days=rule.params["window_days"]), on - timedelta(days=1))
    return Window.of_days(rule.params["first_day"], rule.params["last_day"])


def prove_price(
    item_id: UUID, claimed_minor: int, prices: tuple[Iterable[Offer], Iterable[Deal]], scope: Scope, rule: RuleSet,
    counting: Counting,
) -> PriceProof:  # fmt: skip
    """The proof of a claimed price (minor units of a piece) by one version of `campaign_price`."""
    compared = Compared(rule.params["compares"])
    cut: int = rule.params["cut_percent_min"]
    offers, deals = prices
    if compared is Compared.LIST:
        candidates = [judge_offer(offer, scope, counting) for offer in offers]
    else:
        candidates = [judge_deal(deal, scope, counting) for deal in deals]
    lowest = cheapest(candidates)
    permitted = _permitted(lowest.price, cut) if lowest else None
    return PriceProof(
        item_id=item_id, scope=scope, claimed_minor=claimed_minor, compared=compared, cut_percent_min=cut,
        versions=(rule.version, counting.version), candidates=tuple(sorted(candidates, key=order_of)), lowest=lowest,
        permitted_minor=permitted, verdict=_verdict(claimed_minor, permitted),
    )  # fmt: skip


def _permitted(lowest: Fraction, cut_percent: int) -> int:
    """The highest whole price that is low enough: rounded down, or it would be above the limit."""
    return lowest * (100 - cut_percent) // 100


def _verdict(claimed_minor: int, permitted_minor: int | None) -> Verdict:
    if permitted_minor is None:
        return Verdict.NO_CANDIDATE
    return Verdict.PROVEN if claimed_minor <= permitted_minor else Verdict.TOO_HIGH
