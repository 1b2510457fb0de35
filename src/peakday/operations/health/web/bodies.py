"""Which shapes do the health centre's JSON doors take and give? Money is whole minor units."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from peakday.kernel.ids import show_id
from peakday.kernel.money import AMOUNT_MINOR_MAX
from peakday.operations.health.api import Calibration, Change, ItemHealth, Overview, PriceChange
from peakday.operations.health.model import (
    FINDING_PREFIX,
    ExemptionReason,
    FaultKind,
    FindingState,
    KeptFinding,
    LineSource,
    Reach,
)
from peakday.trade.promotions.guard import Severity

ITEM_PREFIX, SKU_PREFIX, SHOP_PREFIX, INSTRUMENT_PREFIX = "itm", "sku", "shp", "ins"
Minor = Annotated[int, Field(ge=0, le=AMOUNT_MINOR_MAX)]
Words = Annotated[str, Field(max_length=500)]


class Strict(BaseModel):
    """What is not known is refused, not ignored."""

    model_config = ConfigDict(extra="forbid")


class AcceptForm(Strict):
    """Why a risk is taken."""

    reason: Annotated[str, Field(min_length=1, max_length=500)]


class RedLineForm(Strict):
    """B of an item or of one SKU of it; null: nothing typed any more."""

    price_minor: Minor | None
    sku_id: Annotated[str, Field(max_length=60)] | None = None


class RuleForm(Strict):
    """The share of the displayed price, in basis points, that is the red line of other items; null: none."""

    red_line_bp: Annotated[int, Field(ge=1, le=10_000)] | None


class ExemptionForm(Strict):
    """Until when an item may be sold below its red line, down to which price, and why."""

    reason: ExemptionReason
    expires_at: datetime
    price_min_minor: Minor = 0
    note: Words = ""


class WhatIfForm(Strict):
    """Which kept instrument (a draft too) would be live; with a percentage or `is_stopped`: how it would be changed."""

    instrument_id: Annotated[str, Field(max_length=60)]
    gives_percent: Annotated[int, Field(ge=0, le=10_000)] = 100
    threshold_percent: Annotated[int, Field(ge=0, le=10_000)] = 100
    is_stopped: bool = False

    def change(self) -> Change | None:
        """The change that is asked for; None: none."""
        wanted = Change(self.gives_percent * 100, self.threshold_percent * 100, self.is_stopped)
        return None if wanted == Change() else wanted


class LineBody(BaseModel):
    """A red line and where it comes from; predictions are our definition."""

    price_minor: int
    source: LineSource
    is_predicted: bool


class FindingBody(BaseModel):
    """A warning: A of one piece, B, expected loss, and what brings it about."""

    finding_id: str
    kind: FaultKind
    severity: Severity
    state: FindingState
    item_id: str | None
    sku_id: str | None
    instrument_ids: list[str]
    reached_minor: int | None
    red_line: LineBody | None
    loss_minor: int
    currency: str
    reached_at: datetime | None
    found_at: datetime
    reason: str


class FindingsBody(BaseModel):
    """A page of warnings, the dearest first."""

    items: list[FindingBody]
    next_cursor: str | None


class FindingDetailBody(FindingBody):
    """A warning with its witness basket and the sentences of the calculator (Chinese, English)."""

    witness: dict[str, object] | None
    trace: list[tuple[str, str]]


class OverviewBody(BaseModel):
    """How the shop stands, and how warnings came true."""

    open: int
    loss_minor: int
    currency: str
    deadline: datetime | None
    scanned_at: datetime | None
    skus: int
    red_line_bp: int | None
    measured: int
    hurt: int
    predicted_minor: int
    realised_minor: int


class SkuBody(BaseModel):
    """A SKU: its list price, the lowest reachable price A, the red line B, and the witness."""

    sku_id: str
    price_minor: int
    reached_minor: int | None
    reached_at: datetime | None
    red_line: LineBody | None
    is_risk: bool
    witness: dict[str, object] | None
    trace: list[tuple[str, str]]


class ItemBody(BaseModel):
    """An item's SKUs."""

    item_id: str
    title: str
    skus: list[SkuBody]


class ChangeBody(BaseModel):
    """A SKU's lowest reachable price before and after."""

    sku_id: str
    title: str
    price_minor: int
    before_minor: int | None
    after_minor: int | None
    red_line: LineBody | None
    is_risk: bool


class ChangesBody(BaseModel):
    """What an instrument would change, the worst against its red line first."""

    items: list[ChangeBody]


def finding_body(kept: KeptFinding) -> FindingBody:
    """A warning for a list."""
    return FindingBody.model_validate(_fields(kept))


def finding_detail_body(kept: KeptFinding) -> FindingDetailBody:
    """A warning with its proof."""
    trace = [(text.zh, text.en) for text in kept.trace]
    return FindingDetailBody.model_validate({**_fields(kept), "witness": kept.witness, "trace": trace})


def overview_body(state: Overview, came: Calibration) -> OverviewBody:
    """How a shop stands."""
    return OverviewBody(
        open=state.open, loss_minor=state.loss_minor, currency=state.currency, deadline=state.deadline,
        scanned_at=state.scanned_at, skus=state.skus, red_line_bp=state.red_line_bp, measured=came.measured,
        hurt=came.hurt, predicted_minor=came.predicted_minor, realised_minor=came.realised_minor,
    )  # fmt: skip


def item_body(health: ItemHealth) -> ItemBody:
    """An item with each SKU's A and B."""
    return ItemBody(
        item_id=show_id(ITEM_PREFIX, health.item.item_id), title=health.item.title,
        skus=[
            SkuBody(
                sku_id=_shown(SKU_PREFIX, one.ware.sku_id) or "", price_minor=one.ware.price_minor,
                reached_minor=_price(one.reach), reached_at=one.reach.at if one.reach else None,
                red_line=_line(one.red_line), is_risk=one.is_risk, witness=one.witness,
                trace=[(text.zh, text.en) for text in one.trace],
            )
            for one in health.skus
        ],
    )  # fmt: skip


def changes_body(changes: list[PriceChange]) -> ChangesBody:
    """What an instrument would change."""
    return ChangesBody(
        items=[
            ChangeBody(
                sku_id=_shown(SKU_PREFIX, one.ware.sku_id) or "", title=one.title, price_minor=one.ware.price_minor,
                before_minor=_price(one.before), after_minor=_price(one.after), red_line=_line(one.red_line),
                is_risk=one.is_risk,
            )
            for one in changes
        ]
    )  # fmt: skip


def _fields(kept: KeptFinding) -> dict[str, object]:
    return {
        "finding_id": show_id(FINDING_PREFIX, kept.finding_id), "kind": kept.kind, "severity": kept.severity,
        "state": kept.state, "item_id": _shown(ITEM_PREFIX, kept.item_id), "sku_id": _shown(SKU_PREFIX, kept.sku_id),
        "instrument_ids": [show_id(INSTRUMENT_PREFIX, one) for one in kept.instrument_ids],
        "reached_minor": kept.reached_minor, "red_line": _line(kept.red_line), "loss_minor": kept.loss_minor,
        "currency": kept.currency, "reached_at": kept.reached_at, "found_at": kept.found_at, "reason": kept.reason,
    }  # fmt: skip


def _line(line: object) -> LineBody | None:
    return LineBody.model_validate(line, from_attributes=True) if line is not None else None


def _price(reach: Reach | None) -> int | None:
    return reach.price_minor if reach is not None else None


def _shown(prefix: str, identity: object) -> str | None:
    return show_id(prefix, identity) if isinstance(identity, UUID) else None
