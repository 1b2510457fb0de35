"""What holds for the choice of the best cards on every cart? Thousands of drawn cases, against a solver of its own."""

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peakday.apps.cli.bench_best_price_carts import draw_case
from peakday.apps.cli.bench_best_price_exact import solve
from peakday.trade.promotions.api import best_price, price_cart
from peakday.trade.promotions.errors import InstrumentsDoNotStack
from peakday.trade.promotions.model import Kind
from peakday.trade.promotions.rules.applicability import find_candidates
from peakday.trade.promotions.rules.card_conflicts import keep_usable
from peakday.trade.promotions.rules.card_effects import act_until_choice, find_parts, list_acts, opening, take
from peakday.trade.promotions.rules.card_groups import find_groups, lay_out_group
from peakday.trade.promotions.rules.card_outlook import look_out
from peakday.trade.promotions.rules.card_problem import state_problem
from peakday.trade.promotions.rules.card_search import search_group
from peakday.trade.promotions.rules.card_sketch import Sketch
from peakday.trade.promotions.rules.card_wide_search import search_wide
from peakday.trade.promotions.rules.item_prices import apply_item_prices
from peakday.trade.promotions.rules.sheet import lay_out
from tests.trade.promotions.builders import STEPWISE, TAOBAO, TMALL, cheapest
from tests.trade.promotions.drawn import CARDS, OFFERS, a_drawn_cart, a_wallet
from tests.trade.promotions.test_properties import allowed

many = settings(max_examples=1_000, deadline=None, database=None)
seeds = st.integers(0, 2**32)
SMALL = (1, 12), (5, 12)  # lines, instruments


def search(case):
    return best_price(case.cart, case.offers, case.wallet, case.rules)


@settings(max_examples=400, deadline=None, database=None)  # `peakday bench best-price` holds 10,000 against it
@given(seeds)
@pytest.mark.capability("TE-08")
def test_the_choice_is_the_one_of_a_solver_that_tries_every_allowed_set(seed):
    case = draw_case(seed)
    best, exact = search(case), solve(case)
    assert best.is_proven
    assert best.gap_minor == 0
    assert best.cost_minor == exact.cost_minor
    assert best.priced.payable_minor - best.priced.postage_minor == exact.payable_minor
    assert frozenset(best.cards) == exact.cards


def test_a_tier_that_its_funders_never_pay_lowers_no_bound():
    case = draw_case(1441, (3, 20), (12, 20))
    assert search(case).cost_minor == solve(case).cost_minor == 105_484


@settings(max_examples=1_000, deadline=None, database=None)
@given(seeds)
def test_no_set_of_cards_of_another_draw_is_cheaper(seed):
    draw = Random(seed)
    cart, rules = a_drawn_cart(draw, 5), draw.choice([TMALL, TAOBAO, STEPWISE])
    offers = allowed(cart, a_wallet(draw, 2, OFFERS), rules)
    cards = [card for card in a_wallet(draw, 6, CARDS) if card.kind is not Kind.GIFT_CARD]
    best = best_price(cart, offers, cards, rules)
    assert best.priced.payable_minor == cheapest(cart, offers, cards, rules).payable_minor


@many
@given(seeds)
def test_the_order_of_lines_offers_and_wallet_changes_nothing(seed):
    case = draw_case(seed, *SMALL)
    draw = Random(seed)
    lines, offers, wallet = list(case.cart.lines), list(case.offers), list(case.wallet)
    for each in (lines, offers, wallet):
        draw.shuffle(each)
    turned = best_price(replace(case.cart, lines=tuple(lines)), offers, wallet, case.rules)
    assert turned == search(case)


@many
@given(seeds)
def test_another_card_in_the_wallet_never_raises_the_best_cost(seed):
    case = draw_case(seed, *SMALL)
    costs = [
        best_price(case.cart, case.offers, case.wallet[:size], case.rules).cost_minor
        for size in range(0, len(case.wallet) + 1, 3)
    ]
    assert costs == sorted(costs, reverse=True)


@many
@given(seeds)
def test_the_price_told_is_the_calculators_price_with_the_cards_told(seed):
    case = draw_case(seed, *SMALL)
    best = search(case)
    cards = [card for card in case.wallet if card.instrument_id in best.cards]
    assert best.priced == price_cart(case.cart, [*case.offers, *cards], case.rules)
    gave = {identity for step in best.priced.steps for identity in step.instrument_ids}
    assert set(best.cards) <= gave


