"""Which JSON doors does the workbench have? To-dos, messages and the explanation of a basket's price."""

from dataclasses import dataclass
from datetime import UTC
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from peakday.kernel.actor import require
from peakday.kernel.ids import read_id, show_id
from peakday.kernel.messages import MessageStatus
from peakday.kernel.messages.reading import MessageFilter
from peakday.kernel.refusal import NotFound
from peakday.kernel.web.context import actor_of, house_of
from peakday.kernel.web.paths import LINE_PATTERN, PageLimit, read_cursor
from peakday.kernel.web.problems import answers_beside
from peakday.operations.workbench import api
from peakday.operations.workbench.model import MESSAGE_PREFIX, SKU_PREFIX
from peakday.operations.workbench.rules.basket_link import (
    CARD_PREFIX,
    CARDS_MAX,
    FIRST_INSTANT,
    LAST_INSTANT,
    TAG_LETTERS_MAX,
    TAGS_MAX,
)
from peakday.operations.workbench.web.bodies import (
    ExplanationBody,
    MessageBody,
    MessagesBody,
    TodosBody,
    explanation_body,
    message_body,
    todo_body,
)
from peakday.operations.workbench.web.seat import MessageRef, ShopRef
from peakday.trade.promotions.api import Basket
from peakday.trade.promotions.model import LINES_MAX, PIECES_MAX, Channel

router = APIRouter(prefix="/v1/shops/{shop_id}", tags=["workbench"])

Cursor = Annotated[str | None, Query(max_length=60, pattern=LINE_PATTERN)]
Line = Annotated[str | None, Query(max_length=100, pattern=LINE_PATTERN)]
Shown = Annotated[str, Field(max_length=60, pattern=LINE_PATTERN)]


_answers = answers_beside(401, 429)


class BasketLine(BaseModel):
    """Pieces of a SKU of the shop."""

    sku_id: Shown
    quantity: int = Field(ge=1, le=PIECES_MAX)


class BasketForm(BaseModel):
    """A basket, who buys it, through which door and when; without `card_ids` the best of all live cards are used."""

    model_config = ConfigDict(extra="forbid")

    lines: list[BasketLine] = Field(min_length=1, max_length=LINES_MAX)
    at: AwareDatetime | None = Field(None, ge=FIRST_INSTANT, le=LAST_INSTANT)
    tags: list[Annotated[str, Field(max_length=TAG_LETTERS_MAX, pattern=LINE_PATTERN)]] = Field([], max_length=TAGS_MAX)
    channel: Channel = Channel.APP
    card_ids: list[Shown] | None = Field(None, max_length=CARDS_MAX)


@dataclass(frozen=True, slots=True)
class MessagesWanted:
    """Which messages."""

    search: Line = None
    topic: Line = None
    status: MessageStatus | None = None
    unread: bool = False


@router.get("/todos", responses=_answers(403, 404, 422))
async def read_todos(request: Request, shop_id: ShopRef) -> TodosBody:
    """What waits for the caller in this shop, heaviest first: money at risk for each hour that is left."""
    house = house_of(request)
    now = house.clock.now()
    async with house.database.read() as connection:
        todos = await api.list_todos(connection, actor_of(request), shop_id, now)
    return TodosBody(
        items=[todo_body(todo, now) for todo in todos.open], snoozed=[todo_body(todo, now) for todo in todos.snoozed],
        is_new_merchant=todos.is_new_merchant,
    )  # fmt: skip


@router.get("/messages", responses=_answers(403, 404, 422))
async def read_messages(
    request: Request, shop_id: ShopRef, wanted: Annotated[MessagesWanted, Depends()], cursor: Cursor = None,
    limit: PageLimit = 50,
) -> MessagesBody:  # fmt: skip
    """The messages of this shop that the caller may read, latest first."""
    actor = actor_of(request)
    require(actor, api.VIEW, shop_id)
    asked = MessageFilter(wanted.search, wanted.topic, wanted.status, wanted.unread)
    async with house_of(request).database.read() as connection:
        before = read_cursor(MESSAGE_PREFIX, cursor)
        page = await api.list_desk(connection, actor, shop_id, asked, before, limit)
    following = show_id(MESSAGE_PREFIX, page.next_cursor) if page.next_cursor else None
    return MessagesBody(items=[message_body(one.stored) for one in page.items], next_cursor=following)


@router.post("/messages/{message_id}/acknowledgement", responses=_answers(403, 404, 409, 422))
async def acknowledge(request: Request, shop_id: ShopRef, message_id: MessageRef) -> MessageBody:
    """Somebody takes care of it: it is not escalated any further. Repeating it changes nothing."""
    house = house_of(request)
    async with house.database.transaction() as tx:
        await api.acknowledge_message(tx, actor_of(request), shop_id, message_id, house.clock.now())
        detail = await api.read_message(tx, actor_of(request), shop_id, message_id, house.clock.now())
    return message_body(detail.stored)


@router.post("/service/price-explanations", responses=_answers(400, 403, 404, 409, 413, 422))
async def explain_price(request: Request, shop_id: ShopRef, form: BasketForm) -> ExplanationBody:
    """What a basket costs by the checkout's engine: shares by line and funder, steps, what is unused, next tiers."""
    house, actor = house_of(request), actor_of(request)
    require(actor, api.EXPLAIN, shop_id)
    pieces: dict[UUID, int] = {}
    for line in form.lines:
        sku_id = _read(SKU_PREFIX, line.sku_id)
        pieces[sku_id] = pieces.get(sku_id, 0) + line.quantity
    cards = None if form.card_ids is None else frozenset(_read(CARD_PREFIX, one) for one in form.card_ids)
    basket = Basket(pieces, form.at and form.at.astimezone(UTC), frozenset(form.tags), form.channel, cards)
    async with house.database.read() as connection:
        return explanation_body(await api.explain_basket(connection, actor, shop_id, basket, house.clock.now()))


def _read(prefix: str, text: str) -> UUID:
    try:
        return read_id(prefix, text)
    except ValueError:
        raise NotFound from None
