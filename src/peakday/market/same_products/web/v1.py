"""Which JSON doors do same products have? The cluster of a shop's item, and the pairs that the platform's staff settle.

Merchants read with `data:view`, and see of other shops what is public: title and list price of what is on sale. Staff
list what waits and what was said, say what a pair is, and take it back; a word and its taking back carry an
`Idempotency-Key`, for a retry that comes after the other must not undo it.
"""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel

from peakday.kernel.ids import read_id, show_id
from peakday.kernel.refusal import Invalid, Problem
from peakday.kernel.text import Text
from peakday.kernel.web.context import actor_of, house_of
from peakday.kernel.web.paths import PageLimit, ShownId
from peakday.kernel.web.problems import answers_beside
from peakday.market.same_products import api
from peakday.market.same_products.model import ItemRef, Member, Pair, Verdict

router = APIRouter(tags=["same-products"])
PLATFORM = "/v1/platform/same-products"
ShopRef = Annotated[UUID, ShownId("shp")]
ItemKey = Annotated[UUID, ShownId("itm")]
CURSOR_MAX = 200
_answers = answers_beside(401, 403, 422, 429)


class FaceBody(BaseModel):
    """What is public of an item. `price_minor` is the list price."""

    shop_id: str
    item_id: str
    title: str
    brand: str
    price_minor: int | None
    currency: str


class ClusterBody(BaseModel):
    """An item's cluster: the same products on sale in other shops, the cheapest first, at most 200."""

    item: FaceBody
    first_listed_at: datetime | None
    others: list[FaceBody]


class PairBody(BaseModel):
    """Two items, how likely they are one product, what forbids their prices to be compared, and what a person said."""

    one: FaceBody
    other: FaceBody
    probability: float
    veto: str | None
    verdict: Verdict | None
    said_at: datetime | None


class PairsBody(BaseModel):
    """Pairs, the likeliest first."""

    items: list[PairBody]
    next_cursor: str | None


class PairForm(BaseModel):
    """Which pair: two items in either order."""

    shop_id: ShopRef
    item_id: ItemKey
    other_shop_id: ShopRef
    other_item_id: ItemKey

    @property
    def refs(self) -> tuple[ItemRef, ItemRef]:
        """The pair as it is kept: the smaller first."""
        one, other = sorted((ItemRef(self.shop_id, self.item_id), ItemRef(self.other_shop_id, self.other_item_id)))
        return one, other


class VerdictForm(PairForm):
    """What a pair is."""

    verdict: Verdict


@router.get("/v1/shops/{shop_id}/items/{item_id}/same-products", responses=_answers(404))
async def read_same_products(request: Request, shop_id: ShopRef, item_id: ItemKey) -> ClusterBody:
    """The same products of other shops on sale, and when the first of all was listed."""
    async with house_of(request).database.read() as tx:
        item, others, first = await api.get_cluster(tx, actor_of(request), ItemRef(shop_id, item_id))
    return ClusterBody(item=_face(item), first_listed_at=first, others=[_face(other) for other in others])


@router.get(PLATFORM + "/pairs", responses=_answers())
async def list_same_product_pairs(
    request: Request, cursor: Annotated[str | None, Query(max_length=CURSOR_MAX)] = None, limit: PageLimit = 50
) -> PairsBody:
    """Pairs that wait for a person, the likeliest first; for the platform's staff."""
    async with house_of(request).database.read() as tx:
        pairs = await api.list_uncertain(tx, actor_of(request), limit + 1, _read(cursor))
    more = _show(pairs[limit - 1]) if len(pairs) > limit else None
    return PairsBody(items=[_pair(pair) for pair in pairs[:limit]], next_cursor=more)


@router.post(PLATFORM + "/verdicts", responses=_answers(404, 409))
async def judge_same_products(request: Request, form: VerdictForm) -> PairBody:
    """Say what a pair is; "same" brings the second item into the first one's cluster. For the platform's staff."""
    house, actor = house_of(request), actor_of(request)
    async with house.database.transaction() as tx:
        await api.judge_pair(tx, actor, form.refs, form.verdict, house.clock.now())
        return _pair(await api.get_pair(tx, actor, form.refs))


@router.post(PLATFORM + "/verdicts/undo", responses=_answers(404, 409))
async def undo_same_products_verdict(request: Request, form: PairForm) -> PairBody:
    """Take a word back: the pair waits again, the item is where it was. For the platform's staff."""
    house, actor = house_of(request), actor_of(request)
    async with house.database.transaction() as tx:
        await api.undo_verdict(tx, actor, form.refs, house.clock.now())
        return _pair(await api.get_pair(tx, actor, form.refs))


def _face(member: Member) -> FaceBody:
    return FaceBody(
        shop_id=show_id("shp", member.shop_id), item_id=show_id("itm", member.item_id), title=member.title,
        brand=member.brand, price_minor=member.price_minor, currency=member.currency,
    )  # fmt: skip


def _pair(pair: Pair) -> PairBody:
    return PairBody(
        one=_face(pair.one), other=_face(pair.other), probability=pair.probability, veto=pair.veto,
        verdict=pair.verdict, said_at=pair.said_at,
    )  # fmt: skip


def _show(pair: Pair) -> str:
    """A cursor: the pair that was the last on its page."""
    return ".".join(
        show_id(*part) for ref in (pair.one.ref, pair.other.ref) for part in zip(("shp", "itm"), ref, strict=True)
    )


def _read(cursor: str | None) -> tuple[ItemRef, ItemRef] | None:
    if not cursor:
        return None
    try:
        kinds = ("shp", "itm", "shp", "itm")
        ids = [read_id(prefix, part) for prefix, part in zip(kinds, cursor.split("."), strict=True)]
    except ValueError:
        message = Text("游标无效", "This is not a cursor of ours")
        remedy = Text("使用上一页返回的 next_cursor", "Use the next_cursor of the page before")
        raise Invalid(Problem("cursor", "cursor_unknown", message, remedy, value=cursor[:60])) from None
    return ItemRef(ids[0], ids[1]), ItemRef(ids[2], ids[3])
