"""What does a banner say of a sale event before, between and after its sales?"""

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from peakday.apps.storefront.sales import sale_of
from peakday.trade.sale_events import api as sale_events
from peakday.trade.sale_events.model import EventStatus, SaleEvent, WaveKind

PLAN = sale_events.announced_plans()[-1]
EVENT = SaleEvent(UUID(int=1), PLAN, EventStatus.PUBLISHED, 1, PLAN.enrols_from)
WAVES = [wave for track in PLAN.tracks for wave in track.waves]
SALES = sorted(
    (wave for wave in WAVES if wave.kind in {WaveKind.SPOT, WaveKind.DEPOSIT}), key=lambda wave: wave.starts_at
)
MOMENT = timedelta(microseconds=1)


def test_before_the_first_sale_it_counts_to_its_first_instant():
    sale = sale_of(EVENT, SALES[0].starts_at - timedelta(days=1))
    assert sale is not None
    assert (sale.is_on, sale.is_selling, sale.turns_at) == (False, False, SALES[0].starts_at)


@pytest.mark.parametrize("at", [SALES[0].starts_at, SALES[0].starts_at + MOMENT])
def test_from_the_instant_on_it_is_selling_until_the_wave_ends(at: datetime):
    sale = sale_of(EVENT, at)
    assert sale is not None
    assert (sale.is_on, sale.is_selling) == (True, True)
    assert sale.turns_at > at


def test_when_everything_is_over_there_is_no_banner():
    assert sale_of(EVENT, max(wave.ends_at for wave in WAVES)) is None
