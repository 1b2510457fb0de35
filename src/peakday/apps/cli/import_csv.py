"""How does a merchant's CSV come in at the command line? `peakday import csv FILE --kind orders --shop shp_…`

The proposed mapping is shown with its reasons; a person confirms it, corrects it column by column, or hands in a file
with the mapping. Killed, the same command goes on where it stopped; repeated, it changes nothing.
"""

import asyncio
import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

from peakday.apps.importers.csv_mapping import (
    CsvImport,
    Inspection,
    inspect_file,
    open_csv_import,
    run_csv_import,
)
from peakday.apps.importers.import_fields import FIELDS, FileKind
from peakday.apps.opening import open_house, open_web_engines
from peakday.kernel.actor import SYSTEM
from peakday.kernel.house import House
from peakday.kernel.ids import read_id, show_id
from peakday.kernel.imports import ImportRun, ImportStatus, write_error_file
from peakday.kernel.settings import read_settings
from peakday.market.shops import api as shops

_console = Console()


def import_csv(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="the CSV file")],
    kind: Annotated[FileKind, typer.Option(help="what its rows are")],
    shop: Annotated[str, typer.Option(help="the shop's id, shp_…")],
    mapping: Annotated[Path | None, typer.Option(exists=True, help='JSON: {"our field": "their column"}')] = None,
    zone: Annotated[str | None, typer.Option(help="the zone of times that name none, such as Asia/Shanghai")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="take the proposed mapping without asking")] = False,
) -> None:
    """Import items, orders or events from a CSV file with any column names."""
    columns = json.loads(mapping.read_text(encoding="utf-8")) if mapping else None
    try:
        shop_id = read_id("shp", shop)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--shop") from error

    async def run() -> ImportRun:
        async with open_house(read_settings()) as house, open_web_engines(house):
            async with house.database.read() as tx:
                found = await shops.get_shop(tx, SYSTEM, shop_id)
            looked = await inspect_file(house, shop_id, kind, file, columns, zone)
            chosen = looked.columns if columns or yes else _confirm(kind, looked)
            wanted = CsvImport(kind, file.resolve(), chosen, found.currency, zone)
            async with house.database.transaction() as tx:
                opened = await open_csv_import(house, tx, SYSTEM, shop_id, wanted)
            return await _carry(house, opened, wanted)

    done = asyncio.run(run())
    typer.echo(f"{done.rows_read} rows read, {done.rows_accepted} accepted, {done.rows_refused} refused")


async def _carry(house: House, opened: ImportRun, wanted: CsvImport) -> ImportRun:
    if opened.status is ImportStatus.DONE:
        typer.echo("This very file is imported already; nothing was changed.")
        return opened
    total = wanted.path.stat().st_size
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=_console) as progress:
        task = progress.add_task(wanted.path.name, total=total)

        def report(run: ImportRun) -> None:
            progress.update(task, completed=run.position["byte"], description=f"{run.rows_read} rows")

        done = await run_csv_import(house, opened, wanted, report)
    if done.rows_refused:
        path = Path.cwd() / f"{wanted.path.stem}-errors-{show_id('imp', done.run_id)}.csv"
        async with house.database.transaction() as tx:
            await write_error_file(tx, done.run_id, path)
        typer.echo(f"What was refused, and why: {path}")
    return done


def _confirm(kind: FileKind, looked: Inspection) -> dict[str, str]:
    """Show the proposal and ask; each field may be given another column, or none."""
    table = Table("field", "column", "sure", "why")
    titles = {field.name: field.title for field in FIELDS[kind]}
    for guess in looked.guesses:
        title = titles[guess.field]
        table.add_row(f"{guess.field} ({title.zh})", guess.header or "–", f"{guess.confidence:.0%}", guess.reason.en)
    _console.print(table)
    for problem in looked.problems:
        _console.print(f"row {problem.row}, {problem.field}: {problem.message.en}. {problem.remedy.en}", markup=False)
    if not looked.missing and typer.confirm("Import with these columns?", default=True):
        return looked.columns
    typer.echo(f"The columns of the file: {', '.join(looked.shape.header)}")
    chosen = {}
    for guess in looked.guesses:
        answer = typer.prompt(f"{guess.field} (empty: none)", default=guess.header or "", show_default=True).strip()
        if answer:
            chosen[guess.field] = answer
    return chosen
