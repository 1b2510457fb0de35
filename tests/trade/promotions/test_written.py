"""Does every kind of instrument come back from its versions as it was written?"""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peakday.kernel.text import Text
from peakday.trade.promotions.model import (
    Bundle,
    Channel,
    Component,
    Counts,
    Funder,
    Funding,
    GiftOffer,
    Gives,
    Instrument,
    Kind,
    Limits,
    NthPiece,
    PiecePrice,
    PieceRate,
    PieceReduction,
    PresaleKind,
    PresaleTerms,
    Scope,
    Tier,
    Tiers,
)
from peakday.trade.promotions.rules.instrument_faults import BENEFITS
from peakday.trade.promotions.written import read_instrument, read_terms, write_instrument, write_terms

SKU = UUID("01900000-0000-7000-8000-000000000001")
BENEFIT = {
    PiecePrice: PiecePrice(8_000, {SKU: 7_000, "R1": 6_000}),
    PieceReduction: PieceReduction(1_000),
    PieceRate: PieceRate(1_500),
    NthPiece: NthPiece(2, 5_000, 3, is_mixed=True),
    Bundle: Bundle((Component(SKU, 2), Component("cup")), 25_000, 4),
    Tiers: Tiers((Tier(200, 20), Tier(400, 50)), Counts.PIECES, Gives.RATE),
    GiftOffer: GiftOffer(30_000, SKU, 2, Counts.MONEY, True, 5),
}
SHAPES = [(kind, BENEFIT[shape]) for kind, shapes in BENEFITS.items() for shape in shapes]


def an_instrument(kind=Kind.SHOP_COUPON, benefit=BENEFIT[Tiers], **changes) -> Instrument:
    full = Instrument(
        instrument_id=SKU, kind=kind, name=Text("券", "Coupon"), currency="CNY", benefit=benefit,
        scope=Scope(frozenset({SKU}), frozenset({SKU}), frozenset({SKU, "x"}), frozenset({"c"}), frozenset({SKU})),
        funding=(Funding(Funder.PLATFORM, 60, 1_000), Funding(Funder.MERCHANT, 40)), limits=Limits(1, 2, 3),
        valid_from=datetime(2026, 11, 1, tzinfo=UTC), valid_until=datetime(2026, 11, 12, tzinfo=UTC), group="g",
        exclusive_with=frozenset({"*"}), stackable=True, reduces_base=False, discount_max_minor=9, share_max_bp=10,
        audience=frozenset({"vip"}), channels=frozenset({Channel.APP}), live_room_id="room 1", stock_left=7,
    )  # fmt: skip
    return replace(full, **changes)


@pytest.mark.parametrize("kind, benefit", SHAPES, ids=lambda each: getattr(each, "value", type(each).__name__))
def test_an_instrument_comes_back_as_it_was_written(kind, benefit):
    instrument = an_instrument(kind, benefit)
    text = msgspec.json.encode(write_instrument(instrument))
    assert read_instrument(SKU, msgspec.json.decode(text)) == instrument


def test_what_was_left_open_stays_open():
    plain = Instrument(
        instrument_id=SKU, kind=Kind.SHOP_COUPON, name=Text("券", ""), currency="CNY", benefit=Tiers((Tier(0, 5),))
    )
    assert read_instrument(SKU, write_instrument(plain)) == plain


@settings(max_examples=50, deadline=None)
@given(st.sets(st.text(max_size=5), max_size=9), st.integers(0, 10**15))
def test_the_same_instrument_is_the_same_text_whatever_the_order_of_its_sets(words, minor):
    one = an_instrument(audience=frozenset(sorted(words)), discount_max_minor=minor)
    other = an_instrument(audience=frozenset(sorted(words, reverse=True)), discount_max_minor=minor)
    assert msgspec.json.encode(write_instrument(one)) == msgspec.json.encode(write_instrument(other))


def test_the_terms_of_a_presale_come_back():
    terms = PresaleTerms(PresaleKind.INFLATION, 100_000, 10_000, 10_000)
    assert read_terms(write_terms(terms)) == terms
