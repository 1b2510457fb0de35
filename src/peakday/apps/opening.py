"""How is a house opened for a process, and closed again? Database, event log, fact store and pages, in that order."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import peakday
from peakday.kernel.clock import Clock, SystemClock
from peakday.kernel.database import connect
from peakday.kernel.database.launcher import ensure_server
from peakday.kernel.house import House
from peakday.kernel.settings import Settings
from peakday.kernel.web.pages import Pages

PACKAGE = Path(peakday.__file__).parent


@asynccontextmanager
async def open_house(settings: Settings, clock: Clock | None = None) -> AsyncIterator[House]:
    """A house with a database only: what imports, audits and migrations need."""
    settings.home.mkdir(parents=True, exist_ok=True)
    database = await connect(ensure_server(settings))
    house = House(settings, clock or SystemClock(), database)
    try:
        yield house
    finally:
        await database.close()


def template_folders() -> list[Path]:
    """Every room's template folder: `<room>/web/templates`, and the console's own."""
    return [*sorted(PACKAGE.glob("*/*/web/templates")), PACKAGE / "apps/console/templates"]


def open_pages() -> Pages:
    """The template engine over every room's folder."""
    return Pages(template_folders(), version=peakday.__version__)
