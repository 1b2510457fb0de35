"""How do instruments look on the wire? Money in whole minor units, rates in basis points, ids with their prefix."""

from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer

from peakday.kernel.ids import show_id
from peakday.kernel.money import AMOUNT_MINOR_MAX
from peakday.kernel.refusal import Invalid, Problem
from peakday.kernel.text import Text
from peakday.kernel.web.paths import LINE_PATTERN, ShownId
from peakday.trade.promotions.model import (
    BASIS,
    Channel,
    Counts,
    Funder,
    Funding,
    Gives,
    Instrument,
    Kind,
    Limits,
    Scope,
)
from peakday.trade.promotions.rules.instrument_summary import say_instrument
from peakday.trade.promotions.stored import NAME_MAX, PREFIX, InstrumentStatus, StoredInstrument, Tally
from peakday.trade.promotions.written import read_benefit, write_benefit

SHOP_PREFIX, ITEM_PREFIX, SKU_PREFIX, CATEGORY_PREFIX = "shp", "itm", "sku", "cat"
GOODS_MAX, TIERS_MAX = 5_000, 20
COUNT_MAX = 1_000_000_000


def _shown(prefix: str) -> Any:
    return Annotated[UUID, ShownId(prefix), PlainSerializer(partial(show_id, prefix), str, "json")]


ItemId: Any = _shown(ITEM_PREFIX)
SkuId: Any = _shown(SKU_PREFIX)
CategoryId: Any = _shown(CATEGORY_PREFIX)
Amount = Annotated[int, Field(ge=-AMOUNT_MINOR_MAX, le=AMOUNT_MINOR_MAX)]
Count = Annotated[int, Field(ge=-COUNT_MAX, le=COUNT_MAX)]
Rate = Annotated[int, Field(ge=-BASIS, le=BASIS)]
Word = Annotated[str, Field(min_length=1, max_length=NAME_MAX, pattern=LINE_PATTERN)]


class Strict(BaseModel):
    """A body without unknown fields: a misspelt limit must not be a missing one."""

    model_config = ConfigDict(extra="forbid")


class SkuPrice(Strict):
    """What a piece of one SKU costs."""

    sku_id: SkuId
    price_minor: Amount


class PiecePriceForm(Strict):
    """Each piece costs this."""

    type: Literal["piece_price"]
    price_minor: Amount | None = None
    by_sku: list[SkuPrice] = Field(default=[], max_length=GOODS_MAX)


class PieceReductionForm(Strict):
    """Each piece costs this much less."""

    type: Literal["piece_reduction"]
    off_minor: Amount


class PieceRateForm(Strict):
    """Each piece costs this share less."""

    type: Literal["piece_rate"]
    off_bp: Rate


class NthPieceForm(Strict):
    """Of every `nth` pieces the last one costs less."""

    type: Literal["nth_piece"]
    nth: Count
    off_bp: Rate
    times_max: Count | None = None
    is_mixed: bool = False


class ComponentForm(Strict):
    """So many pieces of a SKU."""

    sku_id: SkuId
    quantity: Count = 1


class BundleForm(Strict):
    """These pieces together cost `price_minor`."""

    type: Literal["bundle"]
    components: list[ComponentForm] = Field(max_length=100)
    price_minor: Amount
    sets_max: Count | None = None


class TierForm(Strict):
    """From `at` on, `off`."""

    at: Amount
    off: Amount


class TiersForm(Strict):
    """Tiers of money or pieces, giving an amount or a rate."""

    type: Literal["tiers"]
    tiers: list[TierForm] = Field(max_length=TIERS_MAX)
    counts: Counts = Counts.MONEY
    gives: Gives = Gives.REDUCTION
    repeats: bool = False
    times_max: Count | None = None


class GiftForm(Strict):
    """From `at` on, pieces of a SKU for nothing."""

    type: Literal["gift"]
    at: Amount
    sku_id: SkuId
    quantity: Count = 1
    counts: Counts = Counts.MONEY
    repeats: bool = False
    times_max: Count | None = None


BenefitForm = Annotated[
    PiecePriceForm | PieceReductionForm | PieceRateForm | NthPieceForm | BundleForm | TiersForm | GiftForm,
    Field(discriminator="type"),
]


class ScopeForm(Strict):
    """Which goods: each list that is not empty must hold the line; `except_item_ids` must not. Empty: all goods."""

    item_ids: list[ItemId] = Field(default=[], max_length=GOODS_MAX)
    sku_ids: list[SkuId] = Field(default=[], max_length=GOODS_MAX)
    category_ids: list[CategoryId] = Field(default=[], max_length=GOODS_MAX)
    except_item_ids: list[ItemId] = Field(default=[], max_length=GOODS_MAX)


class FundingForm(Strict):
    """A funder, its weight among the funders, and its budget."""

    funder: Funder
    weight: Count = 1
    budget_minor: Amount | None = None


class TermsForm(Strict):
    """An instrument as it is set up."""

    kind: Kind
    name_zh: Word
    name_en: str = Field(default="", max_length=NAME_MAX, pattern=LINE_PATTERN)
    currency: str = Field(default="CNY", min_length=3, max_length=3)
    benefit: BenefitForm
    scope: ScopeForm = ScopeForm()
    funding: list[FundingForm] = Field(default=[], max_length=4, description="empty: the kind's usual funder")
    per_order: Count | None = None
    per_buyer: Count | None = None
    total: Count | None = None
    issue_quantity: Count | None = None
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    group: Word | None = None
    exclusive_with: list[Word] = Field(default=[], max_length=20)
    audience: list[Word] = Field(default=[], max_length=20)
    channels: list[Channel] = Field(default=[], max_length=3)
    live_room_id: Word | None = None
    stackable: bool = False
    reduces_base: bool | None = None
    discount_max_minor: Amount | None = None
    share_max_bp: Rate | None = None


