"""How is the columnar extract set right when it disagrees with the record? `peakday facts rebuild`."""

import asyncio

import typer

from peakday.apps.opening import extract_facts, open_house
from peakday.insight.metrics.api import Extracted
from peakday.kernel.settings import read_settings

app = typer.Typer(no_args_is_help=True)


@app.callback()
def facts() -> None:
    """The columnar extract that pages of figures read."""


@app.command()
def rebuild() -> None:
    """Write the extract anew from all rows of the record; pages go on meanwhile and show the new one at the end."""

    async def run() -> Extracted:
        async with open_house(read_settings()) as house:
            return await extract_facts(house, anew=True)

    for relation, rows in asyncio.run(run()).rows.items():
        typer.echo(f"{relation:<12} {rows:>12,} rows")
