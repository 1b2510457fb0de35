"""What does a gateway's notice do to a payment?"""

import itertools

import pytest

from peakday.trade.payments.model import Effect, NoticeKind, PaymentStatus
from peakday.trade.payments.rules.callback_effect import effect_of
from peakday.trade.payments.rules.payment_states import MOVES, can_move
from tests.trade.payments.builders import a_notice, a_payment

CAPTURED, DECLINED = NoticeKind.CAPTURED, NoticeKind.DECLINED


@pytest.mark.parametrize(
    "status, kind, effect",
    [
        (PaymentStatus.PENDING, CAPTURED, Effect.CAPTURED),
        (PaymentStatus.PENDING, DECLINED, Effect.DECLINED),
        (PaymentStatus.DECLINED, CAPTURED, Effect.CAPTURED),
        (PaymentStatus.DECLINED, DECLINED, Effect.STALE),
        (PaymentStatus.CANCELLED, CAPTURED, Effect.CAPTURED),
        (PaymentStatus.CANCELLED, DECLINED, Effect.STALE),
        (PaymentStatus.CAPTURED, CAPTURED, Effect.REPEATED),
        (PaymentStatus.CAPTURED, DECLINED, Effect.STALE),
    ],
)
def test_captured_wins_over_whatever_was_told_before_or_is_told_after(status, kind, effect):
    assert effect_of(a_payment(status), a_notice(kind)) is effect


@pytest.mark.parametrize("values", [{"amount_minor": 9_999}, {"amount_minor": 10_001}, {"currency": "USD"}])
def test_money_of_another_sum_or_currency_is_never_counted_as_the_payment(values):
    for status in PaymentStatus:
        assert effect_of(a_payment(status), a_notice(**values)) is Effect.AMOUNT_DIFFERS


def test_a_notice_of_no_payment_or_of_another_gateways_is_unknown():
    assert effect_of(None, a_notice()) is Effect.UNKNOWN
    assert effect_of(a_payment(gateway="other"), a_notice()) is Effect.UNKNOWN


def test_in_whatever_order_letters_arrive_the_end_is_the_same_when_one_says_captured():
    for length in (1, 2, 3, 4):
        for kinds in itertools.product(NoticeKind, repeat=length):
            if CAPTURED not in kinds:
                continue
            payment = a_payment()
            effects = []
            for kind in kinds:
                effect = effect_of(payment, a_notice(kind))
                effects.append(effect)
                if effect in {Effect.CAPTURED, Effect.DECLINED}:
                    assert can_move(payment.status, PaymentStatus(effect.value))
                    payment = a_payment(PaymentStatus(effect.value))
            assert payment.status is PaymentStatus.CAPTURED
            assert effects.count(Effect.CAPTURED) == 1


def test_every_state_has_its_row_and_none_leads_out_of_captured():
    assert set(MOVES) == set(PaymentStatus)
    assert MOVES[PaymentStatus.CAPTURED] == frozenset()
    assert all(PaymentStatus.PENDING not in targets for targets in MOVES.values())
