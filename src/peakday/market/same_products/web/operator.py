"""Where do the platform's staff settle what the matcher is not sure of? One pair at a time, side by side."""

import csv
import io
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from peakday.kernel.actor import SYSTEM
from peakday.kernel.database import Tx
from peakday.kernel.spreadsheets import inert
from peakday.kernel.switches.model import require_staff
from peakday.kernel.web.context import actor_of, house_of, visit_of
from peakday.kernel.web.pages import Pages
from peakday.kernel.web.paths import ShownId
from peakday.market.same_products import api
from peakday.market.same_products.model import ItemRef, Pair, Verdict
from peakday.market.same_products.web.view import View
from peakday.market.shops import api as shops

router = APIRouter(prefix="/platform/same-products", include_in_schema=False)
ADDRESS = "/platform/same-products"
SAID_SHOWN = 10
ShopForm = Annotated[UUID, Form(), ShownId("shp")]
ItemForm = Annotated[UUID, Form(), ShownId("itm")]


@router.get("")
async def review_page(request: Request) -> Response:
    """The next pair, and what was said last."""
    house, actor = house_of(request), actor_of(request)
    require_staff(actor)
    async with house.database.read() as tx:
        pairs = await api.list_uncertain(tx, actor, 1)
        said = await api.list_said(tx, actor, SAID_SHOWN)
        items, waiting = await api.count_waiting(tx)
        names = await _names(tx, [*pairs, *said])
    return house.get(Pages).render(
        request, "same_products/review.html", pair=pairs[0] if pairs else None, said=said, items=items, waiting=waiting,
        view=View(visit_of(request).language, names), verdicts=list(Verdict), address=ADDRESS,
    )  # fmt: skip


@router.post("/verdict")
async def say(
    request: Request, shop: ShopForm, item: ItemForm, other_shop: ShopForm, other_item: ItemForm,
    verdict: Annotated[Verdict, Form()],
) -> Response:  # fmt: skip
    """Say what a pair is; on to the next."""
    house, pair = house_of(request), (ItemRef(shop, item), ItemRef(other_shop, other_item))
    async with house.database.transaction() as tx:
        await api.judge_pair(tx, actor_of(request), pair, verdict, house.clock.now())
    return RedirectResponse(ADDRESS, 303)


@router.post("/undo")
async def undo(
    request: Request, shop: ShopForm, item: ItemForm, other_shop: ShopForm, other_item: ItemForm
) -> Response:
    """Take a word back."""
    house, pair = house_of(request), (ItemRef(shop, item), ItemRef(other_shop, other_item))
    async with house.database.transaction() as tx:
        await api.undo_verdict(tx, actor_of(request), pair, house.clock.now())
    return RedirectResponse(ADDRESS, 303)


@router.get("/pairs.csv")
async def export(request: Request) -> Response:
    """What waits and what was said, as a file."""
    house, actor = house_of(request), actor_of(request)
    require_staff(actor)
    async with house.database.read() as tx:
        pairs = [
            *await api.list_uncertain(tx, actor, api.EXPORTED_MAX), *await api.list_said(tx, actor, api.EXPORTED_MAX),
        ]  # fmt: skip
    view, out = View(visit_of(request).language, {}), io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["item", "title", "other_item", "other_title", "probability", "veto", "verdict"])
    for pair in pairs:
        ids = view.names(pair)
        row = [ids["item"], inert(pair.one.title), ids["other_item"], inert(pair.other.title)]
        writer.writerow([*row, f"{pair.probability:.4f}", pair.veto or "", pair.verdict or ""])
    headers = {"content-disposition": 'attachment; filename="same-products.csv"'}
    return Response("\ufeff" + out.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


async def _names(tx: Tx, pairs: list[Pair]) -> dict[UUID, str]:
    """The names of the shops of pairs, for staff."""
    ids: set[Any] = {member.shop_id for pair in pairs for member in (pair.one, pair.other)}
    return {shop_id: (await shops.get_shop(tx, SYSTEM, shop_id)).name for shop_id in ids}
