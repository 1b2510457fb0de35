"""Which door do the market's web tests knock at? The real one (identity, trail, refusals) before the market's rooms."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import ModuleType

import httpx
import pytest
from fastapi import FastAPI
from starlette.middleware import Middleware

from peakday.apps.http.errors import add_error_handlers
from peakday.apps.http.identity import IdentityDoor
from peakday.apps.opening import open_pages
from peakday.kernel.house import House
from peakday.kernel.web.pages import Pages
from peakday.market.accounts.web import merchant as accounts_pages
from peakday.market.accounts.web import v1 as accounts_api
from peakday.market.accounts.web.trail import TrailDoor
from peakday.market.shops.web import merchant as shops_pages
from peakday.market.shops.web import v1 as shops_api
from tests.kept_apps import app_of
from tests.market.people import PASSWORD


def market_app(house: House, *more: ModuleType) -> FastAPI:
    """The door before the market's rooms and `more`."""
    if Pages not in house.engines:
        house.add(open_pages())
    return app_of(_build, house, *more)


def put_behind_the_door(monkeypatch: pytest.MonkeyPatch, *rooms: ModuleType, inside: type | None = None) -> None:
    """For the length of a test the door has these rooms (`v1`, `merchant`, …) too, and behind it the door `inside`."""
    bare = market_app

    def with_rooms(house: House) -> FastAPI:
        app = bare(house, *rooms)
        if inside:
            app.user_middleware.append(Middleware(inside))
        return app

    monkeypatch.setattr("tests.market.doors.market_app", with_rooms)


def _build(*more: ModuleType) -> FastAPI:
    app = FastAPI()
    for room in (accounts_api, accounts_pages, shops_api, shops_pages, *more):
        app.include_router(room.router)
    add_error_handlers(app)
    app.add_middleware(TrailDoor)
    app.add_middleware(IdentityDoor)
    return app


@asynccontextmanager
async def visitor(house: House, **headers: str) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(market_app(house), client=("203.0.113.7", 40_000))
    async with httpx.AsyncClient(transport=transport, base_url="http://peakday.test", headers=headers) as client:
        yield client


@asynccontextmanager
async def signed_in(house: House, login: str) -> AsyncIterator[httpx.AsyncClient]:
    """A browser that has signed in in English."""
    async with visitor(house, **{"accept-language": "en"}) as client:
        page = await client.get("/sign-in")
        form = {"login": login, "password": PASSWORD, "csrf_token": csrf_in(page)}
        answer = await client.post("/sign-in", data=form)
        assert answer.status_code == 303, answer.text
        yield client


def csrf_in(page: httpx.Response) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert found, page.text[:500]
    return found.group(1)
