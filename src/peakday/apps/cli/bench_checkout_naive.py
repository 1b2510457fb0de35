"""How do carts answer that are written without a thought for the hot minute?

One transaction a request, one query a line: the SKU, its price, its stock; FastAPI reads and writes the bodies; the
best price is found by the same calculator. It stands beside the real doors in `peakday bench checkout`.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any
from uuid import UUID

from fastapi import FastAPI, Header
from pydantic import BaseModel

from peakday.kernel.clock import SystemClock
from peakday.kernel.database import Database, Tx, connect
from peakday.kernel.database.launcher import ensure_server
from peakday.kernel.ids import read_id, show_id
from peakday.kernel.settings import read_settings
from peakday.market.accounts import api as accounts
from peakday.market.catalog import api as catalog
from peakday.market.catalog.model import Goods
from peakday.trade.carts import api as carts
from peakday.trade.price_history import api as prices
from peakday.trade.stock import api as stock


class NaiveWish(BaseModel):
    """Pieces of a SKU to add."""

    shop_id: str
    sku_id: str
    quantity: int = 1


def naive_app() -> FastAPI:
    """The naive form of two doors: adding a line, and opening the cart."""
    kept: dict[str, Database] = {}
    settings = read_settings()

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        kept["database"] = await connect(ensure_server(settings))
        yield
        await kept["database"].close()

    app = FastAPI(lifespan=lifespan)
    secret = accounts.buyer_secret(settings)

    def buyer_of(authorization: str) -> UUID:
        shown = accounts.read_buyer_token(secret, authorization.partition(" ")[2], SystemClock().now())
        assert shown is not None, "the bench shows good passes"
        return shown.buyer_id

    @app.post("/v1/my/cart/lines", status_code=201)
    async def add_line(wish: NaiveWish, authorization: Annotated[str, Header()]) -> dict[str, Any]:
        buyer_id, shop_id, sku_id = buyer_of(authorization), read_id("shp", wish.shop_id), read_id("sku", wish.sku_id)
        async with kept["database"].transaction() as tx:
            price, left = await _look_up(tx, shop_id, sku_id)
            await tx.execute(
                "insert into carts.cart as c (buyer_id, changed_at) values ($1, now()) on conflict (buyer_id)"
                " do update set version = c.version + 1",
                buyer_id,
            )
            lines = await tx.fetchval("select count(*) from carts.line where buyer_id = $1", buyer_id)
            had = await tx.fetchval(
                "select quantity from carts.line where buyer_id = $1 and sku_id = $2", buyer_id, sku_id
            )
            assert left is None or left >= (had or 0) + wish.quantity, "the bench has stock"
            await tx.execute(
                "insert into carts.line as l (buyer_id, sku_id, shop_id, seen_minor, added_at, quantity)"
                " values ($1, $2, $3, $4, now(), $5) on conflict (buyer_id, sku_id)"
                " do update set quantity = l.quantity + $5",
                buyer_id, sku_id, shop_id, price, wish.quantity,
            )  # fmt: skip
            if had is None:
                await tx.execute("update carts.cart set lines = lines + 1 where buyer_id = $1", buyer_id)
            return {"sku_id": wish.sku_id, "quantity": (had or 0) + wish.quantity, "lines": lines + (had is None)}

    @app.get("/v1/my/cart")
    async def open_cart(authorization: Annotated[str, Header()]) -> dict[str, Any]:
        buyer_id = buyer_of(authorization)
        async with kept["database"].read() as tx:
            rows = await tx.fetch("select shop_id, sku_id, quantity from carts.line where buyer_id = $1", buyer_id)
            lines = []
            for row in rows:
                price, left = await _look_up(tx, row["shop_id"], row["sku_id"])
                lines.append({"sku_id": show_id("sku", row["sku_id"]), "price_minor": price, "left": left})
            wanted = [carts.Wanted(row["shop_id"], row["sku_id"], row["quantity"]) for row in rows]
            quote = await carts.quote(tx, buyer_id, wanted)
        return {"lines": lines, "payable_minor": quote.payable_minor}

    return app


async def _look_up(tx: Tx, shop_id: UUID, sku_id: UUID) -> tuple[int, int | None]:
    goods: list[Goods] = await catalog.find_goods(tx, shop_id, [sku_id])
    asked = await prices.prices_at(tx, shop_id, [sku_id])
    left = await stock.available_of(tx, [(shop_id, sku_id)])
    price = min([each.price_minor for each in asked.get(sku_id, [])], default=goods[0].price_minor)
    return price or 0, left.get((shop_id, sku_id))
