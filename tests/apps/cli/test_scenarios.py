"""Does the command run somebody's cases, say where they differ in both languages, and tell by its exit code?"""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from peakday.apps.cli.main import app

OURS = sorted((Path(__file__).parents[2] / "trade/promotions/scenarios").glob("*.toml"))
GOOD = """[[scenario]]
name = "Every 300 minus 50"
cart = ["A: 899.00"]
promotions = ["cross: cross-shop, 50 off every 300"]
discounts = ["cross 100.00"]
total = "799.00"
"""
CHOICE = """[[scenario]]
name = "The larger coupon"
cart = ["A: 99.00"]
wallet = ["live: live coupon, 20 off", "shop: shop coupon, 10 off"]
total = "79.00"
"""


def run(*words: str):
    return CliRunner().invoke(app, ["scenarios", *words])


def written(folder: Path, text: str) -> str:
    file = folder / "mine.toml"
    file.write_text(text, encoding="utf-8")
    return str(file)


@pytest.mark.capability("TE-08", page="peakday scenarios")
def test_our_own_scenarios_agree():
    done = run(*map(str, OURS), "--lang", "en")
    assert done.exit_code == 0, done.output
    assert done.output.rstrip().endswith(" scenarios agree, 0 differ")


def test_a_case_that_differs_shows_both_figures_and_the_trace(tmp_path):
    done = run(written(tmp_path, GOOD.replace("799", "800")), "--lang", "en")
    assert done.exit_code == 1
    assert "✗ Every 300 minus 50" in done.output
    assert "total: expected 800.00, the calculator says 799.00" in done.output
    assert "· Tmall promotion rules, version 2022" in done.output
    assert done.output.rstrip().endswith("0 scenarios agree, 1 differ")


def test_the_trace_is_in_the_readers_language(tmp_path):
    done = run(written(tmp_path, GOOD), "--trace", "--lang", "zh")
    assert done.exit_code == 0
    assert "· 天猫活动优惠规则,版本 2022" in done.output
    assert done.output.rstrip().endswith("1 个场景通过,0 个不符")


def test_the_best_cards_are_chosen_when_asked_for(tmp_path):
    file = written(tmp_path, CHOICE)
    assert run(file, "--lang", "en").exit_code == 1  # both at once do not stack
    assert run(file, "--best").exit_code == 0


@pytest.mark.parametrize("text", ["[[scenario]]\nname = 'x'\ncart = ['A 1']\n", "not toml"])
def test_a_file_that_cannot_be_read_is_told_apart(tmp_path, text):
    done = run(written(tmp_path, text), "--lang", "en")
    assert done.exit_code == 2
    assert "Cannot read" in done.output
