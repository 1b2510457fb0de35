"""Is an instrument scaled exactly, whatever it gives?"""

from dataclasses import replace
from uuid import UUID

import pytest

from peakday.kernel.text import Text
from peakday.operations.health.rules.what_if_changes import Change, changed
from peakday.trade.promotions.model import (
    Bundle,
    Component,
    Counts,
    GiftOffer,
    Gives,
    Instrument,
    Kind,
    NthPiece,
    PiecePrice,
    PieceRate,
    PieceReduction,
    Tier,
    Tiers,
)

pytestmark = pytest.mark.capability("QN-05")
SKU = UUID(int=7)
HALF_MORE = Change(gives_bp=15_000, at_bp=5_000)


def an_instrument(benefit) -> Instrument:
    return Instrument(
        instrument_id="a", kind=Kind.SHOP_COUPON, name=Text("券", "card"), currency="CNY", benefit=benefit
    )


@pytest.mark.parametrize("benefit, other", [
    (Tiers((Tier(10_001, 999), Tier(20_000, 2_000))), Tiers((Tier(5_000, 1_498), Tier(10_000, 3_000)))),
    (Tiers((Tier(3, 8_000),), Counts.PIECES, Gives.RATE), Tiers((Tier(3, 10_000),), Counts.PIECES, Gives.RATE)),
    (GiftOffer(10_000, SKU), GiftOffer(5_000, SKU)),
    (GiftOffer(2, SKU, counts=Counts.PIECES), GiftOffer(2, SKU, counts=Counts.PIECES)),
    (PieceReduction(100), PieceReduction(150)),
    (PieceRate(9_000), PieceRate(10_000)),
    (NthPiece(2, 5_000), NthPiece(2, 7_500)),
    (PiecePrice(101, {SKU: 200}), PiecePrice(151, {SKU: 300})),
    (PiecePrice(None, {SKU: 200}), PiecePrice(None, {SKU: 300})),
    (Bundle((Component(SKU),), 300), Bundle((Component(SKU),), 450)),
])  # fmt: skip
def test_what_it_gives_grows_and_thresholds_of_money_fall(benefit, other):
    instrument = an_instrument(benefit)
    assert changed(instrument, HALF_MORE) == replace(instrument, benefit=other)
    assert changed(instrument, Change()) == instrument


def test_a_stopped_instrument_is_none():
    assert changed(an_instrument(PieceReduction(100)), Change(is_stopped=True)) is None
