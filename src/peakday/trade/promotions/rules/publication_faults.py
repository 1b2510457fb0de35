"""May an instrument be kept for this owner: sound, in the owner's money and goods, with thresholds that mean something?

Stricter than what the calculator can compute (`instrument_faults`): a threshold must be positive (only a card with a
single tier may have none), a reduction must leave something of its threshold, limits must be positive, and a shop
spends neither the platform's nor a creator's money. Which goods exist is answered by the catalogue and handed in.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from peakday.kernel.money import MINOR_DIGITS
from peakday.kernel.refusal import Problem
from peakday.kernel.text import Text
from peakday.trade.promotions.model import (
    Bundle,
    Counts,
    Funder,
    GiftOffer,
    Gives,
    Id,
    Instrument,
    Kind,
    PiecePrice,
    Scope,
    Tiers,
)
from peakday.trade.promotions.rules.instrument_faults import instrument_faults
from peakday.trade.promotions.stored import NAME_MAX, WORDS_MAX

OFFERS = frozenset({
    Kind.SINGLE_PRICE, Kind.LIVE_PRICE, Kind.NTH_PIECE, Kind.BUNDLE, Kind.TIERED_REDUCTION, Kind.TIERED_RATE,
    Kind.PIECE_TIERS, Kind.GIFT, Kind.CROSS_SHOP_TIER,
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose instrument it is: a shop with its currency, or the platform (None); whether staff set it up."""

    shop_id: UUID | None
    currency: str | None
    is_staff: bool = False


def publication_faults(instrument: Instrument, owner: Owner, now: datetime, unknown: frozenset[Id]) -> list[Problem]:
    """Every reason why it may not be kept; `unknown` are the goods it names that the shop does not have."""
    faults = instrument_faults(instrument)
    if any(fault.code == "wrong_kind" for fault in faults):
        return faults  # the other checks read the benefit of the kind
    return [
        *faults, *_name_faults(instrument), *_threshold_faults(instrument), *_limit_faults(instrument),
        *_owner_faults(instrument, owner), *_time_faults(instrument, now), *_goods_faults(instrument, owner, unknown),
    ]  # fmt: skip


def goods_named(instrument: Instrument) -> tuple[frozenset[Id], frozenset[Id]]:
    """The items and the SKUs that an instrument names: in its scope and in its benefit."""
    scope, benefit = instrument.scope, instrument.benefit
    skus = set(scope.sku_ids)
    if isinstance(benefit, PiecePrice):
        skus |= set(benefit.by_sku)
    elif isinstance(benefit, Bundle):
        skus |= {part.sku_id for part in benefit.components}
    elif isinstance(benefit, GiftOffer):
        skus.add(benefit.sku_id)
    return scope.item_ids | scope.except_items, frozenset(skus)


def within_shop(scope: Scope, shop_id: UUID) -> Scope:
    """The scope of a shop's instrument: its own goods, whatever else was said."""
    return Scope(frozenset({shop_id}), scope.item_ids, scope.sku_ids, scope.category_ids, scope.except_items)


def _name_faults(instrument: Instrument) -> list[Problem]:
    name = instrument.name
    if not name.zh.strip() or max(len(name.zh), len(name.en)) > NAME_MAX:
        return [_fault("name", "name_length")]
    words = [*instrument.audience, *instrument.exclusive_with]
    if len(words) > WORDS_MAX or any(not word or len(word) > NAME_MAX for word in words):
        return [_fault("audience", "too_many_words")]
    return []


def _threshold_faults(instrument: Instrument) -> list[Problem]:
    benefit = instrument.benefit
    if isinstance(benefit, GiftOffer) and benefit.at == 0:
        return [_fault("at", "zero_threshold")]
    if not isinstance(benefit, Tiers):
        return []
    faults = []
    is_plain_card = instrument.kind not in OFFERS and len(benefit.tiers) == 1
    if any(tier.at == 0 for tier in benefit.tiers) and not is_plain_card:
        faults.append(_fault("at", "zero_threshold"))
    is_money = benefit.counts is Counts.MONEY and benefit.gives is Gives.REDUCTION
    if is_money and any(0 < tier.at <= tier.off for tier in benefit.tiers):
        faults.append(_fault("off", "face_not_below_threshold"))
    return faults


def _limit_faults(instrument: Instrument) -> list[Problem]:
    limits = instrument.limits
    counts = {
        "per_order": limits.per_order, "per_buyer": limits.per_buyer, "total": limits.total,
        "issue_quantity": instrument.stock_left,
    }  # fmt: skip
    faults = [
        _fault(field, "count_out_of_range")
        for field, count in counts.items()
        if count is not None and not 1 <= count <= COUNT_MAX
    ]
    if any(each.budget_left_minor is not None and each.budget_left_minor <= 0 for each in instrument.funding):
        faults.append(_fault("budget", "budget_out_of_range"))
    return faults


