"""How long does each kind of pass hold?"""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from peakday.market.accounts.model import BuyerId, BuyerPass
from peakday.market.accounts.rules.buyer_passes import PASS_AGE_MAX, age_of

AT = datetime(2026, 11, 11, tzinfo=UTC)


@pytest.mark.parametrize(
    ("is_guest", "is_simulated", "days"), [(True, False, 30), (False, False, 7), (False, True, 1), (True, True, 1)]
)
def test_a_guest_is_remembered_longest_and_a_simulated_shopper_for_a_day(is_guest, is_simulated, days):
    shown = BuyerPass(BuyerId(UUID(int=1)), is_guest, is_simulated, AT)
    assert age_of(shown) == timedelta(days=days)
    assert age_of(shown) <= PASS_AGE_MAX
