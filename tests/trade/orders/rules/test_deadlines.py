"""Until when may an order be paid, received, a refund answered?"""

from datetime import UTC, datetime, timedelta

from peakday.trade.orders.rules import deadlines

AT = datetime(2026, 11, 11, 12, 0, tzinfo=UTC)


def test_the_days_of_the_rule_set_hold():
    assert deadlines.pay_until(AT) == AT + timedelta(minutes=30)
    assert deadlines.receipt_due_at(AT) == AT + timedelta(days=10)
    assert deadlines.refund_due_at(AT) == AT + timedelta(days=5)
    assert deadlines.refundable_until(AT) == AT + timedelta(days=15)


def test_what_is_late_now_was_due_until_now():
    assert deadlines.pay_until(deadlines.unpaid_before(AT)) == AT
    assert deadlines.refund_due_at(deadlines.asked_before(AT)) == AT