def _owner_faults(instrument: Instrument, owner: Owner) -> list[Problem]:
    faults = []
    if instrument.currency not in MINOR_DIGITS or owner.currency not in {None, instrument.currency}:
        faults.append(_fault("currency", "currencies_mixed", owner.currency))
    funders = {each.funder for each in instrument.funding}
    if not owner.is_staff and funders & {Funder.PLATFORM, Funder.CREATOR}:
        faults.append(_fault("funding", "foreign_funder"))
    if not owner.is_staff and instrument.group is not None:
        faults.append(_fault("group", "foreign_group"))
    return faults


def _time_faults(instrument: Instrument, now: datetime) -> list[Problem]:
    is_over = instrument.valid_until is not None and instrument.valid_until <= now
    return [_fault("valid_until", "already_over")] if is_over else []


def _goods_faults(instrument: Instrument, owner: Owner, unknown: frozenset[Id]) -> list[Problem]:
    scope = instrument.scope
    faults = [_fault("scope", "unknown_goods", str(each)) for each in sorted(unknown, key=str)[:GOODS_SHOWN_MAX]]
    if owner.shop_id is not None and scope.shop_ids - {owner.shop_id}:
        faults.append(_fault("scope", "foreign_shop"))
    if scope.item_ids and scope.item_ids <= scope.except_items:
        faults.append(_fault("scope", "no_goods"))
    if max(len(scope.item_ids), len(scope.sku_ids), len(scope.except_items), len(scope.category_ids)) > SCOPE_MAX:
        faults.append(_fault("scope", "too_many_goods"))
    return faults


COUNT_MAX = 1_000_000_000
SCOPE_MAX = 5_000  # goods named one by one
GOODS_SHOWN_MAX = 20

# code → what is wrong, what to do
_WORDS: Mapping[str, tuple[Text, Text]] = MappingProxyType({
    "name_length": (Text(f"名称须为 1 到 {NAME_MAX} 个字", f"A name has 1 to {NAME_MAX} letters"),
                    Text("写一个买家看得懂的名称", "Write a name that buyers understand")),
    "too_many_words": (Text("人群或互斥标签过多或过长", "Too many or too long tags"),
                       Text("减少标签", "Name fewer tags")),
    "zero_threshold": (Text("门槛须大于 0", "The threshold must be above 0"), Text("填写门槛", "Write a threshold")),
    "face_not_below_threshold": (
        Text("优惠金额不低于门槛,等于白送", "It gives as much as it asks for"),
        Text("降低优惠金额,或提高门槛;无门槛券请把门槛留空",
             "Give less, or ask for more; for a card without threshold leave it empty")),
    "count_out_of_range": (Text("数量须为正", "The number must be positive"),
                           Text("填写正整数,或留空表示不限", "Write a positive number, or leave it empty")),
    "budget_out_of_range": (Text("预算须为正", "A budget must be positive"),
                            Text("填写金额,或留空表示不限", "Write an amount, or leave it empty for no limit")),
    "currencies_mixed": (Text("币种与店铺定价的币种不同", "It counts in another currency than the shop"),
                         Text("改用店铺的币种", "Use the shop's currency")),
    "foreign_funder": (Text("店铺不能动用平台或主播的资金", "A shop cannot spend the platform's or a creator's money"),
                       Text("改为商家出资", "Let the merchant fund it")),
    "foreign_group": (Text("叠加分组由平台规则决定", "Which instruments exclude each other is the platform's rule"),
                      Text("去掉分组", "Take the group out")),
    "already_over": (Text("结束时间已过", "It would be over already"),
                     Text("改为将来的时间", "Let it end in the future")),
    "unknown_goods": (Text("店铺没有这件商品", "The shop has no such goods"),
                      Text("从商品列表中选择", "Choose from the item list")),
    "foreign_shop": (Text("只能用于本店商品", "It may hold only for the shop's own goods"),
                     Text("去掉其他店铺", "Take the other shops out")),
    "no_goods": (Text("适用商品全部被排除", "All its goods are left out"),
                 Text("减少排除的商品", "Leave fewer goods out")),
    "too_many_goods": (Text(f"最多指定 {SCOPE_MAX} 个商品", f"At most {SCOPE_MAX} goods"),
                       Text("改用类目,或拆成几个优惠", "Use categories, or make several of it")),
})  # fmt: skip


def _fault(field: str, code: str, value: str | None = None) -> Problem:
    what, remedy = _WORDS[code]
    return Problem(field, code, what, remedy, value=value)
