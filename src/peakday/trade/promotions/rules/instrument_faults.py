"""Is an instrument set up so that it can be computed at all?

Only contradictions: what no calculation could give a meaning to. Whether a sound instrument is wise (a face above its
threshold, no limit) is the health centre's question.
"""

from collections.abc import Callable, Mapping
from itertools import pairwise
from types import MappingProxyType
from typing import Any

from peakday.kernel.money import AMOUNT_MINOR_MAX
from peakday.kernel.refusal import Problem
from peakday.kernel.text import Text
from peakday.trade.promotions.model import (
    BASIS,
    Bundle,
    Funder,
    GiftOffer,
    Gives,
    Instrument,
    Kind,
    NthPiece,
    PiecePrice,
    PieceRate,
    PieceReduction,
    Tiers,
)  # fmt: skip

_SINGLE = (PiecePrice, PieceReduction, PieceRate)
BENEFITS: Mapping[Kind, tuple[type, ...]] = MappingProxyType(dict.fromkeys(Kind, (Tiers,)) | {
    Kind.SINGLE_PRICE: _SINGLE, Kind.LIVE_PRICE: _SINGLE, Kind.NTH_PIECE: (NthPiece,), Kind.BUNDLE: (Bundle,),
    Kind.GIFT: (GiftOffer,),
})  # fmt: skip


def instrument_faults(instrument: Instrument) -> list[Problem]:
    """Every contradiction, with the field and what to do; empty when the instrument can be computed."""
    benefit = instrument.benefit
    if type(benefit) not in BENEFITS[instrument.kind]:
        return [_problem("benefit", "wrong_kind", "优惠内容与类型不符", "The benefit does not fit the kind")]
    checks = _CHECKS[type(benefit)](benefit) + _own_checks(instrument)
    return [_problem(field, code, zh, en) for is_so, field, code, zh, en in checks if is_so]


Check = tuple[bool, str, str, str, str]


def _own_checks(instrument: Instrument) -> list[Check]:
    start, end = instrument.valid_from, instrument.valid_until
    weights = [entry.weight for entry in instrument.funding]
    cap = instrument.discount_max_minor
    funders = {entry.funder for entry in instrument.funding}
    return [
        (start is not None and end is not None and end <= start, "valid_until", "ends_first",
         "结束时间早于开始时间", "It ends before it begins"),
        (not weights or min(weights) < 0 or sum(weights) == 0, "funding", "no_funder",
         "没有出资方", "Nobody funds it"),
        (funders != {Funder.BUYER} if instrument.kind is Kind.GIFT_CARD else Funder.BUYER in funders, "funding",
         "wrong_funder",
         "礼品卡且仅礼品卡由买家出资", "The buyer pays for gift cards, and for nothing else"),
        (len(funders) < len(weights), "funding", "doubled", "出资方重复", "A funder stands there twice"),
        (cap is not None and cap < 0, "discount_max_minor", "negative", "封顶金额为负", "The cap is negative"),
        (instrument.share_max_bp is not None and not 0 <= instrument.share_max_bp <= BASIS, "share_max_bp",
         "out_of_range", "抵扣比例超出范围", "The share is out of range"),
    ]  # fmt: skip


def _tiers_checks(benefit: Tiers) -> list[Check]:
    tiers = benefit.tiers
    top = BASIS if benefit.gives is Gives.RATE else AMOUNT_MINOR_MAX
    is_rising = all(low.at < high.at and low.off < high.off for low, high in pairwise(tiers))
    return [
        (not tiers, "tiers", "empty", "没有档位", "There is no tier"),
        (any(tier.at < 0 for tier in tiers), "at", "negative", "门槛为负", "A threshold is negative"),
        (not all(0 < tier.off <= top for tier in tiers), "off", "out_of_range",
         "优惠力度超出范围", "What it gives is out of range"),
        (not is_rising, "tiers", "not_rising", "档位须逐级升高", "Each tier must ask for more and give more"),
        (benefit.repeats and (len(tiers) != 1 or tiers[0].at == 0 or benefit.gives is Gives.RATE), "repeats",
         "cannot_repeat", "每满仅限一档、有门槛的立减", "Only one reduction with a threshold can repeat"),
        (benefit.times_max is not None and benefit.times_max < 1, "times_max", "out_of_range",
         "次数须为正", "The number of times must be positive"),
    ]  # fmt: skip


def _nth_checks(benefit: NthPiece) -> list[Check]:
    return [
        (benefit.nth < 1, "nth", "out_of_range", "件数须为正", "The number of pieces must be positive"),
        (not 0 < benefit.off_bp <= BASIS, "off_bp", "out_of_range", "折扣超出范围", "The rate is out of range"),
        (benefit.times_max is not None and benefit.times_max < 1, "times_max", "out_of_range",
         "次数须为正", "The number of times must be positive"),
    ]  # fmt: skip


def _bundle_checks(benefit: Bundle) -> list[Check]:
    skus = [part.sku_id for part in benefit.components]
    return [
        (not skus, "components", "empty", "没有商品", "There are no goods in it"),
        (len(set(skus)) < len(skus), "components", "doubled", "商品重复", "A SKU stands there twice"),
        (any(part.quantity < 1 for part in benefit.components), "quantity", "out_of_range",
         "件数须为正", "The number of pieces must be positive"),
        (not 0 <= benefit.price_minor <= AMOUNT_MINOR_MAX, "price_minor", "out_of_range",
         "价格超出范围", "The price is out of range"),
        (benefit.sets_max is not None and benefit.sets_max < 1, "sets_max", "out_of_range",
         "套数须为正", "The number of sets must be positive"),
    ]  # fmt: skip


def _gift_checks(benefit: GiftOffer) -> list[Check]:
    return [
        (benefit.at < 0 or (benefit.repeats and benefit.at == 0), "at", "out_of_range",
         "门槛须为正", "The threshold must be positive"),
        (benefit.quantity < 1, "quantity", "out_of_range", "件数须为正", "The number of pieces must be positive"),
    ]  # fmt: skip


def _price_checks(benefit: PiecePrice) -> list[Check]:
    prices = [*benefit.by_sku.values(), *([] if benefit.price_minor is None else [benefit.price_minor])]
    return [
        (not prices, "price_minor", "empty", "没有价格", "There is no price"),
        (any(price < 0 for price in prices), "price_minor", "negative", "价格为负", "A price is negative"),
    ]


def _reduction_checks(benefit: PieceReduction) -> list[Check]:
    return [(benefit.off_minor <= 0, "off_minor", "out_of_range", "减额须为正", "The reduction must be positive")]


def _rate_checks(benefit: PieceRate) -> list[Check]:
    return [(not 0 < benefit.off_bp <= BASIS, "off_bp", "out_of_range", "折扣超出范围", "The rate is out of range")]


_CHECKS: Mapping[type, Callable[[Any], list[Check]]] = MappingProxyType({
    Tiers: _tiers_checks, NthPiece: _nth_checks, Bundle: _bundle_checks, GiftOffer: _gift_checks,
    PiecePrice: _price_checks, PieceReduction: _reduction_checks, PieceRate: _rate_checks,
})  # fmt: skip


def _problem(field: str, code: str, zh: str, en: str) -> Problem:
    return Problem(field, code, Text(zh, en), Text("请修改该项", "Change this field"))
