"""What does every page of the mall know? The database's clock, how much lies in the cart, who looks."""

import hashlib
from datetime import datetime
from typing import Any
from uuid import UUID

from starlette.requests import Request
from starlette.responses import HTMLResponse

from peakday.kernel.actor import ActorKind
from peakday.kernel.refusal import Refusal
from peakday.kernel.web.context import house_of, visit_of
from peakday.kernel.web.pages import Pages
from peakday.kernel.web.problems import status_of
from peakday.market.accounts import api as accounts
from peakday.trade.carts import api as carts


async def show(request: Request, template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """Draw a page of the mall."""
    buyer_id = buyer_of(request)
    async with house_of(request).database.read() as connection:
        now: datetime = await connection.fetchval("select clock_timestamp()")
        visit = visit_of(request)
        count = 0 if buyer_id is None or visit.actor is None else await carts.count_lines(connection, visit.actor)
    return house_of(request).get(Pages).render(
        request, f"storefront/{template}", status, server_now_ms=round(now.timestamp() * 1000), cart_count=count,
        mall_note=None, hue_of=hue_of, is_guest=visit.actor is None or visit.actor.can("guest"), **values,
    )  # fmt: skip


async def refuse(request: Request, refusal: Refusal) -> HTMLResponse:
    """The mall's own page of an expected "no"."""
    return await show(request, "refused.html", status_of(refusal), refusal=refusal)


def buyer_of(request: Request) -> UUID | None:
    """The buyer who looks; none when nobody has a pass yet."""
    actor = visit_of(request).actor
    return accounts.require_buyer(actor) if actor is not None and actor.kind is ActorKind.BUYER else None


def hue_of(name: str) -> int:
    """The colour that stands for a name, in degrees."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:2]) % 360
