"""How much does a buyer get back because the price fell after the purchase?

The same merchant, the same item, a lower price without red packets, postage and tax: the difference is due, on its own
or on request (SYSTEMS 6.5 [S80]). How long is a dated rule, by the day of full payment: 15 days; for Double 11 2022
until 15 days after 11-11, so up to 27 days [S2]. The last day counts to its end. Compared is what was asked of
everybody or paid by another in that time. What was given before is taken off, so nothing is given twice; a line that
was partly returned gets its kept part; never more than was paid. A fraction of a cent goes to the buyer (own design).
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from fractions import Fraction
from math import ceil

from peakday.kernel.clock import day_of
from peakday.kernel.rulesets import RuleSet
from peakday.trade.price_history.model import (
    Asked,
    Candidate,
    Counting,
    Deal,
    Offer,
    Protection,
    ProtectionVerdict,
    Purchase,
    Reason,
    Scope,
    Window,
)
from peakday.trade.price_history.rules.counted_prices import cheapest, judge_deal, judge_offer, order_of


def protection_window(paid_at: datetime, rule: RuleSet) -> Window:
    """From the instant of full payment to the end of the last protected market day."""
    if "last_day" in rule.params:
        last_day = rule.params["last_day"]
    else:
        last_day = day_of(paid_at) + timedelta(days=rule.params["days_after_payment"])
    return Window(paid_at, Window.of_days(last_day, last_day).ends_at)


def protect_price(
    purchase: Purchase, prices: tuple[Iterable[Offer], Iterable[Deal]], asked: tuple[Asked, datetime], rule: RuleSet,
    counting: Counting,
) -> Protection:  # fmt: skip
    """What is due for one line, asked for at an instant, by one version of `price_protection`."""
    window = protection_window(purchase.deal.paid_at, rule)
    how, asked_at = asked
    so_far = Window(window.starts_at, min(window.ends_at, asked_at + datetime.resolution))
    scope = Scope(so_far, purchase.deal.currency, purchase.deal.sku_id)
    offers, deals = prices
    candidates = [judge_offer(offer, scope, counting) for offer in offers]
    candidates += [_not_own(judge_deal(deal, scope, counting), purchase) for deal in deals]
    lowest = cheapest(candidates)
    in_all = _difference(purchase, lowest)
    amount = max(in_all - purchase.granted_minor, 0)
    verdict = ProtectionVerdict.DUE
    if not _is_protected(purchase, counting):
        verdict = ProtectionVerdict.NOT_PROTECTED
    elif how is Asked.ON_REQUEST and window.ends_at <= asked_at:
        verdict = ProtectionVerdict.WINDOW_OVER
    elif amount == 0:
        verdict = ProtectionVerdict.GIVEN_ALREADY if in_all else ProtectionVerdict.NOTHING_LOWER
    return Protection(
        purchase=purchase, version=rule.version, window=window, verdict=verdict,
        amount_minor=amount if verdict is ProtectionVerdict.DUE else 0, lowest=lowest,
        candidates=tuple(sorted(candidates, key=order_of)),
    )  # fmt: skip


def _is_protected(purchase: Purchase, counting: Counting) -> bool:
    deal = purchase.deal
    is_price = deal.quantity > 0 and deal.paid_minor > 0 and counting.excluded_flags.isdisjoint(deal.flags)
    return is_price and not deal.is_refunded


def _difference(purchase: Purchase, lowest: Candidate | None) -> int:
    """All that the buyer is due for the kept part of the line, earlier grants included."""
    deal = purchase.deal
    if lowest is None or deal.quantity <= 0 or deal.paid_minor <= 0:
        return 0
    kept_minor = max(deal.paid_minor - deal.refunded_minor, 0)
    full = deal.compared_minor - lowest.price * deal.quantity
    return min(max(ceil(full * Fraction(kept_minor, deal.paid_minor)), 0), kept_minor)


def _not_own(candidate: Candidate, purchase: Purchase) -> Candidate:
    """The buyer's own order proves no lower price."""
    if candidate.deal and candidate.deal.order_id == purchase.deal.order_id:
        return replace(candidate, reasons=(*candidate.reasons, Reason.OWN_ORDER))
    return candidate
