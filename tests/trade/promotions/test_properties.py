"""What holds for every cart and every set of instruments? Thousands of drawn cases a law."""

from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peakday.trade.promotions.api import price_cart, price_rules, refund_everything, refund_line
from peakday.trade.promotions.errors import CurrenciesMixed, InstrumentsDoNotStack, RulesNotInForce
from peakday.trade.promotions.model import Cart, Funder, Instrument, Level, PriceRules
from peakday.trade.promotions.priced import PricedCart
from peakday.trade.promotions.rules.applicability import find_candidates, find_conflict
from peakday.trade.promotions.rules.sheet import lay_out
from tests.trade.promotions.builders import STEPWISE, TAOBAO, TMALL, cheapest
from tests.trade.promotions.drawn import CARDS, OFFERS, a_drawn_cart, a_wallet

CASES = 2_000
many = settings(max_examples=CASES, deadline=None, database=None)
seeds = st.integers(0, 2**32)


def allowed(cart: Cart, wallet: list[Instrument], rules: PriceRules) -> list[Instrument]:
    """The instruments that may act together, taken greedily in the order of the wallet."""
    kept: list[Instrument] = []
    for instrument in wallet:
        candidates, _ = find_candidates(cart, lay_out(cart).lines, [*kept, instrument], rules)
        if find_conflict(candidates, rules) is None:
            kept.append(instrument)
    return kept


def a_case(seed: int) -> tuple[Cart, list[Instrument], PriceRules, PricedCart]:
    """A cart, instruments that may act together, a rule set, and the price."""
    draw = Random(seed)
    cart, rules = a_drawn_cart(draw), draw.choice([TMALL, TAOBAO, STEPWISE])
    chosen = allowed(cart, a_wallet(draw), rules)
    return cart, chosen, rules, price_cart(cart, chosen, rules)


@many
@given(seeds)
def test_every_line_is_its_list_price_less_its_shares_and_deposit_and_never_negative(seed):
    cart, _, _, priced = a_case(seed)
    assert [line.line_id for line in priced.lines] == sorted(line.line_id for line in cart.lines)
    for line in priced.lines:
        assert line.payable_minor >= 0
        assert all(share.minor > 0 for share in line.shares)
        shares = sum(share.minor for share in line.shares)
        assert line.list_minor == shares + line.deposit_minor + line.payable_minor
        assert 0 <= line.item_minor <= line.list_minor


@many
@given(seeds)
def test_the_shares_of_every_instrument_add_up_to_its_steps_and_by_funder_to_its_weights(seed):
    _, chosen, _, priced = a_case(seed)
    given_by = dict(priced.given_by_instrument())
    presale = given_by.pop("presale", 0)
    assert sum(given_by.values()) == sum(step.given_minor for step in priced.steps)
    buyers = priced.given_by_funder().get(Funder.BUYER, 0)
    assert priced.discount_minor == sum(given_by.values()) + presale - buyers
    for instrument in chosen:
        total = given_by.get(instrument.instrument_id, 0)
        weights = sum(entry.weight for entry in instrument.funding)
        for entry in instrument.funding:
            own = sum(
                share.minor
                for line in priced.lines
                for share in line.shares
                if share.instrument_id == instrument.instrument_id and share.funder == entry.funder
            )
            assert abs(own * weights - total * entry.weight) < weights


@many
@given(seeds)
def test_each_instrument_either_gave_something_or_says_why_not_or_is_a_gift(seed):
    _, chosen, _, priced = a_case(seed)
    gave = {identity for step in priced.steps for identity in step.instrument_ids}
    idle = {entry.instrument_id for entry in priced.unused}
    assert gave | idle == {instrument.instrument_id for instrument in chosen}
    assert not gave & idle


@many
@given(seeds)
def test_the_order_of_lines_and_wallet_changes_nothing(seed):
    cart, chosen, rules, priced = a_case(seed)
    lines, wallet = list(cart.lines), list(chosen)
    Random(seed).shuffle(lines)
    Random(seed).shuffle(wallet)
    assert price_cart(replace(cart, lines=tuple(lines)), wallet, rules) == priced


