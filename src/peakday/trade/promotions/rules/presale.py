"""What does a presale cost, and what happens to its deposit?

Deposit cut (定金立减): the price falls by the cut; tail = price − cut − deposit. Deposit inflation (定金膨胀): the
deposit d counts as D; tail = price − D, and D − d is the discount. In both the discount is kept as one amount off.
The deposit is between bounds of the rule set and is paid within its minutes, or the order closes. A
buyer who does not pay the tail forfeits the deposit; a seller at fault returns it as often as the rule set says; on
good terms it is returned once.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from peakday.kernel.refusal import Problem
from peakday.kernel.text import Text
from peakday.trade.promotions.errors import BadPresale
from peakday.trade.promotions.model import BASIS, PresaleKind, PresaleRules, PresaleTerms


class DepositFate(StrEnum):
    """Why a presale ended without a sale."""

    TAIL_NOT_PAID = "tail_not_paid"
    SELLER_AT_FAULT = "seller_at_fault"
    ON_GOOD_TERMS = "on_good_terms"


@dataclass(frozen=True, slots=True)
class DepositOutcome:
    """Of a deposit, in minor units: what the buyer gets, and what the merchant keeps (negative: adds)."""

    to_buyer_minor: int
    to_merchant_minor: int


def deposit_cut(price_minor: int, deposit_minor: int, cut_minor: int, rules: PresaleRules) -> PresaleTerms:
    """The terms of a deposit cut, of one piece in minor units. Refuses with `BadPresale`."""
    return require_terms(PresaleTerms(PresaleKind.CUT, price_minor, deposit_minor, cut_minor), rules)


def deposit_inflation(price_minor: int, deposit_minor: int, counts_as_minor: int, rules: PresaleRules) -> PresaleTerms:
    """The terms of a deposit that counts as more than was paid, in minor units. Refuses with `BadPresale`."""
    off = counts_as_minor - deposit_minor
    return require_terms(PresaleTerms(PresaleKind.INFLATION, price_minor, deposit_minor, off), rules)


def sold_at(terms: PresaleTerms) -> int:
    """What one piece costs in all; also the most that a refund returns."""
    return terms.price_minor - terms.off_minor


def tail_of(terms: PresaleTerms) -> int:
    """What is left to pay for one piece after the deposit, before other instruments."""
    return terms.price_minor - terms.off_minor - terms.deposit_minor


def deposit_due_at(created_at: datetime, rules: PresaleRules) -> datetime:
    """The first instant at which an order whose deposit was not paid is closed."""
    return created_at + timedelta(minutes=rules.deposit_minutes)


def settle_deposit(deposit_minor: int, fate: DepositFate, rules: PresaleRules) -> DepositOutcome:
    """Who gets a deposit when no sale came of it."""
    if fate is DepositFate.TAIL_NOT_PAID:
        return DepositOutcome(0, deposit_minor)
    times = rules.seller_fault_times if fate is DepositFate.SELLER_AT_FAULT else 1
    return DepositOutcome(deposit_minor * times, deposit_minor * (1 - times))


def require_terms(terms: PresaleTerms, rules: PresaleRules) -> PresaleTerms:
    """The terms, if they are within the bounds of the rules. Refuses with `BadPresale`."""
    share = terms.deposit_minor * BASIS
    low, high = rules.deposit_min_bp * terms.price_minor, rules.deposit_max_bp * terms.price_minor
    problems = []
    if terms.price_minor <= 0:
        problems.append(_problem("price", "out_of_range", "预售价须为正", "The presale price must be positive"))
    elif not low <= share <= high:
        problems.append(_problem("deposit", "out_of_range", "定金超出允许的比例", "The deposit is outside its bounds"))
    if terms.off_minor < 0:
        problems.append(_problem("off", "negative", "抵扣不能低于定金", "A deposit cannot count as less than was paid"))
    elif tail_of(terms) < 0:
        problems.append(_problem("off", "too_large", "优惠与定金超过预售价", "Discount and deposit exceed the price"))
    if problems:
        raise BadPresale(*problems)
    return terms


def _problem(field: str, code: str, zh: str, en: str) -> Problem:
    return Problem(field, code, Text(zh, en), Text("请修改该项", "Change this field"))
