"""What speaks for and against two items being one product?

Titles by shared n-grams weighed by rarity; attributes that agree and that contradict each other, weighed by rarity;
what one side's attributes say found in the other's title, or contradicted there; brand, model number, amounts, year,
for whom, category. One row of numbers a pair, named by FEATURES, the same whichever item comes first.
"""

from collections.abc import Iterable, Iterator, Sequence

from peakday.market.same_products.rules.item_profile import BRAND_KEYS, GRAM_SIZES, MODEL_KEYS, Profile, grams
from peakday.market.same_products.rules.rarity import TOLD_VALUE_LETTERS, Rarity

# attributes whose agreement or contradiction is a feature of its own
KEYS = (
    "款式", "图案", "材质", "风格", "袖长", "领型", "衣长", "裙长", "裤长",
    "腰型", "袖型", "服装版型", "厚薄", "流行元素", "颜色分类", "颜色", "适用年龄", "适用对象",
    "成分含量", "服装款式细节", "衣门襟", "组合形式", "裙型", "鞋跟高", "鞋头款式", "鞋底材质", "帮面材质",
    "闭合方式", "上市年份季节", "适用季节", "适用场景", "市场价", "面料", "尺码", "功能", "通勤",
    "基础风格", "跟底款式", "鞋跟款式", "里料材质", "廓形", "弹力", "适用性别", "材质成分", "洗水工艺",
    "裤门襟", "开口深度", "鞋垫材质", "帽檐款式", "镜框材质", "运动系列", "细分风格",
)  # fmt: skip

_GRAM_PARTS = ("of_more", "of_less", "of_both", "shared", "rarest", "second", "left_over_less", "left_over_more")
FEATURES: tuple[str, ...] = (
    *(f"grams{size}_{part}" for size in GRAM_SIZES for part in _GRAM_PARTS),
    "long_grams_shared", "long_grams_share", "title_length_ratio",
    "keys_both", "keys_equal_share", "equal_weight", "contradicted_weight", "rarest_equal", "rarest_contradicted",
    "alike_values", "keys_less", "keys_more", "equal_less_contradicted",
    "brand_equal", "brand_contradicted", "brand_in_title", "brands_told",
    "model_equal", "model_contradicted", "model_within", "models_told", "codes_shared", "codes_only_one",
    "model_in_title",
    "told_weight_less", "told_weight_more", "told_contradicted_less", "told_contradicted_more",
    "told_both", "told_both_contradicted",
    "amounts_equal", "amounts_contradicted", "years_equal", "years_contradicted", "people_equal", "people_contradicted",
    "category_equal", "department_equal",
    *(f"key_{key}" for key in KEYS),
)  # fmt: skip
_NAMED = frozenset(BRAND_KEYS + MODEL_KEYS)
_NUMBERS_MAX = 50.0


class Told:
    """Which values of which attributes titles tell, worked out once an item."""

    def __init__(self, rarity: Rarity) -> None:
        self.rarity = rarity
        self._found: dict[str, dict[str, frozenset[str]]] = {}

    def of(self, profile: Profile) -> dict[str, frozenset[str]]:
        """Attribute → the values of it that the title tells."""
        found = self._found.get(profile.key)
        if found is None:
            found = self._found[profile.key] = self._read(profile.title)
        return found

    def _read(self, title: str) -> dict[str, frozenset[str]]:
        told: dict[str, set[str]] = {}
        low, high = TOLD_VALUE_LETTERS
        for size in range(low, high + 1):
            for part in grams(title, size):
                for key in self.rarity.told_values.get(part, ()):
                    told.setdefault(key, set()).add(part)
        return {key: frozenset(values) for key, values in told.items()}


def pair_evidence(pairs: Iterable[tuple[Profile, Profile]], told: Told) -> list[list[float]]:
    """One row of numbers a pair, in the order of FEATURES."""
    return [list(_row(one, other, told)) for one, other in pairs]


def _row(one: Profile, other: Profile, told: Told) -> Iterator[float]:
    rarity = told.rarity
    for size in range(len(GRAM_SIZES)):
        yield from _gram_features(one.grams[size], other.grams[size], rarity, size)
    long_shared = len(one.long_grams & other.long_grams)
    yield float(long_shared)
    yield long_shared / max(min(len(one.long_grams), len(other.long_grams)), 1)
    yield min(len(one.title), len(other.title)) / max(len(one.title), len(other.title), 1)
    yield from _attribute_features(one, other, rarity)
    yield from _brand_features(one, other)
    yield from _model_features(one, other)
    yield from _crossing_features(one, other, told)
    yield from _said_features(one, other)
    yield float(one.category == other.category)
    yield float(one.department == other.department)
    yield from _key_features(one, other)


