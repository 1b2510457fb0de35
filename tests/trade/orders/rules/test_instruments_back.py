"""Which instruments of a checkout come back when some of its lines are refunded?"""

from datetime import UTC, datetime, timedelta

import pytest

from peakday.kernel.ids import derived_id
from peakday.kernel.text import Text
from peakday.trade.orders.rules.instruments_back import LineEnd, instruments_back
from peakday.trade.promotions.api import price_rules
from peakday.trade.promotions.model import Funder, Instrument, Kind, Level, Tier, Tiers
from peakday.trade.promotions.priced import Share

AT = datetime(2026, 12, 1, tzinfo=UTC)
RULES = price_rules("stepwise_promotions", AT.date())


def an_instrument(kind, valid_until=None):
    return Instrument(
        instrument_id=derived_id(None, kind), kind=kind, name=Text("券", "Card"), currency="CNY",
        benefit=Tiers((Tier(0, 1_000),)), valid_until=valid_until,
    )  # fmt: skip


def an_end(instrument, minor=500, *, falls=True, is_gone=True):
    share = Share(str(instrument.instrument_id), Level.SHOP, Funder.MERCHANT, minor)
    return LineEnd((share,), (share,) if falls else (), is_gone)


def test_a_coupon_comes_back_with_the_last_of_its_lines():
    coupon = an_instrument(Kind.SHOP_COUPON)
    half = [an_end(coupon), an_end(coupon, falls=False, is_gone=False)]
    assert instruments_back([coupon], half, AT, RULES) == []
    (back,) = instruments_back([coupon], [an_end(coupon), an_end(coupon, falls=False)], AT, RULES)
    assert (back.used_id, back.is_whole, dict(back.funders)) == (coupon.instrument_id, True, {})


def test_an_expired_coupon_does_not_come_back():
    coupon = an_instrument(Kind.SHOP_COUPON, AT)
    assert instruments_back([coupon], [an_end(coupon)], AT, RULES) == []
    still = an_instrument(Kind.SHOP_COUPON, AT + timedelta(seconds=1))
    assert len(instruments_back([still], [an_end(still)], AT, RULES)) == 1


@pytest.mark.parametrize("is_gone", [True, False])
def test_a_card_of_value_comes_back_by_what_falls(is_gone):
    packet = an_instrument(Kind.RED_PACKET)
    (back,) = instruments_back(
        [packet], [an_end(packet, 300, is_gone=is_gone), an_end(packet, 700, falls=False)], AT, RULES
    )
    assert (back.is_whole, dict(back.funders)) == (False, {"merchant": 300})


def test_an_offer_has_nothing_to_give_back():
    offer = an_instrument(Kind.TIERED_REDUCTION)
    assert instruments_back([offer], [an_end(offer)], AT, RULES) == []


def test_an_instrument_on_whose_lines_nothing_falls_stays():
    coupon = an_instrument(Kind.SHOP_COUPON)
    assert instruments_back([coupon], [an_end(coupon, falls=False)], AT, RULES) == []
