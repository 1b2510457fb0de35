"""How is one field of a form read: an amount, a number, a percentage, a time, the number of an item or SKU?

Faults are gathered with what was typed, so that all are told at once. Goods are named as merchants name them: by item
number, a SKU as `item/sku` (or by the item's number where it has one SKU); the platform names everything by its id.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from uuid import UUID

from peakday.kernel.clock import MARKET_ZONE
from peakday.kernel.ids import read_id
from peakday.kernel.money import parse_minor
from peakday.kernel.refusal import Problem
from peakday.kernel.text import Text
from peakday.market.catalog.model import item_id_of, sku_id_of
from peakday.trade.promotions.model import Id
from peakday.trade.promotions.web.bodies import CATEGORY_PREFIX, ITEM_PREFIX, SHOP_PREFIX, SKU_PREFIX

SPLIT = re.compile(r"[\s,;、\uff0c\uff1b]+")  # the wide comma and semicolon of Chinese keyboards too
Typed = dict[str, str | list[str]]


@dataclass
class Reader:
    """What was typed, read field by field; faults are gathered, so that all are told at once."""

    typed: Mapping[str, str | list[str]]
    currency: str
    shop_id: UUID | None  # None: the platform, whose goods have no numbers of a shop
    problems: list[Problem] = field(default_factory=list)

    def text(self, name: str) -> str:
        """A line, without its edges."""
        value = self.typed.get(name, "")
        return value.strip() if isinstance(value, str) else ""

    def has(self, name: str) -> bool:
        """Whether a box is ticked."""
        return bool(self.text(name))

    def several(self, name: str) -> list[str]:
        """The values of a field that may come several times."""
        value = self.typed.get(name, [])
        return [value] if isinstance(value, str) and value else list(value)

    def amount(self, name: str, at: str, empty: int | None = None) -> int | None:
        """An amount of money in minor units."""
        try:
            return parse_minor(self.text(name), self.currency) if self.text(name) else empty
        except ValueError:
            self.wrong(at, "not_an_amount", name)
            return empty

    def count(self, name: str, at: str, empty: int | None = None) -> int | None:
        """A whole number."""
        text = self.text(name)
        if re.fullmatch(r"-?\d{1,10}", text):
            return int(text)
        if text:
            self.wrong(at, "not_a_number", name)
        return empty

    def percent(self, name: str, at: str, empty: int | None = None) -> int | None:
        """A percentage in basis points."""
        text = self.text(name).rstrip("%")
        try:
            points = Decimal(text) * 100 if text else None
        except InvalidOperation:
            points = Decimal("0.5")
        if points is None:
            return empty
        if not points.is_finite() or points != points.to_integral_value() or abs(points) > 10**6:
            self.wrong(at, "not_a_percentage", name)
            return empty
        return int(points)

    def instant(self, name: str) -> datetime | None:
        """A time of the market's wall clock."""
        text = self.text(name)
        try:
            return datetime.fromisoformat(text).replace(tzinfo=MARKET_ZONE).astimezone(UTC) if text else None
        except (ValueError, OverflowError):
            self.wrong(name, "not_a_time", name)
            return None

    def items(self, name: str) -> frozenset[Id]:
        """Item numbers as ids."""
        return frozenset(self._item(ref) for ref in SPLIT.split(self.text(name)) if ref)

    def sku(self, ref: str) -> Id:
        """A SKU's number as its id."""
        if ref.startswith(f"{SKU_PREFIX}_") or self.shop_id is None:
            return _shown_or(ref, SKU_PREFIX)
        item, slash, sku = ref.partition("/")
        return sku_id_of(self.shop_id, item, sku if slash else item)

    def categories(self) -> frozenset[Id]:
        """The chosen categories."""
        return frozenset(_shown_or(ref, CATEGORY_PREFIX) for ref in self.several("category") if ref)

    def shops(self) -> frozenset[Id]:
        """The shops that were named; none: all."""
        return frozenset(_shown_or(ref, SHOP_PREFIX) for ref in SPLIT.split(self.text("shops")) if ref)

    def wrong(self, at: str, code: str, name: str) -> None:
        """Note a fault of what was typed."""
        message, remedy = _FAULTS[code]
        self.problems.append(Problem(at, code, message, remedy, value=self.text(name)[:60]))

    def _item(self, ref: str) -> Id:
        if ref.startswith(f"{ITEM_PREFIX}_") or self.shop_id is None:
            return _shown_or(ref, ITEM_PREFIX)
        return item_id_of(self.shop_id, ref)


def _shown_or(ref: str, prefix: str) -> Id:
    try:
        return read_id(prefix, ref)
    except ValueError:
        return ref


_FAULTS = {
    "not_an_amount": (Text("不是有效的金额", "it is not an amount of money"),
                      Text("写成数字,例如 1299.00", "Write a number such as 1299.00")),
    "not_a_number": (Text("不是整数", "it is not a whole number"), Text("写成整数,例如 3", "Write a number such as 3")),
    "not_a_percentage": (Text("不是百分比", "it is not a percentage"),
                         Text("写成 15 或 12.5", "Write 15 or 12.5")),
    "not_a_time": (Text("不是有效的时间", "it is not a time"),
                   Text("用日期选择框选择", "Choose it with the date field")),
    "not_goods": (Text("看不懂这一行", "this line cannot be read"),
                  Text("每行一个:SKU 编号 × 件数", "One a line: SKU number x pieces")),
}  # fmt: skip
