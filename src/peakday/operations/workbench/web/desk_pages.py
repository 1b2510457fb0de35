"""On which page does an account choose by which channels, when, and from which money on it hears of things?"""

from dataclasses import dataclass, replace

from fastapi import APIRouter, Request
from starlette.datastructures import FormData
from starlette.responses import Response

from peakday.kernel.messages.channels import ChannelName
from peakday.kernel.money import decimal_text, parse_minor
from peakday.kernel.refusal import Invalid, Problem, Refusal
from peakday.kernel.text import Text
from peakday.kernel.web.context import actor_of, house_of
from peakday.kernel.web.pages import Pages
from peakday.kernel.web.problems import status_of
from peakday.market.shops import api as shops
from peakday.market.shops.model import Shop
from peakday.operations.workbench import api
from peakday.operations.workbench.errors import BadDesk
from peakday.operations.workbench.model import TOPICS, Desk, QuietHours
from peakday.operations.workbench.web.seat import ShopRef, base_of
from peakday.operations.workbench.web.words import CHANNEL_TEXTS

router = APIRouter(prefix="/shop/{shop_id}/messages/subscriptions", include_in_schema=False)


@router.get("")
async def show_desk(request: Request, shop_id: ShopRef) -> Response:
    """The account's choice."""
    actor = actor_of(request)
    async with house_of(request).database.read() as connection:
        await api.require_desk(connection, actor, shop_id)
        desk = await api.get_desk(connection, actor)
        shop = await shops.get_shop(connection, actor, shop_id)
    return _page(request, shop, desk, Outcome())


@router.post("")
async def save_desk(request: Request, shop_id: ShopRef) -> Response:
    """Keep it; a new webhook's secret is shown on the answer only."""
    house, actor, form = house_of(request), actor_of(request), await request.form()
    desk = Desk()
    async with house.database.read() as connection:
        shop = await shops.get_shop(connection, actor, shop_id)
    try:
        desk = read_form(form, shop.currency)
        async with house.database.transaction() as tx:
            await api.require_desk(tx, actor, shop_id)
            desk, secret = await api.save_desk(tx, actor, desk, house.clock.now())
    except Invalid as refusal:
        return _page(request, shop, desk, Outcome(refusal, form))
    return _page(request, shop, desk, Outcome(is_saved=True, secret=secret))


def read_form(form: FormData, currency: str) -> Desk:
    """The choice as it was typed, money in the shop's currency. Refuses `BadDesk`."""

    def typed(name: str) -> str:
        return str(form.get(name) or "").strip()

    try:
        urgent = parse_minor(typed("urgent"), currency) if typed("urgent") else Desk().urgent_minor
    except ValueError:
        raise BadDesk(
            Problem("urgent", "not_an_amount", Text("不是有效的金额", "it is not an amount of money"),
                    Text("写成数字,例如 1000", "Write a number such as 1000"), value=typed("urgent")[:60])
        ) from None  # fmt: skip
    channels = {
        topic: tuple(name for name in ChannelName if form.get(f"{topic}.{name.value}")) for topic in TOPICS
    }  # fmt: skip
    desk = Desk(
        language="en" if typed("language") == "en" else "zh", urgent_minor=urgent, channels=channels,
        mail_address=typed("mail_address") or None, webhook_address=typed("webhook_address") or None,
    )  # fmt: skip
    start, end = typed("quiet_from"), typed("quiet_until")
    if not start and not end:
        return desk
    return replace(desk, quiet=QuietHours(_minute("quiet_from", start), _minute("quiet_until", end)))


def _minute(field: str, text: str) -> int:
    hours, _, minutes = text[:5].partition(":")
    if hours.isdecimal() and minutes.isdecimal() and int(hours) < 24 and int(minutes) < 60:
        return int(hours) * 60 + int(minutes)
    message = Text("不是有效的时间", "it is not a time of day")
    raise BadDesk(Problem(field, "not_a_time", message, Text("写成 22:00", "Write 22:00"), value=text[:60]))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a form: refused with what was typed, or saved, perhaps with a secret to show."""

    refusal: Refusal | None = None
    typed: FormData | None = None
    is_saved: bool = False
    secret: str | None = None


def _page(request: Request, shop: Shop, desk: Desk, outcome: Outcome) -> Response:
    def clock(minute: int) -> str:
        return f"{minute // 60:02d}:{minute % 60:02d}"

    shown = {
        "quiet_from": clock(desk.quiet.from_minute) if desk.quiet else "",
        "quiet_until": clock(desk.quiet.until_minute) if desk.quiet else "",
        "urgent": decimal_text(desk.urgent_minor, shop.currency), "mail_address": desk.mail_address or "",
        "webhook_address": desk.webhook_address or "",
    }  # fmt: skip
    if outcome.typed is not None:
        shown = {name: str(outcome.typed.get(name) or "") for name in shown}
    house = house_of(request)
    return house.get(Pages).render(
        request, "workbench/subscriptions.html", active="messages",
        status=status_of(outcome.refusal) if outcome.refusal else 200,
        desk=desk, shown=shown, topics=TOPICS, channels=list(ChannelName), channel_texts=CHANNEL_TEXTS,
        base=f"{base_of(shop.shop_id)}/messages", currency=shop.currency,
        refusal=outcome.refusal, secret=outcome.secret,
        is_saved=outcome.is_saved,
        is_simulated=house.settings.smtp_url is None,
    )  # fmt: skip
