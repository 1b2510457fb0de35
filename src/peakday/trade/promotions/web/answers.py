"""How do findings, baskets, versions and presales look on the wire?"""

from datetime import datetime

from pydantic import BaseModel, Field

from peakday.kernel.ids import show_id
from peakday.kernel.text import Text
from peakday.trade.promotions.guard import Finding, Inspection, Severity
from peakday.trade.promotions.model import Channel, Id, PresaleKind
from peakday.trade.promotions.stored import (
    PREFIX,
    PRESALE_PREFIX,
    Move,
    PresaleOffer,
    PricedBasket,
    Version,
)
from peakday.trade.promotions.web.bodies import (
    ITEM_PREFIX,
    SKU_PREFIX,
    Amount,
    InstrumentBody,
    ItemId,
    SkuId,
    Strict,
    TermsForm,
    Word,
    terms_body,
)

REASON_MAX = 500
PIECES_MAX = 100_000


class WitnessBody(BaseModel):
    """The basket that proves a finding: pieces by SKU, the buyer's tags, the instant, and what one piece comes to."""

    sku_id: str
    price_minor: int
    at: datetime
    tags: list[str]
    channel: Channel
    pieces: dict[str, int]
    instruments: list[str]
    rules_name: str
    trace: list[str]
    trace_zh: list[str]


class FindingBody(BaseModel):
    """One finding of the guard; the loss only for who may see figures."""

    code: str
    severity: Severity
    text: str
    text_zh: str
    remedy: str | None
    remedy_zh: str | None
    field: str
    loss_minor: int | None
    witness: WitnessBody | None


class InspectionBody(BaseModel):
    """What the guard found; the token confirms exactly these findings."""

    severity: Severity | None
    token: str
    findings: list[FindingBody]


class PublishedBody(BaseModel):
    """What became of a wish to go live."""

    instrument: InstrumentBody
    inspection: InspectionBody


class InstrumentList(BaseModel):
    """A page of instruments."""

    items: list[InstrumentBody]
    next_cursor: str | None


class VersionBody(BaseModel):
    """A saved version."""

    version: int
    saved_at: datetime
    saved_by: str | None
    rolled_back_to: int | None
    terms: TermsForm


class MoveBody(BaseModel):
    """A move of the status."""

    move_no: int
    version: int
    from_status: str | None
    to_status: str
    actor_name: str
    moved_at: datetime
    reason: str


class HistoryBody(BaseModel):
    """Every version and every move, latest first."""

    items: list[VersionBody]
    moves: list[MoveBody]
    next_cursor: str | None = None


class NewInstrument(Strict):
    """An instrument to keep as a draft; the same client key is the same instrument."""

    terms: TermsForm
    client_key: Word | None = None


class ChangedInstrument(Strict):
    """The next version; `since_version` is the one that was read."""

    terms: TermsForm
    since_version: int | None = Field(default=None, ge=1, le=2**31 - 1)


class WishForm(Strict):
    """A wish to go live: the token of the findings that were seen, and why."""

    confirmed: str | None = Field(default=None, max_length=64)
    reason: str = Field(default="", max_length=REASON_MAX, pattern=r"^[^\x00]*$")


class ReasonForm(Strict):
    """Why."""

    reason: str = Field(default="", max_length=REASON_MAX, pattern=r"^[^\x00]*$")


class RollBackForm(Strict):
    """To which version."""

    version: int = Field(ge=1, le=2**31 - 1)


class PiecesForm(Strict):
    """Pieces of a SKU."""

    sku_id: SkuId
    quantity: int = Field(ge=1, le=PIECES_MAX)


class BasketForm(Strict):
    """What to price; `instrument_ids` are the cards in the wallet, left out: every live one."""

    pieces: list[PiecesForm] = Field(min_length=1, max_length=1000)
    at: datetime | None = None
    tags: list[Word] = Field(default=[], max_length=20)
    channel: Channel = Channel.APP
    instrument_ids: list[str] | None = Field(default=None, max_length=500)
    live_room_id: Word | None = None
    candidate: TermsForm | None = Field(default=None, description="an instrument that acts as if it were live")


class PricedLineBody(BaseModel):
    """A line with its shares by instrument."""

    sku_id: str
    title: str
    quantity: int
    list_minor: int
    item_minor: int
    payable_minor: int
    shares: list[dict[str, str | int]]


class PricedBasketBody(BaseModel):
    """A basket's price with its trace, by a version of the rules."""

    currency: str
    rules_name: str
    rules_version: str
    list_minor: int
    discount_minor: int
    payable_minor: int
    lines: list[PricedLineBody]
    by_instrument: dict[str, int]
    gifts: list[dict[str, str | int]]
    unused: list[dict[str, str | int]]
    trace: list[str]
    trace_zh: list[str]


class PresaleForm(Strict):
    """A presale of a SKU. `off_minor` is the cut, or what the deposit counts for beyond itself."""

    item_id: ItemId
    sku_id: SkuId
    kind: PresaleKind
    currency: str = Field(min_length=3, max_length=3)
    price_minor: Amount
    deposit_minor: Amount
    off_minor: Amount
    deposit_from: datetime
    deposit_until: datetime
    tail_from: datetime
    tail_until: datetime


