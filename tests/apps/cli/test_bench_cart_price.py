"""Does the bench of the price calculator tell its figures, and price what it says?"""

import json

from typer.testing import CliRunner

from peakday.apps.cli import bench_cart_price
from peakday.apps.cli.bench import app
from peakday.trade.promotions.api import price_cart
from tests.trade.promotions.builders import STEPWISE


def test_the_figures_are_one_json_object_and_the_peer_is_measured_only_when_asked():
    said = CliRunner().invoke(app, ["cart-price", "--rounds", "1", "--json"])
    assert said.exit_code == 0, said.output
    figures = json.loads(said.stdout)
    sizes = ["ms_10", "ms_100", "ms_300", "ms_1000", "ms_300_ten", "growth_100_to_1000"]
    assert list(figures) == [*sizes, "vs_oscar_300", "oscar"]
    assert all(figures[name] > 0 for name in sizes)
    assert (figures["vs_oscar_300"], figures["oscar"]) == (None, "not asked for: --peer")


def test_all_ten_promotions_give_something_so_that_the_bench_measures_work():
    priced = price_cart(bench_cart_price.a_cart(300), bench_cart_price.ten(), STEPWISE)
    assert sorted(str(name) for name in priced.given_by_instrument()) == list("abcdefghij")
    assert priced.unused == ()
