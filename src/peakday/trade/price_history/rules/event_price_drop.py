"""Did a price fall too low after a sale event?

From the end of the event (the early one, if it ended early for this enrolment) until 15 days after its planned end, no
deal may be below the median actual price of the event; the older text says below any actual price, so below its highest
deal (SYSTEMS 6.5 [S82][S83][S84]). An event of 8-12…15 that ended on 8-13 protects 8-13…8-30. An item enrolled by SKU
is judged by that SKU, else by all its SKUs. Gold, fresh goods, flowers, travel, cars and the like are exempt.
"""

from collections.abc import Iterable
from datetime import timedelta
from fractions import Fraction

from peakday.kernel.clock import day_of
from peakday.kernel.rulesets import RuleSet
from peakday.trade.price_history.model import (
    Candidate,
    Counting,
    Deal,
    DropJudgement,
    DropVerdict,
    Enrolment,
    Reason,
    Scope,
    Window,
)
from peakday.trade.price_history.rules.counted_prices import judge_deal, order_of
from peakday.trade.price_history.rules.event_median import event_median


def event_window(enrolment: Enrolment) -> Window:
    """When the event really held for this enrolment."""
    ended_at = enrolment.ended_at or enrolment.planned_end_at
    return Window(enrolment.starts_at, min(ended_at, enrolment.planned_end_at))


def protected_window(enrolment: Enrolment, rule: RuleSet) -> Window:
    """From the real end until the last moment of the market day `days_after` days after the planned last day."""
    last_day = Window(enrolment.starts_at, enrolment.planned_end_at).last_day + timedelta(
        days=rule.params["days_after"]
    )
    real_end = event_window(enrolment).ends_at
    return Window(real_end, Window.of_days(day_of(real_end), last_day).ends_at)


def judge_drop(enrolment: Enrolment, deals: Iterable[Deal], rule: RuleSet, counting: Counting) -> DropJudgement:
    """The judgement by one version of `event_price_drop` over the item's deals of the event and of the days after."""
    protected = protected_window(enrolment, rule)
    everything = list(deals)
    during = Scope(event_window(enrolment), enrolment.currency, enrolment.sku_id)
    after = Scope(protected, enrolment.currency, enrolment.sku_id)
    event_candidates = [_of_event(judge_deal(deal, during, counting), enrolment.ref) for deal in everything]
    threshold = _threshold(event_candidates, rule)
    later = (judge_deal(deal, after, counting) for deal in everything)
    below = [one for one in later if threshold is not None and one.counts and one.price < threshold]
    return DropJudgement(
        enrolment=enrolment, version=rule.version, protected=protected,
        verdict=_verdict(enrolment, rule, threshold, below), threshold=threshold,
        event_candidates=tuple(sorted(event_candidates, key=order_of)), below=tuple(sorted(below, key=order_of)),
    )  # fmt: skip


def _of_event(candidate: Candidate, ref: str) -> Candidate:
    """A deal under another event does not speak for this one; one under none does (sources that know no events)."""
    assert candidate.deal is not None
    if candidate.deal.event_ref in {None, ref}:
        return candidate
    reasons = (*candidate.reasons, Reason.OTHER_EVENT)
    return Candidate(candidate.price, reasons, deal=candidate.deal, notes=candidate.notes)


def _threshold(candidates: list[Candidate], rule: RuleSet) -> Fraction | None:
    if rule.params["compares"] == "median":
        return event_median(candidates)
    return max((one.price for one in candidates if one.counts), default=None)


def _verdict(
    enrolment: Enrolment, rule: RuleSet, threshold: Fraction | None, below: list[Candidate]
) -> DropVerdict:  # fmt: skip
    if not set(rule.params["exempt_categories"]).isdisjoint(enrolment.categories):
        return DropVerdict.EXEMPT
    if threshold is None:
        return DropVerdict.NO_EVENT_DEAL
    return DropVerdict.VIOLATED if below else DropVerdict.KEPT
