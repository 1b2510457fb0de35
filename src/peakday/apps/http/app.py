"""Which rooms answer on which address? The app assembles their routes behind the door's manners, and decides nothing.

From outside to inside a request passes: hot doors, shopper doors (what thousands ask in one second is answered there)
→ manners (headers, limits) → failures (what nobody expected) → identity (who asks, forged forms) → idempotency (a
change with a key happens once) → trail (who saw it) → the room's route.
"""

import gc
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

from fastapi import APIRouter, FastAPI
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.staticfiles import StaticFiles

import peakday
from peakday.apps.http.errors import add_error_handlers
from peakday.apps.http.failures import FailureDoor
from peakday.apps.http.hot_doors import HotDoors
from peakday.apps.http.idempotency import IdempotencyDoor
from peakday.apps.http.identity import IdentityDoor
from peakday.apps.http.manners import MannersDoor
from peakday.apps.http.openapi import describe
from peakday.apps.http.place import PlaceDoor
from peakday.apps.http.shopper_doors import ShopperDoors
from peakday.apps.http.unread import UnreadDoor
from peakday.apps.importers.web import merchant as importers_pages
from peakday.apps.opening import open_house, open_web_engines
from peakday.apps.storefront.web import mall as mall_pages
from peakday.apps.storefront.web import v1 as mall_api
from peakday.insight.advisor.board.web import pages as board_pages
from peakday.insight.advisor.warming import warming
from peakday.insight.advisor.web import merchant as advisor_pages
from peakday.insight.audiences.web import merchant as audiences_pages
from peakday.insight.audiences.web import my_v1 as audiences_my_api
from peakday.insight.audiences.web import v1 as audiences_api
from peakday.insight.behaviour.web import v1 as behaviour_api
from peakday.insight.channels.web import merchant as channels_pages
from peakday.insight.channels.web import v1 as channels_api
from peakday.insight.consumers.web import merchant as consumers_pages
from peakday.insight.forecasting.web import merchant as forecasting_pages
from peakday.insight.forecasting.web import v1 as forecasting_api
from peakday.insight.metrics.web import v1 as metrics_api
from peakday.insight.trends.web import merchant as trends_pages
from peakday.kernel.actor import ActorKind
from peakday.kernel.house import House
from peakday.kernel.ids import show_id
from peakday.kernel.settings import read_settings
from peakday.kernel.web.context import house_of, visit_of
from peakday.market.accounts.web import buyers_v1 as buyers_api
from peakday.market.accounts.web import merchant as accounts_pages
from peakday.market.accounts.web import v1 as accounts_api
from peakday.market.accounts.web.trail import TrailDoor
from peakday.market.catalog.web import merchant as catalog_pages
from peakday.market.catalog.web import v1 as catalog_api
from peakday.market.same_products.web import merchant as same_products_pages
from peakday.market.same_products.web import operator as same_products_review
from peakday.market.same_products.web import v1 as same_products_api
from peakday.market.shops.web import merchant as shops_pages
from peakday.market.shops.web import v1 as shops_api
from peakday.operations.health.web import merchant as health_pages
from peakday.operations.health.web import v1 as health_api
from peakday.operations.workbench.web import merchant as workbench_pages
from peakday.operations.workbench.web import switches_v1 as switches_api
from peakday.operations.workbench.web import v1 as workbench_api
from peakday.trade.carts.web import v1 as carts_api
from peakday.trade.ledger.web import merchant as ledger_pages
from peakday.trade.ledger.web import v1 as ledger_api
from peakday.trade.orders.web import doors as orders_doors
from peakday.trade.orders.web import flash_v1 as flash_api
from peakday.trade.orders.web import merchant as orders_pages
from peakday.trade.orders.web import v1 as orders_api
from peakday.trade.payments.web import v1 as payments_api
from peakday.trade.price_history.web import merchant as prices_pages
from peakday.trade.price_history.web import v1 as prices_api
from peakday.trade.promotions.web import claims_v1 as claims_api
from peakday.trade.promotions.web import merchant as promotions_pages
from peakday.trade.promotions.web import platform_v1 as platform_promotions_api
from peakday.trade.promotions.web import shopper_v1 as cards_api
from peakday.trade.promotions.web import v1 as promotions_api
from peakday.trade.sale_events.web import operator_v1 as platform_events_api
from peakday.trade.sale_events.web import pages as sale_events_pages
from peakday.trade.sale_events.web import v1 as sale_events_api
from peakday.trade.stock.web import merchant as stock_pages
from peakday.trade.stock.web import v1 as stock_api

