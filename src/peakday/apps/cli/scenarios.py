"""Does the calculator agree with cases written in plain words? `peakday scenarios FILE` says so, with traces.

A case whose cards were not worked out by hand may let the calculator choose: `--best`. The exit code is 1 when a case
differs, 2 when a file cannot be read.
"""

import os
from collections.abc import Sequence
from pathlib import Path

import typer

from peakday.kernel.refusal import Refusal
from peakday.kernel.text import Language, Text, pick_language
from peakday.trade.promotions.api import best_price, explain
from peakday.trade.promotions.model import Cart, Instrument, PriceRules
from peakday.trade.promotions.priced import PricedCart
from peakday.trade.promotions.scenarios import Chooser, Scenario, differences, read_scenarios, use_all

_AGREES = Text("✓ {name}", "✓ {name}")
_DIFFERS = Text("✗ {name}", "✗ {name}")
_SUM = Text("{good} 个场景通过,{bad} 个不符", "{good} scenarios agree, {bad} differ")
_UNREADABLE = Text("无法读取 {file}:{reason}", "Cannot read {file}: {reason}")


def scenarios(
    files: list[Path] = typer.Argument(help="TOML files of scenarios", exists=True, dir_okay=False),  # noqa: B008
    best: bool = typer.Option(False, "--best", help="choose the best cards of each wallet instead of using all"),
    trace: bool = typer.Option(False, "--trace", help="say how each price came about, not only where it differs"),
    lang: str = typer.Option("", "--lang", help="zh or en; else as the terminal says"),
) -> None:
    """Run scenarios in plain words; exit 1 when the calculator disagrees with one."""
    language = pick_language(lang or os.environ.get("LANG"), "en")
    choose = use_best if best else use_all
    good = bad = 0
    for file in files:
        for scenario in _read(file, language):
            found = differences(scenario, choose)
            verdict = _DIFFERS if found else _AGREES
            typer.secho(verdict.of(language, name=scenario.name), fg="red" if found else "green")
            for line in found:
                typer.echo(f"    {line}")
            if found or trace:
                for sentence in trace_of(scenario, choose, language):
                    typer.echo(f"    · {sentence}")
            good, bad = good + (not found), bad + bool(found)
    typer.echo(_SUM.of(language, good=good, bad=bad))
    raise typer.Exit(1 if bad else 0)


def use_best(
    cart: Cart, offers: Sequence[Instrument], cards: Sequence[Instrument], rules: PriceRules
) -> PricedCart:  # fmt: skip
    """The price with the best cards of the wallet."""
    return best_price(cart, offers, cards, rules).priced


def trace_of(scenario: Scenario, choose: Chooser, language: Language) -> list[str]:
    """How the calculator came to its price, or why it refused."""
    instruments = [*scenario.offers, *scenario.cards]
    try:
        priced = choose(scenario.cart, scenario.offers, scenario.cards, scenario.rules)
    except Refusal as refusal:
        return [refusal.message.of(language, **refusal.data)]
    return [said.of(language) for said in explain(priced, {each.instrument_id: each.name for each in instruments})]


def _read(file: Path, language: Language) -> list[Scenario]:
    try:
        return read_scenarios(file)
    except (ValueError, UnicodeDecodeError) as error:  # tomllib's fault is a ValueError
        typer.secho(_UNREADABLE.of(language, file=file, reason=error), fg="red", err=True)
        raise typer.Exit(2) from error
