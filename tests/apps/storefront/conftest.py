"""What do tests of the mall stand on? The whole app in this process, over a shop with goods; or a real web process."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from peakday.apps.http.app import create_app
from peakday.apps.opening import open_web_engines
from peakday.kernel.house import House
from tests.apps.console.conftest import browser
from tests.apps.serving import serving
from tests.apps.storefront.bazaar import Bazaar, open_bazaar
from tests.kept_apps import app_of

__all__ = ["Mall", "browser"]


@dataclass(frozen=True)
class Mall:
    """The bazaar behind an app of this process."""

    app: object
    house: House
    bazaar: Bazaar

    def client(self, language: str = "zh") -> httpx.AsyncClient:
        """A browser; it follows no redirect by itself."""
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=True)
        headers = {"accept-language": language}
        return httpx.AsyncClient(transport=transport, base_url="http://peakday.test", headers=headers)


@pytest.fixture
async def mall(house: House) -> AsyncIterator[Mall]:
    async with open_web_engines(house):
        app = app_of(create_app, house)
        yield Mall(app, house, await open_bazaar(house.database, house.clock.now()))


@dataclass(frozen=True)
class Street:
    """The bazaar behind a real web process: its address and the folder that it lives in."""

    address: str
    home: Path
    bazaar: Bazaar


@pytest.fixture
async def street(database, database_url: str, tmp_path: Path) -> AsyncIterator[Street]:
    bazaar = await open_bazaar(database, datetime.now(UTC))
    home = tmp_path / "home"
    running = serving(home, database_url)
    address = await asyncio.to_thread(running.__enter__)
    try:
        yield Street(address, home, bazaar)
    finally:
        await asyncio.to_thread(running.__exit__, None, None, None)
