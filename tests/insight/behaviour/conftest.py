"""What does every test of this room need? A log in an empty folder, a shop's key, and the door on a small app."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from uuid import UUID

import duckdb
import httpx
import msgspec
import pytest
from fastapi import FastAPI

from peakday.insight.behaviour.api import EVENTS_SHAPE, BehaviourLog, event_files, events_sql, open_log
from peakday.insight.behaviour.web import v1
from peakday.kernel.actor import Actor, ActorKind
from peakday.kernel.clock import FixedClock
from peakday.kernel.eventlog import compact_log
from peakday.kernel.house import House
from peakday.kernel.refusal import Refusal
from peakday.kernel.settings import Settings, read_settings
from peakday.kernel.web.context import Visit
from peakday.kernel.web.problems import answer_refusal

SHOP = UUID("01930000-0000-7000-8000-000000000001")
NOW = datetime(2026, 11, 11, 12, 0, tzinfo=UTC)
SHOP_KEY = Actor(ActorKind.MERCHANT, UUID(int=7), SHOP, frozenset({"events:write"}))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return read_settings({"PEAKDAY_HOME": str(tmp_path)})


@pytest.fixture
async def log(settings: Settings, clock: FixedClock) -> AsyncIterator[BehaviourLog]:
    opened = await open_log(settings, clock)
    yield opened
    await opened.close()


@pytest.fixture
def read_events(settings: Settings) -> Callable[[str], list[tuple[object, ...]]]:
    def read(columns: str) -> list[tuple[object, ...]]:
        return duckdb.execute(f"select {columns} from ({events_sql(event_files(settings))}) order by all").fetchall()

    return read


@pytest.fixture
def compact(settings: Settings, log: BehaviourLog):
    async def run():
        await log.settle()
        return compact_log(settings.events_dir, EVENTS_SHAPE, NOW)

    return run


@pytest.fixture
def make_event() -> Callable[..., dict[str, object]]:
    def make(event_id: str = "e1", **fields: object) -> dict[str, object]:
        return {"event_id": event_id, "ts": "2026-11-11T19:59:00+08:00", "user_id": "u1", "type": "pv"} | fields

    return make


@pytest.fixture
async def send(settings: Settings, clock: FixedClock, log: BehaviourLog):
    """Post a body to the door as an actor; returns the response."""
    app = FastAPI()
    app.include_router(v1.router)
    app.add_exception_handler(Refusal, answer_refusal)
    house = House(settings, clock, database=SimpleNamespace())  # the door never asks the database
    house.add(log)
    app.state.house = house

    async def post(body: object, actor: Actor | None = SHOP_KEY) -> httpx.Response:
        async def with_visit(scope, receive, tell):
            scope["state"] = {"visit": Visit(actor, "zh", "", "127.0.0.1")}
            await app(scope, receive, tell)

        content = body if isinstance(body, bytes) else msgspec.json.encode(body)
        transport = httpx.ASGITransport(app=with_visit)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return await client.post("/v1/events", content=content)

    post.app = app
    return post
