"""How do staff open the cross-shop tier of a sale's own rules, on the page of the platform's instruments?"""

from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from peakday.kernel.money import MINOR_DIGITS
from peakday.kernel.refusal import NotFound, Problem, Refusal
from peakday.kernel.rulesets import NoRuleSet
from peakday.kernel.text import Text
from peakday.kernel.web.context import actor_of, house_of
from peakday.kernel.web.problems import status_of
from peakday.trade.promotions import api
from peakday.trade.promotions.errors import BadInstrument
from peakday.trade.promotions.model import Scope
from peakday.trade.promotions.web.instrument_list import list_page
from peakday.trade.promotions.web.instrument_page import address_of
from peakday.trade.promotions.web.owner import PLATFORM_CURRENCY, TIER_RULES
from peakday.trade.promotions.web.typed import Reader, Typed

router = APIRouter(include_in_schema=False)

FIELDS = ("rules_name", "valid_from", "valid_until", "currency", "shops")
FIELD_MAX = 20_000


@router.post("/platform/promotions/sale-tier")
async def open_sale_tier(request: Request) -> Response:
    """A draft of the tier, within the days of its rules; what is wrong is told above the list."""
    house, actor, form = house_of(request), actor_of(request), await request.form()
    api.require_owner(actor, api.EDIT, None)
    typed: Typed = {name: str(form.get(name) or "")[:FIELD_MAX].strip() for name in FIELDS}
    try:
        async with house.database.transaction() as tx:
            stored = await api.open_sale_tier(tx, actor, read_tier(typed), house.clock.now())
    except NoRuleSet:
        return await list_page(request, None, refusal=_no_rules(), typed_tier=typed)
    except Refusal as refusal:
        if isinstance(refusal, NotFound) or status_of(refusal) not in {409, 422}:
            raise
        return await list_page(request, None, refusal=refusal, typed_tier=typed)
    return RedirectResponse(f"{address_of(None, stored.instrument_id)}?done=drafted", 303)


def read_tier(typed: Typed) -> api.SaleTier:
    """The tier that was typed. Refuses `BadInstrument` with every field that cannot be read."""
    currency = str(typed.get("currency") or PLATFORM_CURRENCY)
    reader = Reader(typed, currency if currency in MINOR_DIGITS else PLATFORM_CURRENCY, None)
    begins, ends = reader.instant("valid_from"), reader.instant("valid_until")
    rules_name = reader.text("rules_name")
    shops = reader.shops()
    if any(not isinstance(shop, UUID) for shop in shops):
        reader.problems.append(_problem("scope", "店铺编号有误", "one of the shops' ids is not an id"))
    if begins is None or ends is None or begins >= ends:
        reader.problems.append(_problem("valid_until", "结束时间须在开始之后", "it must end after it begins"))
    if rules_name not in TIER_RULES:
        reader.problems.append(_problem("kind", "没有这种规则", "there are no such rules"))
    if reader.problems or begins is None or ends is None:
        raise BadInstrument(*reader.problems, instrument="")
    return api.SaleTier(rules_name, Scope(shops), begins, ends, reader.currency)


def _no_rules() -> BadInstrument:
    wrong = _problem("valid_from", "这几天没有生效的大促规则", "no rules of a sale hold on these days")
    return BadInstrument(wrong, instrument="")


def _problem(field: str, zh: str, en: str) -> Problem:
    return Problem(field, "out_of_range", Text(zh, en), Text("请修改该项", "Change this field"))
