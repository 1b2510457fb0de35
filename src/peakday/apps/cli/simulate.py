"""Do money and stock stay right through a long history of faults? `peakday simulate SEED` runs one, or many at once."""

import time
from collections import Counter

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from peakday.apps.simulation.model import Plan, SimulationFailed, Told
from peakday.apps.simulation.run import run_many, run_one

STEPS = 5_000


def simulate(
    seed: int = typer.Argument(..., min=0, help="which history; the same seed is the same history"),
    steps: int = typer.Option(STEPS, min=1, help="acts of people, banks and clocks in each history"),
    seeds: int = typer.Option(1, min=1, max=1_000, help="so many histories, from SEED on"),
    processes: int = typer.Option(0, min=0, help="so many at once; 0: one a core and one more"),
) -> None:
    """Run stock, orders, payments and ledger through a faulty history; exit 1 and name seed and step when one fails."""
    begun = time.perf_counter()
    plans = [Plan(one, steps) for one in range(seed, seed + seeds)]
    try:
        told = _one(plans[0]) if seeds == 1 else _many(plans, processes or None)
    except SimulationFailed as failed:
        typer.secho(str(failed), fg="red", err=True)
        typer.echo(f"see it again: {failed.replay}", err=True)
        raise typer.Exit(1) from failed
    _show(told, time.perf_counter() - begun)


def _one(plan: Plan) -> list[Told]:
    with _progress() as progress:
        task = progress.add_task(f"seed {plan.seed}", total=plan.steps)
        return [run_one(plan, lambda done: progress.update(task, completed=min(done, plan.steps)))]


def _many(plans: list[Plan], processes: int | None) -> list[Told]:
    told = []
    with _progress() as progress:
        task = progress.add_task("seeds", total=len(plans))
        for one in run_many(plans, processes):
            told.append(one)
            progress.advance(task)
    return told


def _progress() -> Progress:
    return Progress(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())


def _show(told: list[Told], seconds: float) -> None:
    """What happened, and that all of it was right."""
    console = Console()
    table = Table("what", "outcome", "times")
    counts: Counter[str] = Counter()
    for one in told:
        counts.update(one.counts)
    for name, times in sorted(counts.items()):
        what, _, outcome = name.partition(": ")
        table.add_row(what, outcome, f"{times:,}")
    console.print(table)
    steps, checks, days = sum(t.steps for t in told), sum(t.checks for t in told), sum(t.days for t in told)
    console.print(
        f"{len(told)} histories, {steps:,} steps, {days:,.1f} virtual days in {seconds:.0f} s"
        f" ({steps / seconds:,.0f} steps/s); all records looked at {checks} times: [green]in order"
    )
