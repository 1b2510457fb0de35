"""How does a market come by the announced sale events? `peakday events ship`."""

import asyncio
from typing import Annotated

import typer

from peakday.apps.opening import open_house
from peakday.kernel.settings import read_settings
from peakday.trade.sale_events import api as sale_events
from peakday.trade.sale_events.model import SaleEvent

app = typer.Typer(no_args_is_help=True)


@app.callback()
def events() -> None:
    """The platform's sale events."""


@app.command()
def ship(
    rehearsal: Annotated[bool, typer.Option(help="also an event to enrol in now, with moved dates")] = True,
) -> None:
    """See to it that every announced event is there, and one to take part in; doing it again adds nothing."""

    async def run() -> list[SaleEvent]:
        async with open_house(read_settings()) as house, house.database.transaction() as tx:
            return await sale_events.ship_events(tx, house.clock.now(), with_rehearsal=rehearsal)

    made = asyncio.run(run())
    for event in made:
        typer.echo(f"{event.plan.code:<24} {event.plan.name.zh}  {event.plan.name.en}")
    typer.echo(f"{len(made)} new")
