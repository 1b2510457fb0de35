"""Is nothing oversold, does each claim get all or nothing in the order of arrival, and does every limit hold?"""

from collections import Counter
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from peakday.trade.stock.errors import SoldOut
from peakday.trade.stock.model import Claim, DeductMode, HoldStatus, Level, LevelKey, Need
from peakday.trade.stock.rules.claim_decisions import EventKey, Shelf, decide_claims, level_of

SHOP = UUID(int=1)
SKUS = [UUID(int=100 + number) for number in range(3)]
EVENT = "eleven"
BUYERS = [UUID(int=7 + number) for number in range(3)]

levels = st.builds(
    lambda rows: [
        Level(LevelKey(SHOP, sku, event), units, mode, limit, None)
        for (sku, event), (units, mode, limit) in rows.items()
    ],
    st.dictionaries(
        st.tuples(st.sampled_from(SKUS), st.sampled_from(["", EVENT])),
        st.tuples(st.integers(0, 12), st.sampled_from(DeductMode), st.none() | st.integers(1, 5)),
        max_size=6,
    ),
)
needs = st.lists(
    st.builds(Need, st.just(SHOP), st.sampled_from(SKUS), st.integers(1, 6), st.sampled_from([None, EVENT])),
    min_size=1, max_size=3, unique_by=lambda need: need.sku_id,
)  # fmt: skip
asked = st.lists(st.tuples(st.sampled_from(BUYERS), needs), max_size=25)
event_limits = st.none() | st.integers(1, 8)


def as_claims(rows):
    return [Claim(UUID(int=1000 + number), buyer, tuple(of)) for number, (buyer, of) in enumerate(rows)]


def a_shelf(rows, event_limit=None):
    limits = {} if event_limit is None else {EventKey(SHOP, EVENT): event_limit}
    return Shelf({level.key: level for level in rows}, limits)


def plainly(claims, rows, event_limit):
    """The same policy, claim by claim, in the plainest words: which are accepted."""
    units = {level.key: level.available for level in rows}
    terms = {level.key: level for level in rows}
    had, in_event, accepted = Counter(), Counter(), []
    for claim in claims:
        keys = [
            (need, key) for need in claim.needs
            for key in [LevelKey(SHOP, need.sku_id, need.event_ref or ""), LevelKey(SHOP, need.sku_id)][:]
            if key in units and (key.event_ref or not need.event_ref or LevelKey(SHOP, need.sku_id, EVENT) not in units)
        ]  # fmt: skip
        chosen = {need.sku_id: key for need, key in reversed(keys)}
        event_units = sum(need.quantity for need in claim.needs if need.event_ref)
        is_good = len(chosen) == len(claim.needs) and all(
            units[chosen[need.sku_id]] >= need.quantity
            and had[claim.buyer_id, chosen[need.sku_id]] + need.quantity
            <= (terms[chosen[need.sku_id]].buyer_limit or 10**9)
            for need in claim.needs
        )
        if event_limit is not None and event_units and in_event[claim.buyer_id] + event_units > event_limit:
            is_good = False
        accepted.append(is_good)
        if is_good:
            in_event[claim.buyer_id] += event_units
            for need in claim.needs:
                key = chosen[need.sku_id]
                had[claim.buyer_id, key] += need.quantity
                units[key] -= need.quantity if terms[key].mode is DeductMode.ORDER else 0
    return accepted, units


@given(levels, asked, event_limits)
def test_it_decides_as_the_plain_policy_does(rows, wishes, event_limit):
    claims = as_claims(wishes)
    expected, left = plainly(claims, rows, event_limit)
    shelf = a_shelf(rows, event_limit)
    decided = decide_claims(claims, shelf, None)
    assert [refusal is None for refusal in decided.refusals] == expected
    assert {key: level.available for key, level in shelf.levels.items()} == left


@given(levels, asked, event_limits)
def test_no_level_sells_more_than_it_had_and_every_claim_gets_all_or_nothing(rows, wishes, event_limit):
    claims, before = as_claims(wishes), {level.key: level.available for level in rows}
    shelf = a_shelf(rows, event_limit)
    decided = decide_claims(claims, shelf, None)
    sold = Counter()
    for one in decided.taken:
        if one.status is HoldStatus.HELD:
            sold[one.key] += one.need.quantity
    assert all(units - shelf.levels[key].available == sold[key] for key, units in before.items())
    assert all(level.available >= 0 for level in shelf.levels.values())
    got = Counter(one.claim.claim_id for one in decided.taken)
    assert got == {claim.claim_id: len(claim.needs) for claim in decided.accepted}


@given(st.integers(0, 10), st.lists(st.integers(1, 4), max_size=12))
def test_a_claim_is_refused_only_when_those_before_it_left_too_little(units, quantities):
    claims = as_claims([(BUYERS[0], [Need(SHOP, SKUS[0], quantity)]) for quantity in quantities])
    decided = decide_claims(
        claims, a_shelf([Level(LevelKey(SHOP, SKUS[0]), units, DeductMode.ORDER, None, None)]), None
    )
    left = units
    for quantity, refusal in zip(quantities, decided.refusals, strict=True):
        assert (refusal is None) == (quantity <= left)
        if refusal is None:
            left -= quantity
        else:
            assert isinstance(refusal, SoldOut) == (left == 0)


class Choosy:
    def __init__(self, refused):
        self.refused, self.asked = refused, []

    def take(self, claim):
        self.asked.append(claim.claim_id)
        return SoldOut() if claim.claim_id in self.refused else None


@given(levels, asked, st.sets(st.integers(1000, 1024)))
def test_the_companion_is_asked_only_about_what_stock_would_give_and_its_no_takes_nothing(rows, wishes, numbers):
    claims, refused = as_claims(wishes), {UUID(int=number) for number in numbers}
    companion = Choosy(refused)
    decided = decide_claims(claims, a_shelf(rows), companion)
    assert not {claim.claim_id for claim in decided.accepted} & refused
    assert [claim.claim_id for claim in decided.accepted] == [one for one in companion.asked if one not in refused]


def test_a_need_that_names_an_event_draws_on_what_was_set_aside_else_on_the_skus_own():
    own = Level(LevelKey(SHOP, SKUS[0]), 5, DeductMode.ORDER, None, None)
    aside = Level(LevelKey(SHOP, SKUS[0], EVENT), 0, DeductMode.ORDER, None, None)
    need = Need(SHOP, SKUS[0], 1, EVENT)
    assert level_of(need, {own.key: own}) is own
    assert level_of(need, {own.key: own, aside.key: aside}) is aside
    assert level_of(Need(SHOP, SKUS[0], 1), {own.key: own, aside.key: aside}) is own
    assert level_of(need, {}) is None
