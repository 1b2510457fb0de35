"""Which page opens every tool of the service hall, and shows how far the shop's cases are? Only tools that exist."""

from dataclasses import dataclass, replace

from fastapi import APIRouter, Request
from starlette.responses import Response

from peakday.kernel.ids import show_id
from peakday.kernel.text import Text
from peakday.kernel.web.context import actor_of, house_of
from peakday.kernel.web.pages import Pages
from peakday.operations.workbench import api
from peakday.operations.workbench.web.seat import ShopRef, base_of
from peakday.operations.workbench.web.words import CASE_STATE_TEXTS, CASE_TEXTS, left_text, span_text
from peakday.trade.sale_events import api as sale_events
from peakday.trade.sale_events.model import EVENT_PREFIX

router = APIRouter(prefix="/shop/{shop_id}/service", include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Tool:
    """One tool of the hall: its address below the shop, what it is for, its icon."""

    path: str
    title: Text
    purpose: Text
    icon: str


EXIT = Tool(
    "events", Text("快速退出活动", "Quick exit"),
    Text("先看后果,再一键退出;已下单照常履约", "See the consequences, then leave; placed orders are honoured"),
    "logout",
)  # fmt: skip
TOOLS = (
    Tool("events", Text("波段销售安排", "Wave calendar"),
         Text("活动各波段、我的报名、倒计时与日历订阅", "Waves, my enrolments, countdown, calendar feed"), "calendar"),
    Tool("service/stacking", Text("优惠叠加规则", "Stacking explainer"),
         Text("用我的商品凑一单,看每项优惠如何叠加、分摊,为何不可用",
              "Build a basket of my goods: which discounts stack, in which order, and why not the others"), "coins"),
    Tool("low-price", Text("低价查询", "Low-price query"),
         Text("最低标价、最低成交价、活动中位数,每个价格是否计入",
              "Lowest asked and paid price, event median, and why each price counts"), "search"),
    Tool("events", Text("快速退出活动", "Quick exit"),
         Text("先看后果,再一键退出;已下订单照常履约", "See the consequences, then leave; placed orders are honoured"),
         "logout"),
    Tool("service#cases", Text("进度中心", "My cases"),
         Text("我的风险、退出与报名导入进行到哪一步", "How far my risks, exits and enrolments are"), "list-details"),
)  # fmt: skip


@router.get("")
async def show_hall(request: Request, shop_id: ShopRef) -> Response:
    """The tools, and the shop's cases with their state and the time to their verdict."""
    house, actor = house_of(request), actor_of(request)
    now = house.clock.now()
    async with house.database.read() as connection:
        cases = await api.list_cases(connection, actor, shop_id)
        calendar = await sale_events.calendar_of(connection, actor, shop_id, now)
    joined = [place.event for place in calendar.events if place.is_in and not place.is_over]
    exit_path = f"events/{show_id(EVENT_PREFIX, joined[0].event_id)}" if joined else EXIT.path
    return house.get(Pages).render(
        request, "workbench/hall.html", active="service", cases=cases, next=calendar.next_deadline,
        tools=[replace(tool, path=exit_path) if tool is EXIT else tool for tool in TOOLS],
        left=left_text(calendar.next_deadline.at, now) if calendar.next_deadline else None, base=base_of(shop_id),
        case_texts=CASE_TEXTS, state_texts=CASE_STATE_TEXTS, span=span_text,
    )  # fmt: skip
