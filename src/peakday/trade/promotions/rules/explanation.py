"""How does a price explain itself, in both languages?

One sentence for the rules (with their version), one for each step in the order in which it was taken, one for each
instrument that gave nothing with the reason, and one for the total. Words are made when somebody asks, not while
pricing.
"""

from collections.abc import Mapping
from types import MappingProxyType

from peakday.kernel.money import MINOR_DIGITS
from peakday.kernel.text import LANGUAGES, Language, Text, money_text
from peakday.trade.promotions.model import Counts, Id
from peakday.trade.promotions.priced import PricedCart, Reason, Step, Unused

_UNNAMED = Text("优惠", "Discount")
REASONS: Mapping[Reason, Text] = MappingProxyType({
    Reason.NOT_STARTED: Text("尚未开始", "it has not started"),
    Reason.EXPIRED: Text("已过期", "it has expired"),
    Reason.AUDIENCE: Text("不适用于该买家", "it is not for this buyer"),
    Reason.CHANNEL: Text("不适用于该终端", "it is not for this channel"),
    Reason.BUYER_LIMIT: Text("已达每人限用次数", "the buyer has used it as often as allowed"),
    Reason.TOTAL_LIMIT: Text("已达总限用次数", "it has been used as often as allowed in all"),
    Reason.SOLD_OUT: Text("已领完", "none is left"),
    Reason.NO_GOODS: Text("购物车中没有适用商品", "no goods in the cart are in its scope"),
    Reason.THRESHOLD: Text("未达门槛", "its threshold is not reached"),
    Reason.NOT_DEEPEST: Text("已有更低的单品价", "another single-item price is lower"),
    Reason.TAIL_TOO_SMALL: Text("尾款不高于券面额", "the tail is not above its face"),
    Reason.NOTHING_LEFT: Text("适用商品已无应付金额", "nothing is left to pay on its goods"),
    Reason.BUDGET: Text("出资预算不足", "the budget of a funder does not cover it"),
})  # fmt: skip


RULES_TITLES: Mapping[str, Text] = MappingProxyType({
    "tmall_promotions": Text("天猫活动优惠规则", "Tmall promotion rules"),
    "taobao_promotions": Text("淘宝活动优惠规则", "Taobao promotion rules"),
    "everyday_promotions": Text("平时优惠规则", "Everyday rules"),
    "stepwise_promotions": Text("逐级门槛优惠规则", "Stepwise rules"),
})  # fmt: skip


def explain(priced: PricedCart, names: Mapping[Id, Text]) -> list[Text]:
    """The sentences that lead to the price; `names` are the instruments' names."""
    title = RULES_TITLES.get(priced.rules_name, Text(f"规则 {priced.rules_name}", f"Rules {priced.rules_name}"))
    rules = Text(f"{title.zh},版本 {priced.rules_version}", f"{title.en}, version {priced.rules_version}")
    total = _both(
        Text("商品 {list},优惠 {discount},运费 {postage},应付 {payable}",
             "Goods {list}, discounts {discount}, postage {postage}, to pay {payable}"),
        priced.currency,
        list=priced.list_minor, discount=priced.discount_minor, postage=priced.postage_minor,
        payable=priced.payable_minor,
    )  # fmt: skip
    steps = [_say_step(step, priced.currency, names) for step in priced.steps]
    return [rules, *steps, *[_say_unused(entry, priced.currency, names) for entry in priced.unused], total]


def _say_step(step: Step, currency: str, names: Mapping[Id, Text]) -> Text:
    name = _join([names.get(identity, _UNNAMED) for identity in step.instrument_ids])
    counted, given = _amount(step.counted, step.counts, currency), _amount(step.given_minor, Counts.MONEY, currency)
    if step.tier is None:
        said = Text(
            "{name}:商品 {counted},{times} 次,优惠 {given}", "{name}: goods {counted}, {times} time(s), gives {given}"
        )
        at = Text("", "")
    else:
        said = Text(
            "{name}:计入 {counted},满 {at} 共 {times} 次,优惠 {given}",
            "{name}: counted {counted}, reaches {at} {times} time(s), gives {given}",
        )
        at = _amount(step.tier.at, step.counts, currency)
    if step.lost_minor:
        said = Text(
            said.zh + ";另有 {lost} 因商品已无应付金额而失效",
            said.en + "; {lost} is lost where nothing was left to pay",
        )
    lost = _amount(step.lost_minor, Counts.MONEY, currency)
    return _fill(said, name=name, counted=counted, at=at, given=given, lost=lost, times=_same(str(step.times)))


def _say_unused(entry: Unused, currency: str, names: Mapping[Id, Text]) -> Text:
    name = names.get(entry.instrument_id, _UNNAMED)
    said = _fill(Text("{name}:未使用,{reason}", "{name}: not used, {reason}"), name=name, reason=REASONS[entry.reason])
    if not entry.missing:
        return said
    missing = _amount(entry.missing, entry.counts, currency)
    return _fill(Text("{start},还差 {missing}", "{start}; {missing} more would do"), start=said, missing=missing)


def _amount(value: int, counts: Counts, currency: str) -> Text:
    if counts is Counts.PIECES:
        return Text(f"{value} 件", f"{value} pieces")
    assert currency in MINOR_DIGITS, currency
    return Text(money_text(value, currency, "zh"), money_text(value, currency, "en"))


def _both(said: Text, currency: str, **minor: int) -> Text:
    return _fill(said, **{name: _amount(value, Counts.MONEY, currency) for name, value in minor.items()})


def _fill(said: Text, **parts: Text) -> Text:
    def in_language(language: Language) -> str:
        return said.of(language, **{name: part.of(language) for name, part in parts.items()})

    return Text(*[in_language(language) for language in LANGUAGES])


def _join(names: list[Text]) -> Text:
    return Text("、".join(name.zh for name in names), ", ".join(name.en for name in names))


def _same(text: str) -> Text:
    return Text(text, text)
