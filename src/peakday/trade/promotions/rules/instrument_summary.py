"""What does an instrument do, in one sentence that a buyer would understand, in both languages?

"每满300减50,全部商品" and "CN¥50 off every CN¥300, on all goods". The words follow the instrument, so what a
merchant reads while typing is what the calculator will do.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from peakday.kernel.money import MINOR_DIGITS, decimal_text
from peakday.kernel.text import Text, money_text
from peakday.trade.promotions.model import (
    BASIS,
    Bundle,
    Channel,
    Counts,
    GiftOffer,
    Gives,
    Instrument,
    NthPiece,
    PiecePrice,
    PieceRate,
    PieceReduction,
    Tier,
    Tiers,
)

CHANNELS: Mapping[Channel, Text] = MappingProxyType({
    Channel.APP: Text("手机 App", "app"), Channel.PC: Text("电脑", "PC"), Channel.WAP: Text("手机网页", "mobile web"),
})  # fmt: skip


def say_instrument(instrument: Instrument) -> Text:
    """The sentence: what it gives, up to what, on which goods, for whom and how often."""
    benefit, currency = instrument.benefit, instrument.currency
    said = _SAYINGS[type(benefit)](benefit, currency if currency in MINOR_DIGITS else "CNY")
    clauses = [said, *_caps(instrument), _goods(instrument), *_people(instrument), *_limits(instrument)]
    return Text(",".join(each.zh for each in clauses), ", ".join(each.en for each in clauses))


def say_benefit(instrument: Instrument) -> Text:
    """Only what it gives."""
    currency = instrument.currency if instrument.currency in MINOR_DIGITS else "CNY"
    return _SAYINGS[type(instrument.benefit)](instrument.benefit, currency)


def _amount(minor: int, currency: str) -> Text:
    """As labels write it: 300 in Chinese for yuan, CN¥300 in English, cents only where there are any."""
    digits = MINOR_DIGITS[currency]
    plain = decimal_text(minor, currency)
    is_whole = digits == 0 or minor % 10**digits == 0
    whole = plain.partition(".")[0] if is_whole else plain
    full = money_text(minor, currency, "en")
    english = full.partition(".")[0] if is_whole else full
    return Text(whole if currency == "CNY" else english, english)


def _rate(off_bp: int) -> Text:
    """1,500 basis points off: 8.5折, 15% off."""
    left, off = BASIS - off_bp, f"{off_bp / 100:g}% off"
    return Text("免费", "free") if left == 0 else Text(f"打{left / 1000:g}折", off)


def _say_price(benefit: PiecePrice, currency: str) -> Text:
    prices = [*([] if benefit.price_minor is None else [benefit.price_minor]), *benefit.by_sku.values()]
    if not prices:
        return Text("未填价格", "no price yet")
    low = _amount(min(prices), currency)
    from_zh, from_en = ("起", "from ") if len(set(prices)) > 1 else ("", "")
    return Text(f"每件{low.zh}{'元' if currency == 'CNY' else ''}{from_zh}", f"{from_en}{low.en} a piece")


def _say_reduction(benefit: PieceReduction, currency: str) -> Text:
    off = _amount(benefit.off_minor, currency)
    return Text(f"每件减{off.zh}", f"{off.en} off each piece")


def _say_rate(benefit: PieceRate, _: str) -> Text:
    rate = _rate(benefit.off_bp)
    return Text(f"每件{rate.zh}", f"each piece {rate.en}")


def _say_nth(benefit: NthPiece, _: str) -> Text:
    rate = _rate(benefit.off_bp)
    mixed = Text("(可混搭)", " (mixed items)") if benefit.is_mixed else Text("", "")
    times = _times(benefit.times_max)
    ordinal = {1: "piece", 2: "2nd piece", 3: "3rd piece"}.get(benefit.nth, f"{benefit.nth}th piece")
    return Text(f"第{benefit.nth}件{rate.zh}{mixed.zh}{times.zh}", f"every {ordinal} {rate.en}{mixed.en}{times.en}")


def _say_bundle(benefit: Bundle, currency: str) -> Text:
    price, pieces = _amount(benefit.price_minor, currency), sum(part.quantity for part in benefit.components)
    yuan = "元" if currency == "CNY" else ""
    return Text(f"{pieces}件搭配共{price.zh}{yuan}", f"{pieces} pieces together for {price.en}")


def _say_tiers(benefit: Tiers, currency: str) -> Text:
    said = [_say_tier(tier, benefit, currency) for tier in benefit.tiers] or [Text("未填档位", "no tier yet")]
    times = _times(benefit.times_max) if benefit.repeats else Text("", "")
    endless = Text(",上不封顶", ", without an upper limit")
    if benefit.repeats and benefit.times_max is None:
        times = endless
    return Text(",".join(each.zh for each in said) + times.zh, ", ".join(each.en for each in said) + times.en)


def _say_tier(tier: Tier, benefit: Tiers, currency: str) -> Text:
    if benefit.gives is Gives.RATE:
        gives = _rate(tier.off)
    else:
        off = _amount(tier.off, currency)
        gives = Text(f"减{off.zh}", f"{off.en} off")
    if tier.at == 0:
        return Text(f"无门槛{gives.zh}", f"{gives.en} without a threshold")
    at = _threshold(tier.at, benefit.counts, currency)
    each_zh, each_en = ("每", "every") if benefit.repeats else ("", "from")
    return Text(f"{each_zh}满{at.zh}{gives.zh}", f"{gives.en} {each_en} {at.en}")


def _say_gift(benefit: GiftOffer, currency: str) -> Text:
    at = _threshold(benefit.at, benefit.counts, currency)
    each_zh, each_en = ("每", "every") if benefit.repeats else ("", "from")
    return Text(
        f"{each_zh}满{at.zh}赠{benefit.quantity}件赠品{_times(benefit.times_max).zh}",
        f"{benefit.quantity} gift piece(s) {each_en} {at.en}{_times(benefit.times_max).en}",
    )


def _threshold(at: int, counts: Counts, currency: str) -> Text:
    return Text(f"{at}件", f"{at} pieces") if counts is Counts.PIECES else _amount(at, currency)


def _times(times_max: int | None) -> Text:
    if times_max is None:
        return Text("", "")
    return Text(f"(最多{times_max}次)", f" (at most {times_max} times)")


def _caps(instrument: Instrument) -> list[Text]:
    said = []
    if instrument.discount_max_minor is not None:
        cap = _amount(instrument.discount_max_minor, instrument.currency)
        said.append(Text(f"最多减{cap.zh}", f"at most {cap.en} off"))
    if instrument.share_max_bp is not None:
        share = f"{instrument.share_max_bp / 100:g}%"
        said.append(Text(f"最多抵扣货款的{share}", f"at most {share} of the goods"))
    return said


def _goods(instrument: Instrument) -> Text:
    scope = instrument.scope
    if scope.item_ids or scope.sku_ids:
        count = len(scope.item_ids or scope.sku_ids)
        said = Text(f"指定{count}件商品", f"on {count} chosen item(s)")
    elif scope.category_ids:
        said = Text(f"指定{len(scope.category_ids)}个类目", f"on {len(scope.category_ids)} chosen categories")
    else:
        said = Text("全部商品", "on all goods")
    if not scope.except_items:
        return said
    out = len(scope.except_items)
    return Text(f"{said.zh}(除{out}件)", f"{said.en} but {out}")


def _people(instrument: Instrument) -> list[Text]:
    said = []
    if instrument.audience:
        tags = sorted(instrument.audience)
        said.append(Text(f"限{'、'.join(tags)}", f"for {', '.join(tags)}"))
    if instrument.channels:
        names = [CHANNELS[channel] for channel in sorted(instrument.channels)]
        said.append(Text("限" + "、".join(n.zh for n in names), "in " + ", ".join(n.en for n in names)))
    if instrument.live_room_id is not None:
        said.append(Text("限直播间进入", "from the live room"))
    return said


def _limits(instrument: Instrument) -> list[Text]:
    limits = instrument.limits
    return [
        Text(zh.format(count), en.format(count))
        for count, zh, en in (
            (limits.per_order, "每单限用{}次", "{} per order"),
            (limits.per_buyer, "每人限用{}次", "{} per buyer"),
            (limits.total, "总共限用{}次", "{} in total"),
            (instrument.stock_left, "共发{}张", "{} to be issued"),
        )
        if count is not None
    ]


_SAYINGS: Mapping[type, Callable[[Any, str], Text]] = MappingProxyType({
    PiecePrice: _say_price, PieceReduction: _say_reduction, PieceRate: _say_rate, NthPiece: _say_nth,
    Bundle: _say_bundle, Tiers: _say_tiers, GiftOffer: _say_gift,
})  # fmt: skip
