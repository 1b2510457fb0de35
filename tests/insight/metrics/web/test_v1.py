"""Do programs get the registry, figures and facts, and refusals in the shape they know?"""

from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI, Request

from peakday.apps.http.errors import add_error_handlers
from peakday.insight.metrics import api
from peakday.insight.metrics.web import v1
from peakday.kernel.actor import Actor, ActorKind
from peakday.kernel.ids import show_id
from peakday.kernel.web.context import Visit
from tests.insight.metrics.small_market import SHOP, SmallMarket, at
from tests.kept_apps import app_of

ADDRESS = f"/v1/shops/{show_id('shp', SHOP)}/metrics"


def _build() -> FastAPI:
    app = FastAPI()
    app.include_router(v1.router)
    add_error_handlers(app)
    return app


@pytest.fixture
async def client(house):
    market = SmallMarket()
    for hour in (1, 2, 3):
        market.order(f"p{hour}", at(f"2026-11-10 0{hour}:00"), at(f"2026-11-10 0{hour}:00"))
    store = api.open_fact_store(house, market.csv_providers())
    house.add(store)
    app = app_of(_build, house)
    visitors = {
        "owner": Actor(ActorKind.MERCHANT, uuid4(), SHOP, frozenset({"*"})),
        "packer": Actor(ActorKind.MERCHANT, uuid4(), SHOP, frozenset({"trade:view"})),
        "stranger": Actor(ActorKind.MERCHANT, uuid4(), uuid4(), frozenset({"*"})),
    }

    @app.middleware("http")
    async def know(request: Request, call_next):
        request.state.visit = Visit(visitors.get(request.headers.get("x-who", "")), "en", "", "test")
        return await call_next(request)

    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://t", headers={"x-who": "owner"}) as client:
        yield client
    store.close()


async def test_the_registry_is_public_to_who_is_signed_in(client) -> None:
    answer = await client.get("/v1/metrics")
    bodies = {body["name"]: body for body in answer.json()["items"]}
    assert set(bodies) == set(api.METRICS)
    assert bodies["paid_amount"]["parameters"].keys() == {"shop_id", "start", "end", "with_simulated"}
    assert bodies["uv"]["title"] == {"zh": "访客数", "en": "Visitors"}
    assert (await client.get("/v1/metrics", headers={"x-who": ""})).status_code == 401


async def test_figures_of_a_window_whole_and_by_hour(client) -> None:
    whole = (await client.get(ADDRESS, params={"names": "paid_amount,paid_orders", "window": "1d"})).json()
    assert whole["items"] == [{"key": None, "values": {"paid_amount": 3000, "paid_orders": 3}}]
    assert whole["window"]["first_day"] == "2026-11-10"
    hours = (await client.get(ADDRESS, params={"names": "paid_orders", "window": "1d", "by": "hour"})).json()
    assert hours["items"] == [{"key": hour, "values": {"paid_orders": 1}} for hour in (1, 2, 3)]
    days = (await client.get(ADDRESS, params={"names": "paid_orders", "window": "7d", "by": "day"})).json()
    assert days["items"] == [{"key": "2026-11-10", "values": {"paid_orders": 3}}]


async def test_the_facts_behind_a_figure_page_by_page(client) -> None:
    first = (await client.get(f"{ADDRESS}/paid_amount/rows", params={"window": "1d", "limit": 2})).json()
    rest = (
        await client.get(f"{ADDRESS}/paid_amount/rows", params={"window": "1d", "cursor": first["next_cursor"]})
    ).json()
    assert [row["paid_minor"] for row in first["items"] + rest["items"]] == [1000] * 3
    assert rest["next_cursor"] is None
    assert rest["items"][0]["paid_at"] == "2026-11-09T19:00:00Z"


@pytest.mark.parametrize(
    ("who", "path", "params", "status", "code"),
    [
        ("packer", ADDRESS, {"names": "uv"}, 403, "not_allowed"),
        ("packer", f"{ADDRESS}/uv/rows", {}, 403, "not_allowed"),
        ("stranger", ADDRESS, {"names": "uv"}, 404, "not_found"),
        ("stranger", f"{ADDRESS}/uv/rows", {}, 404, "not_found"),
        ("owner", ADDRESS, {"names": "gmv"}, 404, "metric_unknown"),
        ("owner", ADDRESS, {"names": "uv", "window": "8d"}, 422, "window_unreadable"),
        ("owner", ADDRESS, {"names": "paid_amount", "by": "item"}, 422, "dimension_not_offered"),
        ("owner", f"{ADDRESS}/uv/rows", {"cursor": "zzz"}, 422, "cursor_unreadable"),
        ("owner", ADDRESS.replace("shp_", "ord_"), {"names": "uv"}, 404, "not_found"),
    ],
)
async def test_refusals_have_a_status_and_a_stable_code(client, who, path, params, status, code) -> None:
    answer = await client.get(path, params=params, headers={"x-who": who})
    assert (answer.status_code, answer.json()["code"]) == (status, code)