class TallyBody(BaseModel):
    """What was issued, used and spent; only for who may see figures."""

    issued: int
    used: int
    spent_minor: dict[str, int]


class InstrumentBody(BaseModel):
    """A stored instrument."""

    instrument_id: str
    status: InstrumentStatus
    version: int
    summary: str
    summary_zh: str
    terms: TermsForm
    created_at: datetime
    changed_at: datetime
    reason: str
    tally: TallyBody | None


def usual_funding(kind: Kind) -> tuple[Funding, ...]:
    """Who pays when nothing else is said: the buyer paid for a gift card before, all else is the merchant's."""
    return (Funding(Funder.BUYER if kind is Kind.GIFT_CARD else Funder.MERCHANT),)


def read_terms(form: TermsForm, instrument_id: UUID) -> Instrument:
    """The instrument that a body describes. Refuses `Invalid` for a time without a zone."""
    benefit = form.benefit.model_dump(mode="python")
    if isinstance(form.benefit, PiecePriceForm):
        benefit["by_sku"] = {str(each.sku_id): each.price_minor for each in form.benefit.by_sku}
    scope = form.scope
    return Instrument(
        instrument_id=instrument_id, kind=form.kind, name=Text(form.name_zh, form.name_en), currency=form.currency,
        benefit=read_benefit(_plain(benefit)),
        scope=Scope(
            item_ids=frozenset(scope.item_ids), sku_ids=frozenset(scope.sku_ids),
            category_ids=frozenset(scope.category_ids), except_items=frozenset(scope.except_item_ids),
        ),
        funding=tuple(Funding(e.funder, e.weight, e.budget_minor) for e in form.funding) or usual_funding(form.kind),
        limits=Limits(form.per_order, form.per_buyer, form.total), stock_left=form.issue_quantity,
        valid_from=utc_or_none("valid_from", form.valid_from), valid_until=utc_or_none("valid_until", form.valid_until),
        group=form.group, exclusive_with=frozenset(form.exclusive_with), audience=frozenset(form.audience),
        channels=frozenset(form.channels), live_room_id=form.live_room_id, stackable=form.stackable,
        reduces_base=form.reduces_base, discount_max_minor=form.discount_max_minor, share_max_bp=form.share_max_bp,
    )  # fmt: skip


def terms_body(instrument: Instrument) -> TermsForm:
    """An instrument as it goes on the wire."""
    benefit = write_benefit(instrument.benefit)
    if benefit["type"] == "piece_price":
        benefit["by_sku"] = [{"sku_id": sku, "price_minor": minor} for sku, minor in benefit["by_sku"].items()]
    scope, limits = instrument.scope, instrument.limits
    return TermsForm.model_validate({
        "kind": instrument.kind, "name_zh": instrument.name.zh, "name_en": instrument.name.en,
        "currency": instrument.currency, "benefit": benefit,
        "scope": {
            "item_ids": sorted(map(str, scope.item_ids)), "sku_ids": sorted(map(str, scope.sku_ids)),
            "category_ids": sorted(map(str, scope.category_ids)),
            "except_item_ids": sorted(map(str, scope.except_items)),
        },
        "funding": [
            {"funder": e.funder, "weight": e.weight, "budget_minor": e.budget_left_minor} for e in instrument.funding
        ],
        "per_order": limits.per_order, "per_buyer": limits.per_buyer, "total": limits.total,
        "issue_quantity": instrument.stock_left, "valid_from": instrument.valid_from,
        "valid_until": instrument.valid_until, "group": instrument.group,
        "exclusive_with": sorted(instrument.exclusive_with),
        "audience": sorted(instrument.audience), "channels": sorted(instrument.channels),
        "live_room_id": None if instrument.live_room_id is None else str(instrument.live_room_id),
        "stackable": instrument.stackable, "reduces_base": instrument.reduces_base,
        "discount_max_minor": instrument.discount_max_minor, "share_max_bp": instrument.share_max_bp,
    })  # fmt: skip


def instrument_body(stored: StoredInstrument, tally: Tally | None = None) -> InstrumentBody:
    """A stored instrument as a body."""
    summary = say_instrument(stored.instrument)
    figures = None
    if tally is not None:
        spent = {funder.value: minor for funder, minor in tally.spent.items() if minor}
        figures = TallyBody(issued=tally.issued, used=tally.used, spent_minor=spent)
    return InstrumentBody(
        instrument_id=show_id(PREFIX, stored.instrument_id), status=stored.status, version=stored.version,
        summary=summary.en, summary_zh=summary.zh, terms=terms_body(stored.instrument), created_at=stored.created_at,
        changed_at=stored.changed_at, reason=stored.reason, tally=figures,
    )  # fmt: skip


def utc_or_none(field: str, at: datetime | None) -> datetime | None:
    """An instant in UTC where there is one."""
    return None if at is None else utc(field, at)


def utc(field: str, at: datetime) -> datetime:
    """An instant in UTC; refuses `Invalid` when it has no zone or lies out of range."""
    if at.tzinfo is None:
        message = Text("时间没有时区", "the time has no zone")
        remedy = Text("写成 2026-11-10T20:00:00+08:00", "Write 2026-11-10T20:00:00+08:00")
        raise Invalid(Problem(field, "zone_missing", message, remedy, value=str(at)))
    try:
        return at.astimezone(UTC)
    except OverflowError:
        message = Text("时间超出范围", "the time is out of range")
        raise Invalid(Problem(field, "out_of_range", message, Text("请修改", "Change it"), value=str(at))) from None


def _plain(value: Any) -> Any:
    """Ids as the texts that `read_benefit` expects."""
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return str(value) if isinstance(value, UUID) else value