@many
@given(seeds, st.integers(0, 6))
def test_a_set_that_is_allowed_stays_allowed_without_one_of_it(seed, leave_out):
    cart, chosen, rules, _ = a_case(seed)
    fewer = [instrument for at, instrument in enumerate(chosen) if at != leave_out]
    candidates, _ = find_candidates(cart, lay_out(cart).lines, fewer, rules)
    assert find_conflict(candidates, rules) is None


@many
@given(seeds)
def test_refunds_in_any_steps_return_everything_and_never_more(seed):
    _, _, _, priced = a_case(seed)
    draw = Random(seed)
    for line in priced.lines:
        done, returned, shares = 0, 0, 0
        while done < line.quantity:
            pieces = draw.randint(1, line.quantity - done)
            refund = refund_line(line, pieces, done)
            done, returned = done + pieces, returned + refund.returned_minor
            shares += sum(share.minor for share in refund.shares)
            assert refund.money_minor >= 0
            assert returned <= line.paid_minor
        assert returned == line.paid_minor
        assert shares == sum(share.minor for share in line.shares)


@many
@given(seeds)
def test_a_refund_of_everything_returns_everything(seed):
    _, _, _, priced = a_case(seed)
    refunds = refund_everything(priced, {})
    assert sum(refund.returned_minor for refund in refunds) == priced.list_minor - priced.discount_minor
    given_by: dict[object, int] = {}
    for refund in refunds:
        for share in refund.shares:
            given_by[share.instrument_id] = given_by.get(share.instrument_id, 0) + share.minor
    assert given_by == priced.given_by_instrument()
    assert refund_everything(priced, {line.line_id: line.quantity for line in priced.lines}) == []


@settings(max_examples=1_000, deadline=None, database=None)
@given(seeds)
def test_another_card_in_the_wallet_never_raises_the_best_price(seed):
    draw = Random(seed)
    cart, rules = a_drawn_cart(draw, 5), draw.choice([TMALL, STEPWISE])
    kept, cards = allowed(cart, a_wallet(draw, 2, OFFERS), rules), a_wallet(draw, 4, CARDS)
    prices = [cheapest(cart, kept, cards[:size], rules).payable_minor for size in range(len(cards) + 1)]
    assert prices == sorted(prices, reverse=True)


@many
@given(seeds, st.sampled_from(["USD", "EUR", "JPY"]))
def test_currencies_never_mix(seed, currency):
    cart, chosen, rules, _ = a_case(seed)
    for instrument in chosen:
        with pytest.raises(CurrenciesMixed):
            price_cart(cart, [replace(instrument, currency=currency)], rules)


@many
@given(seeds, st.integers(-90, 45))
def test_a_rule_set_prices_its_own_days_and_always_alike(seed, days):
    draw = Random(seed)
    cart = a_drawn_cart(draw)
    moved = replace(cart, at=cart.at + timedelta(days=days))
    chosen = allowed(cart, a_wallet(draw), TMALL)
    replayed = price_rules("tmall_promotions", TMALL.effective_from)
    if -45 <= days <= 1:
        assert price_cart(moved, chosen, replayed) == price_cart(cart, chosen, TMALL)
    else:
        with pytest.raises(RulesNotInForce):
            price_cart(moved, chosen, replayed)


@many
@given(seeds)
def test_a_set_of_instruments_is_priced_or_refused_for_a_pair_of_it(seed):
    draw = Random(seed)
    cart, wallet = a_drawn_cart(draw), a_wallet(draw)
    try:
        price_cart(cart, wallet, TMALL)
    except InstrumentsDoNotStack as refusal:
        pair = {refusal.data["first"], refusal.data["second"]}
        assert pair <= {instrument.instrument_id for instrument in wallet}
        assert len(pair) == 2


@many
@given(seeds)
def test_what_acts_later_does_not_change_what_acts_earlier(seed):
    cart, chosen, rules, priced = a_case(seed)
    early = [each for each in chosen if rules.kinds[each.kind].level < Level.CROSS_SHOP]
    before = price_cart(cart, early, rules).given_by_instrument()
    after = priced.given_by_instrument()
    assert {name: after.get(name, 0) for name in before} == before