class PresaleBody(BaseModel):
    """A presale as it stands."""

    presale_id: str
    item_id: str
    sku_id: str
    kind: PresaleKind
    currency: str
    price_minor: int
    deposit_minor: int
    off_minor: int
    deposit_from: datetime
    deposit_until: datetime
    tail_from: datetime
    tail_until: datetime
    ended_at: datetime | None


class PresaleList(BaseModel):
    """A page of presales."""

    items: list[PresaleBody]
    next_cursor: str | None


def inspection_body(inspection: Inspection, *, shows_figures: bool) -> InspectionBody:
    """What the guard found as a body."""
    findings = [_finding(each, shows_figures) for each in inspection.findings]
    return InspectionBody(severity=inspection.severity, token=inspection.token, findings=findings)


def history_body(versions: list[Version], moves: list[Move]) -> HistoryBody:
    """Versions and moves as a body."""
    return HistoryBody(items=[_version(each) for each in versions], moves=[_move(each) for each in moves])


def basket_body(found: PricedBasket) -> PricedBasketBody:
    """A priced basket as a body."""
    priced = found.priced
    return PricedBasketBody(
        currency=priced.currency, rules_name=priced.rules_name, rules_version=priced.rules_version,
        list_minor=priced.list_minor, discount_minor=priced.discount_minor, payable_minor=priced.payable_minor,
        lines=[
            PricedLineBody(
                sku_id=line.line_id, title=found.titles[line.line_id], quantity=line.quantity,
                list_minor=line.list_minor, item_minor=line.item_minor, payable_minor=line.payable_minor,
                shares=[{"instrument_id": shown(PREFIX, share.instrument_id), "level": share.level.value,
                         "funder": share.funder.value, "minor": share.minor} for share in line.shares],
            )
            for line in priced.lines
        ],
        by_instrument={shown(PREFIX, each): minor for each, minor in priced.given_by_instrument().items()},
        gifts=[{"instrument_id": shown(PREFIX, gift.instrument_id), "sku_id": shown(SKU_PREFIX, gift.sku_id),
                "quantity": gift.quantity} for gift in priced.gifts],
        unused=[{"instrument_id": shown(PREFIX, each.instrument_id), "reason": each.reason.value,
                 "missing": each.missing} for each in priced.unused],
        trace=[said.en for said in found.trace], trace_zh=[said.zh for said in found.trace],
    )  # fmt: skip


def presale_body(offer: PresaleOffer) -> PresaleBody:
    """A presale as a body."""
    terms = offer.terms
    return PresaleBody(
        presale_id=show_id(PRESALE_PREFIX, offer.presale_id), item_id=show_id(ITEM_PREFIX, offer.item_id),
        sku_id=show_id(SKU_PREFIX, offer.sku_id), kind=terms.kind, currency=offer.currency,
        price_minor=terms.price_minor, deposit_minor=terms.deposit_minor, off_minor=terms.off_minor,
        deposit_from=offer.deposit_from, deposit_until=offer.deposit_until, tail_from=offer.tail_from,
        tail_until=offer.tail_until, ended_at=offer.ended_at,
    )  # fmt: skip


def shown(prefix: str, identity: Id) -> str:
    """An id as it goes on the wire; what is no UUID goes as it is."""
    return identity if isinstance(identity, str) else show_id(prefix, identity)


def _finding(finding: Finding, shows_figures: bool) -> FindingBody:
    return FindingBody(
        code=finding.code, severity=finding.severity, text=finding.text.en, text_zh=finding.text.zh,
        remedy=finding.remedy.en if finding.remedy else None, remedy_zh=finding.remedy.zh if finding.remedy else None,
        field=finding.field, loss_minor=finding.loss_minor if shows_figures else None, witness=_witness(finding),
    )  # fmt: skip


def _witness(finding: Finding) -> WitnessBody | None:
    witness = finding.witness
    if witness is None:
        return None
    cart = witness.cart
    return WitnessBody(
        sku_id=shown(SKU_PREFIX, witness.sku_id), price_minor=witness.price_minor, at=cart.at, tags=sorted(cart.tags),
        channel=cart.channel, pieces={shown(SKU_PREFIX, line.sku_id): line.quantity for line in cart.lines},
        instruments=[shown(PREFIX, each.instrument_id) for each in witness.instruments],
        rules_name=witness.rules_name, trace=_said(witness.trace, "en"), trace_zh=_said(witness.trace, "zh"),
    )  # fmt: skip


def _said(texts: tuple[Text, ...], side: str) -> list[str]:
    return [getattr(text, side) for text in texts]


def _version(each: Version) -> VersionBody:
    return VersionBody(
        version=each.version, saved_at=each.saved_at, rolled_back_to=each.rolled_back_to,
        saved_by=show_id("acc", each.saved_by) if each.saved_by else None, terms=terms_body(each.instrument),
    )  # fmt: skip


def _move(each: Move) -> MoveBody:
    return MoveBody(
        move_no=each.move_no, version=each.version, from_status=each.here, to_status=each.there,
        actor_name=each.actor_name, moved_at=each.moved_at, reason=each.reason,
    )  # fmt: skip