@many
@given(seeds)
def test_acts_give_what_the_calculator_gives(seed):
    case = draw_case(seed, *SMALL)
    draw, chosen = Random(seed), list(case.offers)
    for card in draw.sample(case.wallet, len(case.wallet)):
        try:
            price_cart(case.cart, [*chosen, card], case.rules)
        except InstrumentsDoNotStack:
            continue
        chosen.append(card)
    sheet = lay_out(case.cart)
    candidates, _ = find_candidates(case.cart, sheet.lines, chosen, case.rules)
    apply_item_prices(sheet, [each for each in candidates if each.rule.level == 1])
    acts = list_acts([each for each in candidates if each.rule.level > 1], sheet, set(), case.rules)
    is_parallel = case.rules.thresholds == "parallel"
    balance = opening(sheet)
    for act in acts:
        parts = find_parts(act, balance, is_parallel=is_parallel)
        if parts is not None:
            balance = take(act, balance, parts, is_parallel=is_parallel)
    priced = price_cart(case.cart, chosen, case.rules)
    assert balance.left == [line.payable_minor for line in priced.lines]
    assert act_until_choice(acts, opening(sheet), case.rules)[1].left == balance.left


@settings(max_examples=150, deadline=None, database=None)
@given(seeds)
def test_with_hardly_any_work_the_bound_still_holds(seed):
    case = draw_case(seed, *SMALL)
    best = best_price(case.cart, case.offers, case.wallet, case.rules, work_max=0)
    assert best.bound_minor <= solve(case).cost_minor <= best.cost_minor
    assert best.gap_minor >= 0


@settings(max_examples=500, deadline=None, database=None)
@given(seeds)
def test_what_the_search_for_large_wallets_proves_holds_on_wallets_that_can_be_searched_whole(seed):
    problem = problem_of(draw_case(seed, (3, 20), (12, 20)))
    for group in find_groups(problem):
        if not any(problem.acts[at].is_choice and problem.most[at] for at in group):
            continue
        exact = search_group(problem, group, nodes_max=5_000, tolerance=0)
        found = search_wide(problem, group, work_max=20_000, tolerance=0)
        if exact.is_closed and found is not None:
            assert found.given <= exact.given <= found.most


@settings(max_examples=120, deadline=None, database=None)
@given(seeds)
def test_a_sketch_of_a_set_holds_what_it_gives_line_by_line(seed):
    draw, told = Random(seed), 0
    problem = problem_of(draw_case(seed, (1, 40), (10, 30)))
    for positions in find_groups(problem):
        if not any(problem.acts[at].is_choice for at in positions):
            continue
        group = lay_out_group(problem, positions)
        sketch = Sketch(look_out(group, problem.opening, problem.room))
        for _ in range(5):
            taken = sum(1 << step for step, act in enumerate(group.acts) if act.is_choice and draw.random() < 0.4)
            ends = sketch.given(taken)
            if ends is not None:
                assert ends[0] <= given_by(group, problem.opening, taken) <= ends[1]
                told += 1
        assert not (group.is_parallel and told)


def given_by(group, balance, taken) -> int:
    """What a set of cards gives when every line is looked at."""
    given = 0
    for step, act in enumerate(group.acts):
        if act.is_choice and not taken >> step & 1:
            continue
        parts = find_parts(act, balance, is_parallel=group.is_parallel)
        if parts is not None:
            balance, given = take(act, balance, parts, is_parallel=group.is_parallel), given + sum(parts)
    return given


def problem_of(case):
    """The choice among the cards of a case that others pay for."""
    sheet = lay_out(case.cart)
    candidates, _ = find_candidates(case.cart, sheet.lines, [*case.offers, *case.wallet], case.rules)
    able = {card.instrument_id for card in case.wallet}
    forced = [each for each in candidates if each.instrument.instrument_id not in able]
    apply_item_prices(sheet, [each for each in forced if each.rule.level == 1])
    cards = [each for each in candidates if each.instrument.instrument_id in able]
    cards = [each for each in cards if each.instrument.kind is not Kind.GIFT_CARD]
    return state_problem(sheet, forced, keep_usable(cards, forced, case.rules), case.rules)


@settings(max_examples=30, deadline=None, database=None)
@given(seeds)
def test_on_a_large_cart_the_order_of_lines_and_wallet_changes_nothing_and_the_gap_is_a_bound(seed):
    case = draw_case(seed, (120, 120), (40, 40))
    draw = Random(seed)
    lines, wallet = list(case.cart.lines), list(case.wallet)
    draw.shuffle(lines)
    draw.shuffle(wallet)
    best = search(case)
    assert best_price(replace(case.cart, lines=tuple(lines)), case.offers, wallet, case.rules) == best
    assert best.bound_minor <= search_long(case).cost_minor


def search_long(case):
    """The same search with ten times the work."""
    return best_price(case.cart, case.offers, case.wallet, case.rules, work_max=400_000)
