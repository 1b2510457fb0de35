"""What becomes of a wish to go live, finding by finding?"""

import pytest

from peakday.trade.promotions.guard import Inspection, Severity
from peakday.trade.promotions.rules.publication_steps import is_confirmed, status_after
from peakday.trade.promotions.stored import InstrumentStatus as S
from tests.trade.promotions.shop_floor import a_finding

INFORM, CONFIRM, HOLD = (Inspection((a_finding(severity),)) for severity in Severity)


@pytest.mark.parametrize("inspection, confirmed, status", [
    (Inspection(), None, S.LIVE),
    (INFORM, None, S.LIVE),
    (CONFIRM, None, S.WAITING_CONFIRMATION),
    (CONFIRM, "another token", S.WAITING_CONFIRMATION),
    (CONFIRM, CONFIRM.token, S.LIVE),
    (HOLD, None, S.WAITING_CONFIRMATION),
    (HOLD, HOLD.token, S.HELD),
    (Inspection((a_finding(Severity.INFORM), a_finding(Severity.HOLD))), None, S.WAITING_CONFIRMATION),
])  # fmt: skip
def test_the_gravest_finding_and_the_token_decide(inspection, confirmed, status):
    assert status_after(inspection, confirmed) is status


def test_the_token_names_the_findings_and_not_their_order():
    one, other = a_finding(code="a"), a_finding(code="b", loss=5)
    assert Inspection((one, other)).token == Inspection((other, one)).token
    assert Inspection((one,)).token != Inspection((one, other)).token
    assert Inspection((a_finding(loss=1),)).token != Inspection((a_finding(loss=2),)).token


def test_what_is_only_told_needs_no_confirmation():
    assert is_confirmed(INFORM, None)
    assert is_confirmed(Inspection(), None)
    assert not is_confirmed(HOLD, None)
    assert is_confirmed(HOLD, HOLD.token)