def _gram_features(one: frozenset[str], other: frozenset[str], rarity: Rarity, size: int) -> Sequence[float]:
    weight = rarity.gram_weight
    shared = sorted((weight(size, gram) for gram in one & other), reverse=True)
    both = sum(shared)
    rest = sorted((sum(weight(size, gram) for gram in one - other), sum(weight(size, gram) for gram in other - one)))
    less, more = rest[0] + both, rest[1] + both
    return (
        both / max(more, 1e-9),
        both / max(less, 1e-9),
        both / max(both + rest[0] + rest[1], 1e-9),
        both,
        shared[0] if shared else 0.0,
        shared[1] if len(shared) > 1 else 0.0,
        rest[0],
        rest[1],
    )


def _attribute_features(one: Profile, other: Profile, rarity: Rarity) -> Sequence[float]:
    both = [key for key in one.attributes if key in other.attributes and key not in _NAMED]
    equal, against, alike = [], [], 0
    for key in both:
        mine, theirs = one.attributes[key], other.attributes[key]
        if mine == theirs:
            equal.append(rarity.value_weight(key, mine))
        elif mine in theirs or theirs in mine:
            alike += 1
        else:
            against.append(min(rarity.value_weight(key, mine), rarity.value_weight(key, theirs)))
    keys = sorted((len(one.attributes), len(other.attributes)))
    return (
        float(len(both)),
        len(equal) / max(len(both), 1),
        sum(equal),
        sum(against),
        max(equal, default=0.0),
        max(against, default=0.0),
        float(alike),
        float(keys[0]),
        float(keys[1]),
        sum(equal) - sum(against),
    )


def _brand_features(one: Profile, other: Profile) -> Sequence[float]:
    told = bool(one.brands) + bool(other.brands)
    equal = bool(one.brands & other.brands)
    in_title = sum(name in other.title for name in one.brands) + sum(name in one.title for name in other.brands)
    return float(equal), float(told == 2 and not equal), float(in_title), float(told)


def _model_features(one: Profile, other: Profile) -> Sequence[float]:
    told = bool(one.models) + bool(other.models)
    equal = bool(one.models & other.models)
    within = any(mine in theirs or theirs in mine for mine in one.models for theirs in other.models)
    codes, theirs_codes = one.codes | one.models, other.codes | other.models
    in_title = any(code in other.title for code in one.models) or any(code in one.title for code in other.models)
    return (
        float(equal),
        float(told == 2 and not equal),
        float(within),
        float(told),
        float(max((len(code) for code in codes & theirs_codes), default=0)),
        float(len(one.codes ^ other.codes)),
        float(in_title),
    )


def _crossing_features(one: Profile, other: Profile, told: Told) -> Sequence[float]:
    first, second = told.of(one), told.of(other)
    ways = (_crossing(one, second, told.rarity), _crossing(other, first, told.rarity))
    found, against = sorted(way[0] for way in ways), sorted(way[1] for way in ways)
    keys = first.keys() & second.keys()
    agreeing = sum(1 for key in keys if first[key] & second[key])
    return found[0], found[1], against[0], against[1], float(agreeing), float(len(keys) - agreeing)


def _crossing(profile: Profile, title: dict[str, frozenset[str]], rarity: Rarity) -> tuple[float, float]:
    """The weight of the attributes that the other's title tells too, and of those that it tells otherwise."""
    found = against = 0.0
    for key, values in title.items():
        mine = profile.attributes.get(key)
        if mine is None:
            continue
        if mine in values or any(value in mine for value in values):
            found += rarity.value_weight(key, mine)
        else:
            against += rarity.value_weight(key, mine)
    return found, against


def _said_features(one: Profile, other: Profile) -> Sequence[float]:
    amounts, theirs = set(one.amounts), set(other.amounts)
    kinds = {amount.kind for amount in amounts} & {amount.kind for amount in theirs}
    agreed = {amount.kind for amount in amounts & theirs}
    return (
        float(len(agreed)),
        float(len(kinds - agreed)),
        float(bool(one.years & other.years)),
        float(bool(one.years) and bool(other.years) and not one.years & other.years),
        float(bool(one.people & other.people)),
        float(bool(one.people) and bool(other.people) and not one.people & other.people),
    )


def _key_features(one: Profile, other: Profile) -> Iterator[float]:
    for key in KEYS:
        mine, theirs = one.attributes.get(key), other.attributes.get(key)
        yield 0.0 if mine is None or theirs is None else 1.0 if mine == theirs else -1.0
