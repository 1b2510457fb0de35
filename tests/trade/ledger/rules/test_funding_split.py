"""Is nothing of a sale lost or made, however it is refunded?"""

from hypothesis import given
from hypothesis import strategies as st

from peakday.trade.ledger.rules.funding_split import FundingSplit, funding_split
from tests.trade.ledger.builders import CREATOR, a_sale

money = st.integers(0, 10**9)
rates = st.integers(0, 5_000)


def test_of_a_sale_without_refunds_the_fees_come_from_all_that_was_brought():
    assert funding_split(a_sale(), 0) == FundingSplit(1_001, 499, 11_500, 575, 1_150, 9_775)


def test_a_third_refunded_reverses_a_third_of_the_funding_rounded_down():
    assert funding_split(a_sale(), 3_333) == FundingSplit(668, 333, 7_668, 383, 766, 6_519)


def test_wholly_refunded_nothing_is_left():
    assert funding_split(a_sale(), 10_000) == FundingSplit(0, 0, 0, 0, 0, 0)


def test_a_sale_that_others_paid_wholly_stands_as_it_is():
    assert funding_split(a_sale(paid_minor=0), 0).brought == 1_500


@given(paid=money, platform=money, creator=money, fee=rates, creator_fee=rates, part=st.floats(0, 1))
def test_what_was_brought_is_divided_to_the_last_minor_unit(paid, platform, creator, fee, creator_fee, part):
    sale = a_sale(
        paid_minor=paid, platform_minor=platform, creator_minor=creator, creator_id=CREATOR, commission_bp=fee,
        creator_commission_bp=creator_fee,
    )  # fmt: skip
    refunded = int(paid * part)
    split = funding_split(sale, refunded)
    assert split.brought == paid - refunded + split.platform_gave + split.creator_gave
    assert split.commission + split.creator_commission + split.merchant == split.brought
    assert min(split.platform_gave, split.creator_gave, split.commission, split.creator_commission, split.merchant) >= 0


@given(paid=money, platform=money, first=st.floats(0, 1), second=st.floats(0, 1))
def test_a_larger_refund_never_gives_any_funder_less_back(paid, platform, first, second):
    sale = a_sale(paid_minor=paid, platform_minor=platform)
    less, more = sorted((int(paid * first), int(paid * second)))
    assert funding_split(sale, less).platform_gave >= funding_split(sale, more).platform_gave
