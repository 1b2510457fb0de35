"""May a shopper take this card now: each reason alone, and which is told first?"""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from peakday.trade.promotions.claiming import Claimer, Claimers, Claiming, ClaimState
from peakday.trade.promotions.rules.card_claims import claim_state

NOON = datetime(2026, 11, 11, 4, tzinfo=UTC)
HOUR = timedelta(hours=1)
S = ClaimState


def a_claiming(**changes) -> Claiming:
    wanted = {
        "instrument_id": uuid4(), "shop_id": None, "who": Claimers.EVERYBODY, "per_buyer": 1, "claim_from": NOON,
        "claim_until": NOON + HOUR,
    }  # fmt: skip
    return Claiming(**(wanted | changes))


def a_claimer(**changes) -> Claimer:
    return Claimer(**({"is_guest": False, "claimed": 0, "has_used": False} | changes))


@pytest.mark.parametrize("claiming, claimer, left, at, state", [
    (a_claiming(), a_claimer(), None, NOON, S.OPEN),
    (a_claiming(), a_claimer(), 1, NOON + HOUR - timedelta(microseconds=1), S.OPEN),
    (a_claiming(), a_claimer(), None, NOON - timedelta(microseconds=1), S.NOT_YET),
    (a_claiming(), a_claimer(), None, NOON + HOUR, S.OVER),
    (a_claiming(claim_until=None), a_claimer(), None, NOON + 10_000 * HOUR, S.OPEN),
    (a_claiming(closed_at=NOON), a_claimer(), None, NOON, S.OVER),
    (a_claiming(), a_claimer(claimed=1), None, NOON, S.TAKEN),
    (a_claiming(per_buyer=2), a_claimer(claimed=1), None, NOON, S.OPEN),
    (a_claiming(), a_claimer(), 0, NOON, S.GONE),
    (a_claiming(who=Claimers.REGISTERED), a_claimer(is_guest=True), None, NOON, S.NOT_FOR_YOU),
    (a_claiming(who=Claimers.REGISTERED), a_claimer(has_used=True), None, NOON, S.OPEN),
    (a_claiming(who=Claimers.NEW_HERE), a_claimer(has_used=True), None, NOON, S.NOT_FOR_YOU),
    (a_claiming(who=Claimers.NEW_HERE), a_claimer(is_guest=True), None, NOON, S.NOT_FOR_YOU),
    (a_claiming(who=Claimers.NEW_HERE), a_claimer(), None, NOON, S.OPEN),
])  # fmt: skip
def test_the_state_of_a_claim(claiming, claimer, left, at, state):
    assert claim_state(claiming, claimer, left, at) is state


def test_what_waiting_does_not_cure_is_told_before_what_it_does():
    early = NOON - HOUR
    assert claim_state(a_claiming(), a_claimer(claimed=1), None, early) is S.TAKEN
    assert claim_state(a_claiming(), a_claimer(), 0, early) is S.GONE
    assert claim_state(a_claiming(who=Claimers.REGISTERED), a_claimer(is_guest=True), 0, early) is S.NOT_FOR_YOU
