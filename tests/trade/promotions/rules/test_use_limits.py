"""May a checkout use these instruments, after what its batch has taken before it?"""

from peakday.kernel.ids import derived_id
from peakday.kernel.text import Text
from peakday.trade.promotions.errors import InstrumentNotFound, LimitReached
from peakday.trade.promotions.model import Funder, Funding, Instrument, Kind, Limits, Tier, Tiers
from peakday.trade.promotions.rules.use_limits import CardLeft, Counted, UseBook, summed_by
from peakday.trade.promotions.stored import Use

MERCHANT = Funder.MERCHANT
OFFER, COUPON, CARD, BUYER, OTHER = (derived_id(None, name) for name in ("offer", "coupon", "card", "buyer", "other"))


def an_instrument(identity, **values):
    given = {"instrument_id": identity, "kind": Kind.TIERED_REDUCTION, "name": Text("优惠", "Offer"),
             "currency": "CNY", "benefit": Tiers((Tier(0, 100),))}  # fmt: skip
    return Instrument(**(given | values))


def a_book(offer=None, card=None, *, is_held=False):
    spent = {MERCHANT: 0}
    instruments = {OFFER: Counted(offer or an_instrument(OFFER), False, 0, dict(spent)),
                   COUPON: Counted(an_instrument(COUPON), is_held, 0, dict(spent))}  # fmt: skip
    kept = card or CardLeft(COUPON, BUYER, an_instrument(COUPON), True, None)
    return UseBook(instruments, {}, {CARD: kept})


def a_use(instrument=OFFER, buyer=BUYER, minor=100, card=None):
    return Use(derived_id(None, "order"), buyer, instrument, {MERCHANT: minor}, card)


def test_what_was_taken_counts_for_the_next():
    book = a_book(an_instrument(OFFER, limits=Limits(total=2, per_buyer=1)))
    assert book.take([a_use()]) is None
    assert isinstance(book.take([a_use()]), LimitReached)
    assert book.take([a_use(buyer=OTHER)]) is None
    assert isinstance(book.take([a_use(buyer=derived_id(None, "third"))]), LimitReached)
    assert len(book.taken) == 2


def test_an_order_takes_all_of_its_uses_or_none():
    book = a_book(an_instrument(OFFER, limits=Limits(total=1)))
    refusal = book.take([a_use(), a_use(COUPON, OTHER, card=CARD)])
    assert isinstance(refusal, LimitReached)
    assert (book.taken, book.instruments[OFFER].used, book.by_buyer[OFFER, BUYER]) == ([], 0, 0)
    assert book.take([a_use(), a_use(COUPON, card=CARD)]) is None


def test_a_card_is_used_once_and_a_card_of_value_until_it_is_empty():
    book = a_book()
    assert book.take([a_use(COUPON, card=CARD)]) is None
    assert isinstance(book.take([a_use(COUPON, card=CARD)]), LimitReached)
    value = a_book(card=CardLeft(COUPON, BUYER, an_instrument(COUPON), True, 150))
    assert value.take([a_use(COUPON, minor=100, card=CARD)]) is None
    assert isinstance(value.take([a_use(COUPON, minor=51, card=CARD)]), LimitReached)
    assert value.take([a_use(COUPON, minor=50, card=CARD)]) is None
    assert isinstance(value.take([a_use(COUPON, minor=0, card=CARD)]), LimitReached)


def test_a_budget_is_never_passed():
    book = a_book(an_instrument(OFFER, funding=(Funding(MERCHANT, budget_left_minor=150),)))
    assert [type(book.take([a_use(minor=minor)])) for minor in (100, 51, 50, 1)] == [
        type(None), LimitReached, type(None), LimitReached,
    ]  # fmt: skip


def test_what_is_unknown_held_or_not_live_is_not_used():
    book = a_book()
    assert isinstance(book.take([a_use(derived_id(None, "nobody"))]), InstrumentNotFound)
    assert isinstance(book.take([a_use(COUPON, card=derived_id(None, "no card"))]), LimitReached)
    assert isinstance(book.take([a_use(OFFER, card=CARD)]), LimitReached)
    assert isinstance(a_book(is_held=True).take([a_use(COUPON, card=CARD)]), LimitReached)
    book.instruments[OFFER].terms = None
    assert isinstance(book.take([a_use()]), LimitReached)


def test_an_order_uses_an_instrument_as_often_as_it_may():
    book = a_book(an_instrument(OFFER, limits=Limits(per_order=1)))
    assert isinstance(book.take([a_use(), a_use()]), LimitReached)
    assert book.take([a_use()]) is None


def test_uses_are_summed_by_instrument():
    sums = summed_by([a_use(), a_use(minor=5), a_use(COUPON, minor=7)], [MERCHANT, Funder.PLATFORM])
    assert sums == {OFFER: [2, 105, 0], COUPON: [1, 7, 0]}
