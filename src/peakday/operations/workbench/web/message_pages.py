"""Which pages show messages: the list with search and export, one message, and the answer to it?"""

import csv
import io
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response, StreamingResponse

from peakday.kernel.actor import require
from peakday.kernel.ids import show_id
from peakday.kernel.messages import MessageStatus
from peakday.kernel.messages.reading import DeskMessage, MessageFilter
from peakday.kernel.money import decimal_text
from peakday.kernel.spreadsheets import inert
from peakday.kernel.text import Language
from peakday.kernel.web.context import actor_of, house_of, visit_of
from peakday.kernel.web.pages import Pages
from peakday.kernel.web.paths import read_cursor
from peakday.operations.workbench import api
from peakday.operations.workbench.model import MESSAGE_PREFIX, TOPICS, topic_of
from peakday.operations.workbench.web.seat import Line, MessageRef, ShopRef, base_of
from peakday.operations.workbench.web.words import CHANNEL_TEXTS, DELIVERY_TEXTS, STATUS_TEXTS, left_text

router = APIRouter(prefix="/shop/{shop_id}/messages", include_in_schema=False)

PAGE = 50
EXPORT_PAGE = 200
EXPORT_ROWS_MAX = 20_000
COLUMNS = ("sent_at", "topic", "status", "subject", "body", "money_at_risk", "currency", "deadline", "link")


@dataclass(frozen=True, slots=True)
class Typed:
    """The filter as it stands in the address."""

    q: Line = ""
    topic: Line = ""
    status: Line = ""
    unread: Line = ""

    @property
    def wanted(self) -> MessageFilter:
        """The filter that the room understands; what it does not know is left out."""
        status = MessageStatus(self.status) if self.status in {one.value for one in MessageStatus} else None
        return MessageFilter(self.q or None, self.topic or None, status, bool(self.unread))

    @property
    def kept(self) -> dict[str, str]:
        """The fields that say something."""
        fields = {"q": self.q, "topic": self.topic, "status": self.status, "unread": self.unread}
        return {name: value for name, value in fields.items() if value}


Filter = Annotated[Typed, Depends()]


@router.get("")
async def show_messages(request: Request, shop_id: ShopRef, typed: Filter, before: Line = "") -> Response:
    """The messages that this person may read, latest first."""
    house, actor = house_of(request), actor_of(request)
    now = house.clock.now()
    async with house.database.read() as connection:
        page = await api.list_desk(
            connection, actor, shop_id, typed.wanted, read_cursor(MESSAGE_PREFIX, before or None), PAGE
        )
    base = f"{base_of(shop_id)}/messages"
    last = show_id(MESSAGE_PREFIX, page.next_cursor) if page.next_cursor else None
    return house.get(Pages).render(
        request, "workbench/messages.html", active="messages", page=page, base=base, typed=typed, topics=TOPICS,
        topic_of=topic_of, status_texts=STATUS_TEXTS, left=lambda at: left_text(at, now),
        show=lambda message_id: show_id(MESSAGE_PREFIX, message_id), csv_href=f"{base}.csv?{urlencode(typed.kept)}",
        paging={
            "total": None, "page": None, "pages": None,
            "previous_href": f"{base}?{urlencode(typed.kept)}" if before else None,
            "next_href": f"{base}?{urlencode({**typed.kept, 'before': last})}" if last else None,
        },
    )  # fmt: skip


@router.post("/read-all")
async def read_all(request: Request, shop_id: ShopRef) -> Response:
    """Nothing is unread any more."""
    house = house_of(request)
    async with house.database.transaction() as tx:
        await api.read_all(tx, actor_of(request), shop_id, house.clock.now())
    return RedirectResponse(f"{base_of(shop_id)}/messages", 303)


@router.get("/{message_id}")
async def show_message(request: Request, shop_id: ShopRef, message_id: MessageRef, done: Line = "") -> Response:
    """One message; opening it marks it read."""
    house, actor = house_of(request), actor_of(request)
    now = house.clock.now()
    async with house.database.transaction() as tx:
        detail = await api.read_message(tx, actor, shop_id, message_id, now)
        request.state.unread = await api.count_unread_of(tx, actor)  # this one is read now
    return house.get(Pages).render(
        request, "workbench/message.html", active="messages", detail=detail, stored=detail.stored,
        message=detail.stored.message, base=f"{base_of(shop_id)}/messages", topic_of=topic_of, done=done,
        address=f"{base_of(shop_id)}/messages/{show_id(MESSAGE_PREFIX, message_id)}", status_texts=STATUS_TEXTS,
        channel_texts=CHANNEL_TEXTS, delivery_texts=DELIVERY_TEXTS,
        left=left_text(detail.stored.message.deadline, now) if detail.stored.message.deadline else None,
    )  # fmt: skip


@router.post("/{message_id}/acknowledge")
async def acknowledge(request: Request, shop_id: ShopRef, message_id: MessageRef) -> Response:
    """This person takes care of it."""
    house = house_of(request)
    async with house.database.transaction() as tx:
        await api.acknowledge_message(tx, actor_of(request), shop_id, message_id, house.clock.now())
    shown = show_id(MESSAGE_PREFIX, message_id)
    return RedirectResponse(f"{base_of(shop_id)}/messages/{shown}?done=acknowledged", 303)


export_router = APIRouter(prefix="/shop/{shop_id}", include_in_schema=False)


@export_router.get("/messages.csv")
async def export_messages(request: Request, shop_id: ShopRef, typed: Filter) -> Response:
    """The messages of the filter as CSV, latest first, at most EXPORT_ROWS_MAX."""
    house, actor, language = house_of(request), actor_of(request), visit_of(request).language
    require(actor, api.VIEW, shop_id)

    async def lines() -> AsyncIterator[bytes]:
        yield b"\xef\xbb\xbf" + _csv([COLUMNS])
        before, written = None, 0
        while written < EXPORT_ROWS_MAX:
            async with house.database.read() as connection:
                page = await api.list_desk(connection, actor, shop_id, typed.wanted, before, EXPORT_PAGE)
            yield _csv([_cells(one, language) for one in page.items])
            written, before = written + len(page.items), page.next_cursor
            if before is None:
                return

    headers = {"content-disposition": 'attachment; filename="messages.csv"'}
    return StreamingResponse(lines(), media_type="text/csv; charset=utf-8", headers=headers)


def _cells(one: DeskMessage, language: Language) -> tuple[object, ...]:
    message = one.stored.message
    risk = message.money_at_risk
    return (
        one.stored.sent_at.isoformat(), message.topic, one.stored.status.value, inert(message.subject.of(language)),
        inert(message.body.of(language)), decimal_text(risk.minor, risk.currency) if risk else "",
        risk.currency if risk else "", message.deadline.isoformat() if message.deadline else "", message.link,
    )  # fmt: skip


def _csv(rows: list[tuple[object, ...]]) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer).writerows(rows)
    return buffer.getvalue().encode()
