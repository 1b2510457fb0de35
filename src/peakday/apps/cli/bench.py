"""How fast is it here? `peakday bench …` measures on this machine, in a market of its own, and tells figures."""

import json
from pathlib import Path

import typer
from rich.console import Console
from rich.table import Table

from peakday.apps.cli import (
    bench_advisor,
    bench_aipl,
    bench_best_price,
    bench_board,
    bench_cart_price,
    bench_cart_storage,
    bench_catalog_import,
    bench_checkout,
    bench_collect,
    bench_crowd,
    bench_enrolment,
    bench_flash_sale,
    bench_forecast,
    bench_health,
    bench_ledger,
    bench_lookalike,
    bench_same_products,
    bench_trends,
    bench_uplift,
)

app = typer.Typer(no_args_is_help=True, help="Measure on this machine; touches no market.")

AS_JSON = typer.Option(False, "--json", help="one JSON object instead of a table")


@app.command()
def advisor(
    rounds: int = typer.Option(
        bench_advisor.ROUNDS, help="how often each of 8 readers opens every page for every period"
    ),
    as_json: bool = AS_JSON,
) -> None:
    """Read the pages of the largest shop, eight readers at once."""
    _tell(bench_advisor.run(rounds=rounds), as_json=as_json)


@app.command()
def aipl(
    people: int = typer.Option(bench_aipl.PEOPLE, help="who buy and look"),
    brands: int = typer.Option(bench_aipl.BRANDS, help="whose they are"),
    spark: bool = typer.Option(False, "--spark", help="also on Spark, and compare the rows (needs Java 17)"),
    as_json: bool = AS_JSON,
) -> None:
    """Tell the stage of every person towards every brand on one day."""
    _tell(bench_aipl.run(people, brands, spark=spark), as_json=as_json)


@app.command()
def best_price(
    carts: int = typer.Option(bench_best_price.CARTS, help="drawn carts held against the exact solver"),
    large_carts: int = typer.Option(bench_best_price.LARGE_CARTS, help="carts of 300 lines with 60 instruments"),
    as_json: bool = AS_JSON,
) -> None:
    """Choose the best cards of many wallets, against a solver that tries every set."""
    _tell(bench_best_price.run(carts, large_carts), as_json=as_json)


@app.command()
def board(
    orders_per_s: int = typer.Option(bench_board.ORDERS_PER_S, help="paid orders a second that are written"),
    seconds: float = typer.Option(bench_board.SECONDS, help="how long they are written"),
    as_json: bool = AS_JSON,
) -> None:
    """Follow paid orders to an open page of the live board, with a kill in the middle; recount afterwards."""
    _tell(bench_board.run(orders_per_s, seconds), as_json=as_json)


@app.command()
def cart_price(
    rounds: int = typer.Option(bench_cart_price.ROUNDS, help="how often each cart is priced; the median is told"),
    peer: bool = typer.Option(False, "--peer", help="also measure django-oscar, in an environment made for it"),
    as_json: bool = AS_JSON,
) -> None:
    """Price carts of 10 to 1,000 lines."""
    _tell(bench_cart_price.run(rounds, peer=peer), as_json=as_json)


@app.command()
def catalog_import(
    rows: int = typer.Option(bench_catalog_import.ROWS, help="rows of the item file; 1 % of them are bad"),
    as_json: bool = AS_JSON,
) -> None:
    """Import a large item file."""
    _tell(bench_catalog_import.run(rows), as_json=as_json)


@app.command()
def cart_storage(
    lines: int = typer.Option(bench_cart_storage.LINES, help="lines that are written"),
    as_json: bool = AS_JSON,
) -> None:
    """Measure what a line of a cart takes on the disk."""
    _tell(bench_cart_storage.run(lines), as_json=as_json)


@app.command()
def checkout(
    seconds: float = typer.Option(bench_checkout.SECONDS, help="how long 32 shoppers add, and buy"),
    processes: int = typer.Option(bench_checkout.PROCESSES, help="web processes"),
    as_json: bool = AS_JSON,
) -> None:
    """Add to carts, buy, and handle a cart of 300 lines, over HTTP with three promotions live."""
    _tell(bench_checkout.run(seconds, processes), as_json=as_json)


