"""What does the list of instruments show: a shop's, or the platform's with the form that opens a sale's tier?"""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Request
from starlette.responses import Response

from peakday.kernel.ids import show_id
from peakday.kernel.money import MINOR_DIGITS
from peakday.kernel.refusal import Refusal
from peakday.kernel.web.context import actor_of, house_of
from peakday.kernel.web.pages import Pages
from peakday.kernel.web.paths import read_cursor
from peakday.kernel.web.problems import status_of
from peakday.trade.promotions import api
from peakday.trade.promotions.model import Kind
from peakday.trade.promotions.rules.instrument_summary import say_instrument
from peakday.trade.promotions.stored import PREFIX, InstrumentFilter, InstrumentStatus
from peakday.trade.promotions.web.owner import PLATFORM_KINDS, TIER_RULES, base_of, find_owner
from peakday.trade.promotions.web.typed import Typed
from peakday.trade.promotions.web.words import FIELD_TEXTS, KIND_TEXTS, STATUS_TEXTS

PAGE = 50


@dataclass(frozen=True, slots=True)
class Listed:
    """What was typed into the list's filter, and behind which instrument the page begins."""

    q: str = ""
    status: str = ""
    kind: str = ""
    after: str = ""

    @property
    def wanted(self) -> InstrumentFilter:
        """The filter; a word that is none of ours is left out."""
        return InstrumentFilter(
            self.q.strip(), InstrumentStatus(self.status) if self.status in set(InstrumentStatus) else None,
            Kind(self.kind) if self.kind in set(Kind) else None,
        )  # fmt: skip

    @property
    def typed(self) -> dict[str, str]:
        """The fields as the form shows them again."""
        return {"q": self.q, "status": self.status, "kind": self.kind}


async def list_page(
    request: Request, shop_id: UUID | None, listed: Listed = Listed(), refusal: Refusal | None = None,
    typed_tier: Typed | None = None,
) -> Response:  # fmt: skip
    """The list; with what was refused above it, and the form of a sale's tier as it was typed."""
    house, actor = house_of(request), actor_of(request)
    async with house.database.read() as connection:
        api.require_owner(actor, api.VIEW, shop_id)
        owner = await find_owner(request, connection, actor, shop_id)
        after = read_cursor(PREFIX, listed.after)
        rows = await api.list_instruments(connection, actor, shop_id, listed.wanted, after, PAGE + 1)
        total = await api.count_instruments(connection, actor, shop_id, listed.wanted)
    kept = {name: value for name, value in listed.typed.items() if value}
    address, page = f"{base_of(shop_id)}/promotions", rows[:PAGE]
    next_href = None
    if len(rows) > PAGE:
        next_href = f"{address}?{urlencode({**kept, 'after': show_id(PREFIX, page[-1][0].instrument_id)})}"
    return house.get(Pages).render(
        request, "promotions/list.html", status=status_of(refusal) if refusal else 200, shop=owner, address=address,
        active="promotions", rows=page, typed=listed.typed, is_filtered=bool(kept), say_it=say_instrument,
        show=lambda one: show_id(PREFIX, one), status_texts=STATUS_TEXTS, kind_texts=_kinds(shop_id),
        now=house.clock.now(), csv_href=f"{address}/export?{urlencode(kept)}", can_edit=actor.can(api.EDIT),
        shows_figures=actor.can(api.SEE_FIGURES), refusal=refusal, field_texts=FIELD_TEXTS,
        is_platform=shop_id is None, tier_rules=TIER_RULES, typed_tier=typed_tier or {},
        currencies=sorted(MINOR_DIGITS),
        paging={"total": total, "page": 1, "pages": None, "next_href": next_href,
                "previous_href": f"{address}?{urlencode(kept)}" if listed.after else None},
    )  # fmt: skip


def _kinds(shop_id: UUID | None) -> Mapping[Kind, object]:
    return KIND_TEXTS if shop_id is not None else {kind: KIND_TEXTS[kind] for kind in PLATFORM_KINDS}
