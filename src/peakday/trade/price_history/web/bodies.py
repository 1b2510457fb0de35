"""How do prices look on the wire? Exact: a price of a piece is the fraction `minor` / `pieces` of minor units."""

from datetime import datetime
from fractions import Fraction
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field

from peakday.kernel.ids import show_id
from peakday.kernel.money import AMOUNT_MINOR_MAX
from peakday.trade.price_history.model import (
    Candidate,
    Compared,
    DealKind,
    LowPrice,
    Note,
    OfferKind,
    PriceProof,
    PriorPrice,
    Protection,
    ProtectionVerdict,
    Reason,
    Verdict,
    Window,
)

SHOP_PREFIX, ITEM_PREFIX, SKU_PREFIX, ORDER_PREFIX = "shp", "itm", "sku", "ord"


class PieceBody(BaseModel):
    """The price of one piece: `minor` / `pieces` minor units, in lowest terms; `pieces` is 1 for a whole price."""

    minor: int
    pieces: int


class WindowBody(BaseModel):
    """From `starts_at` (included) to `ends_at` (not included)."""

    starts_at: datetime
    ends_at: datetime


class CandidateBody(BaseModel):
    """A price that was asked (an interval) or paid (`deals` like lines of a day), and why it does not count."""

    what: str
    kind: OfferKind | DealKind
    sku_id: str | None
    price: PieceBody
    from_at: datetime
    until_at: datetime | None
    deals: int | None
    order_id: str | None
    event_ref: str | None
    counts: bool
    reasons: list[Reason]
    notes: list[Note]


class LowPriceBody(BaseModel):
    """The three figures of a window and a page of candidates, cheapest first; deals only for who may see figures."""

    item_id: str
    currency: str
    window: WindowBody
    rule_version: str
    lowest_list: PieceBody | None
    lowest_deal: PieceBody | None
    median: PieceBody | None
    shows_deals: bool
    items: list[CandidateBody]
    next_cursor: str | None


class ProofBody(BaseModel):
    """The low-price proof of a claimed price."""

    item_id: str
    currency: str
    window: WindowBody
    compared: Compared
    cut_percent_min: int
    rule_versions: list[str]
    claimed_minor: int
    permitted_minor: int | None
    lowest: CandidateBody | None
    verdict: Verdict
    candidates: list[CandidateBody]


class ProtectionBody(BaseModel):
    """What a buyer is due for a line."""

    verdict: ProtectionVerdict
    amount_minor: int
    currency: str
    window: WindowBody
    rule_version: str
    granted_minor: int
    lowest: CandidateBody | None


class PriorPriceBody(BaseModel):
    """The price that a reduction is announced against, and the whole per cent that may be announced."""

    rule_version: str
    price_minor: int
    currency: str
    window: WindowBody
    lowest: CandidateBody | None
    is_shorter: bool
    cut_percent: int


class OfferForm(BaseModel):
    """A price of one piece of a SKU, from an instant on; without an end it holds until the next one."""

    sku_id: str = Field(max_length=60)
    kind: OfferKind = OfferKind.LIST
    price_minor: int = Field(gt=0, le=AMOUNT_MINOR_MAX)
    currency: str = Field(min_length=3, max_length=3)
    valid_from: datetime
    valid_until: datetime | None = None
    event_ref: str | None = Field(default=None, max_length=200, pattern=r"^[^\x00-\x1f]*$")


class OffersForm(BaseModel):
    """The prices to offer, all of one item."""

    offers: list[OfferForm] = Field(min_length=1, max_length=1000)


class OffersBody(BaseModel):
    """How many intervals were added."""

    added: int


def piece(price: Fraction | None) -> PieceBody | None:
    """A price of one piece as a body."""
    return None if price is None else PieceBody(minor=price.numerator, pieces=price.denominator)


def window_body(window: Window) -> WindowBody:
    """A window as a body."""
    return WindowBody(starts_at=window.starts_at, ends_at=window.ends_at)


def candidate_body(candidate: Candidate) -> CandidateBody:
    """A candidate as a body."""
    verdict: dict[str, Any] = {
        "price": PieceBody(minor=candidate.price.numerator, pieces=candidate.price.denominator),
        "counts": candidate.counts, "reasons": list(candidate.reasons), "notes": list(candidate.notes),
    }  # fmt: skip
    if offer := candidate.offer:
        return CandidateBody(
            what="offer", kind=offer.kind, sku_id=show_id(SKU_PREFIX, offer.sku_id), from_at=offer.valid_from,
            until_at=offer.valid_until, deals=None, order_id=None, event_ref=offer.event_ref, **verdict,
        )  # fmt: skip
    deal = candidate.deal
    assert deal is not None
    return CandidateBody(
        what="deal", kind=deal.kind, sku_id=show_id(SKU_PREFIX, deal.sku_id) if deal.sku_id else None,
        from_at=deal.paid_at, until_at=deal.last_paid_at, deals=deal.deals,
        order_id=show_id(ORDER_PREFIX, deal.order_id), event_ref=deal.event_ref, **verdict,
    )  # fmt: skip


def low_price_body(item_id: UUID, low: LowPrice, page: tuple[int, int], *, shows_deals: bool) -> LowPriceBody:
    """The figures and the candidates from a place on, so many; page is (start, limit)."""
    start, limit = page
    end = start + limit
    return LowPriceBody(
        item_id=show_id(ITEM_PREFIX, item_id), currency=low.scope.currency, window=window_body(low.scope.window),
        rule_version=low.version, lowest_list=piece(low.lowest_offer.price if low.lowest_offer else None),
        lowest_deal=piece(low.lowest_deal.price if low.lowest_deal else None), median=piece(low.median),
        shows_deals=shows_deals, items=[candidate_body(one) for one in low.candidates[start:end]],
        next_cursor=str(end) if end < len(low.candidates) else None,
    )  # fmt: skip


def proof_body(proof: PriceProof) -> ProofBody:
    """A proof as a body."""
    return ProofBody(
        item_id=show_id(ITEM_PREFIX, proof.item_id), currency=proof.scope.currency,
        window=window_body(proof.scope.window), compared=proof.compared, cut_percent_min=proof.cut_percent_min,
        rule_versions=list(proof.versions), claimed_minor=proof.claimed_minor, permitted_minor=proof.permitted_minor,
        lowest=candidate_body(proof.lowest) if proof.lowest else None, verdict=proof.verdict,
        candidates=[candidate_body(one) for one in proof.candidates],
    )  # fmt: skip


def protection_body(protection: Protection) -> ProtectionBody:
    """A protection as a body."""
    return ProtectionBody(
        verdict=protection.verdict, amount_minor=protection.amount_minor,
        currency=protection.purchase.deal.currency, window=window_body(protection.window),
        rule_version=protection.version, granted_minor=protection.purchase.granted_minor,
        lowest=candidate_body(protection.lowest) if protection.lowest else None,
    )  # fmt: skip


def prior_price_body(prior: PriorPrice) -> PriorPriceBody:
    """A prior price as a body."""
    return PriorPriceBody(
        rule_version=prior.version, price_minor=prior.offer.price_minor, currency=prior.offer.currency,
        window=window_body(prior.window), lowest=candidate_body(prior.lowest) if prior.lowest else None,
        is_shorter=prior.is_shorter, cut_percent=prior.cut_percent,
    )  # fmt: skip