@app.command()
def collect(
    events: int = typer.Option(bench_collect.EVENTS, help="events sent, in batches of 100"),
    as_json: bool = AS_JSON,
) -> None:
    """Collect events over HTTP, with a kill in the middle."""
    _tell(bench_collect.run(events), as_json=as_json)


@app.command()
def crowd(
    users: int = typer.Option(bench_crowd.USERS, help="people in the tags"),
    seconds: float = typer.Option(bench_crowd.SECONDS, help="how long ten thousand events a second come in"),
    as_json: bool = AS_JSON,
) -> None:
    """Count nested expressions of five tags, against DuckDB; how old a membership is while events pour in."""
    _tell(bench_crowd.run(users, seconds), as_json=as_json)


@app.command()
def health(
    skus: int = typer.Option(bench_health.SKUS, help="SKUs of the market, in shops of a hundred"),
    faults: int = typer.Option(bench_health.FAULTS, help="faults planted, and as many harmless look-alikes"),
    seed: int = typer.Option(bench_health.SEED, help="of the market and its faults"),
    as_json: bool = AS_JSON,
) -> None:
    """Find planted set-up faults in a large market."""
    _tell(bench_health.run(skus, faults, seed), as_json=as_json)


@app.command()
def enrolment(
    rows: int = typer.Option(bench_enrolment.ROWS, help="rows of the file of enrolments; 2 % of them are bad"),
    as_json: bool = AS_JSON,
) -> None:
    """Enrol a large file in a sale event, broken off in the middle."""
    _tell(bench_enrolment.run(rows), as_json=as_json)


@app.command()
def flash_sale(
    orders: int = typer.Option(bench_flash_sale.ORDERS, help="orders of the first measurement; the others take half"),
    as_json: bool = AS_JSON,
) -> None:
    """Sell one hot SKU over HTTP; also naively, in two processes, of many SKUs, on a slow disk, and a hundred units."""
    _tell(bench_flash_sale.run(orders), as_json=as_json)


@app.command()
def forecast(
    peer: bool = typer.Option(False, "--peer", help="also with statsforecast, which is installed for it, then removed"),
    as_json: bool = AS_JSON,
) -> None:
    """Forecast M4, M3 and a real retailer's weeks, against Theta and seasonal naive."""
    _tell(bench_forecast.run(peer=peer), as_json=as_json)


@app.command()
def ledger(
    transfers: int = typer.Option(bench_ledger.TRANSFERS, help="durable transfers of each measurement"),
    compared: int = typer.Option(bench_ledger.COMPARED, help="random postings compared with a second, plain ledger"),
    as_json: bool = AS_JSON,
) -> None:
    """Post transfers, half of them on one account; compare a random history with a plain ledger."""
    _tell(bench_ledger.run(transfers, compared), as_json=as_json)


@app.command()
def lookalike(as_json: bool = AS_JSON) -> None:
    """Find the hidden fifth of ten real segments, against logistic regression and popularity."""
    _tell(bench_lookalike.run(), as_json=as_json)


@app.command()
def trends(
    draws: int = typer.Option(bench_trends.DRAWS, help="how often rises and look-alikes are planted"),
    as_json: bool = AS_JSON,
) -> None:
    """Find what rises among what looks like it, planted into a real year."""
    _tell(bench_trends.run(draws), as_json=as_json)


@app.command()
def same_products(
    *,
    learn: bool = typer.Option(False, "--learn", help="learn the shipped model again first"),
    as_json: bool = AS_JSON,
) -> None:
    """Find same products among labelled pairs of real listings, and their candidates among all listings."""
    _tell(bench_same_products.run(learn=learn), as_json=as_json)


@app.command()
def uplift(
    data: str = typer.Option(str(bench_uplift.DATA), help="hillstrom_data.csv"),
    as_json: bool = AS_JSON,
) -> None:
    """Order people of a real experiment by uplift, against chance and a model of who answers."""
    _tell(bench_uplift.run(Path(data)), as_json=as_json)


def _tell(figures: dict[str, object], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(figures))
        return
    table = Table("figure", "value", box=None)
    for name, value in figures.items():
        table.add_row(name, f"{value:,}" if isinstance(value, int | float) else str(value))
    Console().print(table)
