"""Does the calculator agree with what people worked out by hand, and does the loader say what it cannot read?"""

from pathlib import Path

import pytest

from peakday.trade.promotions.model import Kind
from peakday.trade.promotions.scenarios import differences, read_scenarios
from tests.trade.promotions.builders import cheapest

FILES = sorted((Path(__file__).parent / "scenarios").glob("*.toml"))
SCENARIOS = [scenario for file in FILES for scenario in read_scenarios(file)]


@pytest.mark.capability("TE-08")
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_the_price_is_the_one_worked_out_by_hand(scenario):
    assert differences(scenario) == []


def test_there_are_at_least_120_scenarios_over_every_kind_of_instrument():
    assert len(SCENARIOS) >= 120
    assert len({scenario.name for scenario in SCENARIOS}) == len(SCENARIOS)
    kinds = {instrument.kind for scenario in SCENARIOS for instrument in (*scenario.offers, *scenario.cards)}
    assert kinds == set(Kind)


def test_a_wrong_expectation_is_told_with_both_figures(tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text('[[scenario]]\nname = "x"\ncart = ["A: 10.00"]\nlines = ["A 9.00"]\ntotal = "10.00"\n')
    (scenario,) = read_scenarios(file)
    assert differences(scenario) == ["lines: expected ['A 9.00'], the calculator says ['A 10.00']"]


def test_an_unexpected_refusal_is_a_difference(tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text('[[scenario]]\nname = "x"\ncart = ["A: 10.00", "A: 1.00"]\ntotal = "11.00"\n')
    (scenario,) = read_scenarios(file)
    assert differences(scenario) == [
        "refused: expected None, the calculator says bad_cart",
        "total: expected 11.00, the calculator says None",
    ]


def test_a_search_can_be_handed_in_and_chooses_the_cards(tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text(
        '[[scenario]]\nname = "x"\ncart = ["A: 99.00"]\n'
        'wallet = ["live: live coupon, 20 off", "shop: shop coupon, 10 off"]\ntotal = "79.00"\n'
    )
    (scenario,) = read_scenarios(file)
    assert differences(scenario, cheapest) == []
    assert differences(scenario) != []


@pytest.mark.parametrize("words, reason", [
    ('cart = ["A 10.00"]', "not goods: 'A 10.00'"),
    ('cart = ["A: 10.00, colour red"]', "not understood: 'colour red'"),
    ('cart = ["A: 10.00"]\nwallet = ["c: shop coupon, 5 of"]', "not understood: '5 of'"),
    ('cart = ["A: 10.00"]\nwallet = ["c: shop coupon, 5 off, on Monday"]', "not understood: 'on Monday'"),
    ('cart = ["A: 10.00"]\nwallet = ["c: voucher, 5 off"]', "'voucher' is not a valid Kind"),
    ('cart = ["A: 10.00"]\nuse = ["c"]', "not in the wallet: c"),
    ('cart = ["A: 10.00"]\nrules = "mars"', "mars"),
    ('cart = ["A: 10.00"]\nsum = "1"', "unknown key sum"),
])  # fmt: skip
def test_words_that_are_not_understood_are_told_with_the_scenarios_name(tmp_path, words, reason):
    file = tmp_path / "mine.toml"
    file.write_text(f'[[scenario]]\nname = "my case"\n{words}\n')
    with pytest.raises(ValueError, match="my case") as caught:
        read_scenarios(file)
    assert reason in str(caught.value)