ROOMS = (
    behaviour_api,  # first: it is asked a hundred times as often as all others
    flash_api, carts_api, orders_doors, stock_api, stock_pages,
    accounts_api, buyers_api, shops_api, catalog_api, prices_api, promotions_api, claims_api, orders_api, metrics_api,
    health_api, workbench_api, switches_api,
    accounts_pages, shops_pages, catalog_pages, prices_pages, promotions_pages, orders_pages, advisor_pages,
    same_products_api, same_products_pages, same_products_review,
    consumers_pages, trends_pages, channels_api, channels_pages, audiences_api, audiences_pages, importers_pages,
    health_pages, workbench_pages, board_pages,
    sale_events_api, platform_events_api, sale_events_pages, payments_api, ledger_api, ledger_pages,
    platform_promotions_api, cards_api,
    audiences_my_api, forecasting_api, forecasting_pages, mall_api, mall_pages,
)  # fmt: skip
# from inside to outside
DOORS = (
    UnreadDoor,
    PlaceDoor,
    TrailDoor,
    IdempotencyDoor,
    IdentityDoor,
    FailureDoor,
    MannersDoor,
    ShopperDoors,
    HotDoors,
)
STATIC = Path(peakday.__file__).parent / "apps/console/static"
MALL_STATIC = Path(peakday.__file__).parent / "apps/storefront/static"

# Counting frees nearly everything, and what is young and in a cycle goes in steps of some ten ms. What has grown old is
# remembered answers, hundreds of thousands of objects: looking through them took 0.3 s of a shopper's time.
GARBAGE_THRESHOLDS = (50_000, 1_000, 100)

Opening = Callable[[], AbstractAsyncContextManager[House]]

door = APIRouter()


def create_app(opening: Opening | None = None) -> FastAPI:
    """The app of this process; tests hand in a house of their own."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with opening() if opening else open_own_house() as house:
            app.state.house = house
            yield

    app = FastAPI(
        title="Peakday", version=peakday.__version__, lifespan=lifespan, docs_url=None, redoc_url=None,
        openapi_url="/v1/openapi.json",
    )  # fmt: skip
    app.openapi = lambda: describe(app)  # type: ignore[method-assign]
    app.include_router(door)
    for room in ROOMS:
        app.include_router(room.router)
    app.mount("/static/mall", StaticFiles(directory=MALL_STATIC), name="mall_static")
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    add_error_handlers(app)
    for middleware in DOORS:
        app.add_middleware(middleware)
    return app


@asynccontextmanager
async def open_own_house(warm_after_seconds: float = 0.0) -> AsyncIterator[House]:
    """The house of these settings' market; `warm_after_seconds`: who takes a dead one's place serves shoppers first."""
    async with open_house(read_settings()) as house, open_web_engines(house), warming(house, warm_after_seconds):
        gc.freeze()  # what is here stays: looking through it for garbage would hold every reader up for 0.1 s
        gc.set_threshold(*GARBAGE_THRESHOLDS)
        yield house


@door.get("/health", include_in_schema=False)
async def health(request: Request) -> JSONResponse:
    """Whether this process and its database answer; no queue of shoppers is before it."""
    await house_of(request).database.look()
    return JSONResponse({"status": "ok", "version": peakday.__version__})


@door.get("/", include_in_schema=False)
async def landing(request: Request) -> Response:
    """To the visitor's own shop, to the list of shops, or to the sign-in page."""
    actor = visit_of(request).actor
    if actor is None:
        return RedirectResponse("/sign-in", 303)
    if actor.kind is ActorKind.MERCHANT and actor.shop_id is not None:
        return RedirectResponse(f"/shop/{show_id('shp', actor.shop_id)}/", 303)
    return RedirectResponse("/shops", 303)
