"""At which stage is a presale at an instant, to the last moment of every window?"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from peakday.trade.promotions.model import PresaleKind, PresaleTerms
from peakday.trade.promotions.rules.presale_windows import PresaleStage as S
from peakday.trade.promotions.rules.presale_windows import presale_stage
from peakday.trade.promotions.stored import PresaleOffer

pytestmark = pytest.mark.capability("TE-09")
T = datetime(2022, 10, 24, 12, tzinfo=UTC)
DAY, MOMENT = timedelta(days=1), timedelta(microseconds=1)
OFFER = PresaleOffer(
    presale_id=uuid4(), shop_id=uuid4(), item_id=uuid4(), sku_id=uuid4(), currency="CNY",
    terms=PresaleTerms(PresaleKind.CUT, 100_000, 10_000, 20_000), deposit_from=T, deposit_until=T + DAY,
    tail_from=T + 2 * DAY, tail_until=T + 3 * DAY,
)  # fmt: skip


@pytest.mark.parametrize("at, stage", [
    (T - MOMENT, S.UPCOMING), (T, S.DEPOSITS), (T + DAY - MOMENT, S.DEPOSITS), (T + DAY, S.BETWEEN),
    (T + 2 * DAY, S.TAILS), (T + 3 * DAY - MOMENT, S.TAILS), (T + 3 * DAY, S.OVER),
])  # fmt: skip
def test_windows_end_before_their_last_instant(at, stage):
    assert presale_stage(OFFER, at) is stage


def test_a_withdrawn_presale_stays_withdrawn():
    withdrawn = replace(OFFER, ended_at=T + DAY)
    assert presale_stage(withdrawn, T) is S.DEPOSITS
    assert presale_stage(withdrawn, T + DAY) is S.WITHDRAWN
    assert presale_stage(withdrawn, T + 9 * DAY) is S.WITHDRAWN
