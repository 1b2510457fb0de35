"""Until when must an order be paid, received, a refund answered?

By the dated rule set `order_deadlines`, in force on the market day on which the time begins to run. All instants aware.
"""

from datetime import datetime, timedelta

from peakday.kernel.clock import day_of
from peakday.kernel.rulesets import in_force

RULE_SET = "order_deadlines"


def pay_until(created_at: datetime) -> datetime:
    """The first instant at which an unpaid order closes."""
    return created_at + timedelta(minutes=int(_params(created_at)["pay_minutes"]))


def unpaid_before(at: datetime) -> datetime:
    """Orders that were placed before this instant and are unpaid at `at` are to be closed."""
    return at - timedelta(minutes=int(_params(at)["pay_minutes"]))


def receipt_due_at(shipped_at: datetime) -> datetime:
    """The first instant at which goods count as received without a word."""
    return shipped_at + timedelta(days=int(_params(shipped_at)["receipt_days"]))


def refund_due_at(asked_at: datetime) -> datetime:
    """The first instant at which a refund without an answer is granted."""
    return asked_at + timedelta(days=int(_params(asked_at)["refund_answer_days"]))


def asked_before(at: datetime) -> datetime:
    """Refunds that were asked for before this instant and have no answer at `at` are granted."""
    return at - timedelta(days=int(_params(at)["refund_answer_days"]))


def refundable_until(completed_at: datetime) -> datetime:
    """The first instant at which a completed order takes no refund any more."""
    return completed_at + timedelta(days=int(_params(completed_at)["aftersale_days"]))


def _params(at: datetime) -> dict[str, int]:
    return dict(in_force(RULE_SET, day_of(at)).params)
