"""Which page shows a person their to-dos, and how do they say done, later, or take it back?"""

from datetime import timedelta
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from peakday.kernel.web.context import actor_of, house_of
from peakday.kernel.web.pages import Pages
from peakday.kernel.web.paths import LINE_PATTERN
from peakday.market.shops import api as shops
from peakday.operations.workbench import api
from peakday.operations.workbench.model import Todo
from peakday.operations.workbench.rules.todo_order import formula
from peakday.operations.workbench.web.seat import Line, ShopRef, base_of
from peakday.operations.workbench.web.words import left_text

router = APIRouter(prefix="/shop/{shop_id}", include_in_schema=False)

SNOOZES = {"1h": timedelta(hours=1), "4h": timedelta(hours=4), "1d": timedelta(days=1), "3d": timedelta(days=3)}
Key = Annotated[str, Form(max_length=200, pattern=LINE_PATTERN)]


@router.get("/workbench")
async def show_todos(request: Request, shop_id: ShopRef, done: Line = "", key: Line = "") -> Response:
    """What waits for this person, heaviest first; what was put off below."""
    house, actor = house_of(request), actor_of(request)
    now = house.clock.now()
    async with house.database.read() as connection:
        todos = await api.list_todos(connection, actor, shop_id, now)
        shop = await shops.get_shop(connection, actor, shop_id)

    def can_settle(todo: Todo) -> bool:
        return actor.can(todo.permission.replace(":view", ":edit"))

    return house.get(Pages).render(
        request, "workbench/todos.html", active="workbench", todos=todos, base=base_of(shop_id),
        formula=formula(shop.currency),
        left=lambda todo: left_text(todo.deadline, now), is_late=lambda todo: todo.is_late(now), done=done, key=key,
        can_settle=can_settle, sees_figures=actor.can("data:view"),
    )  # fmt: skip


@router.post("/workbench/finish")
async def finish_todo(request: Request, shop_id: ShopRef, key: Key) -> Response:
    """A pushed to-do is done."""
    house = house_of(request)
    async with house.database.transaction() as tx:
        await api.finish_todo(tx, actor_of(request), shop_id, key, house.clock.now())
    return _back(shop_id, "finished", key)


@router.post("/workbench/reopen")
async def reopen_todo(request: Request, shop_id: ShopRef, key: Key) -> Response:
    """Take "done" back."""
    house = house_of(request)
    async with house.database.transaction() as tx:
        await api.reopen_todo(tx, actor_of(request), shop_id, key, house.clock.now())
    return _back(shop_id, "reopened", key)


@router.post("/workbench/snooze")
async def snooze_todo(
    request: Request, shop_id: ShopRef, key: Key, span: Annotated[str, Form(pattern="^(1h|4h|1d|3d)?$")] = ""
) -> Response:  # fmt: skip
    """Put a to-do off; without a span it comes back."""
    house = house_of(request)
    now = house.clock.now()
    async with house.database.transaction() as tx:
        until = now + SNOOZES[span] if span else None
        await api.snooze_todo(tx, actor_of(request), shop_id, key, until, now)
    return _back(shop_id, "snoozed" if span else "woken", key)


def _back(shop_id: ShopRef, done: str, key: str) -> Response:
    return RedirectResponse(f"{base_of(shop_id)}/workbench?{urlencode({'done': done, 'key': key})}", 303)
