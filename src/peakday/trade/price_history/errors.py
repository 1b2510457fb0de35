"""Why does the price history say no?

Conflict  └── PriceOverlaps    another price of that kind holds in that time
NotFound  └── DealNotFound     no such paid line in this shop
Invalid   ├── WindowTooLong    more days than a question may span
          └── PriceNotValid    not above nothing, an end before its beginning, a beginning in the past
"""

from peakday.kernel.refusal import Conflict, Invalid, NotFound
from peakday.kernel.text import Text


class PriceOverlaps(Conflict):
    """Another price of that kind holds in a part of that time."""

    code = "price_overlaps"
    message = Text(
        "SKU {sku} 的 {kind} 价格与已有区间冲突:{at} 起已有价格 {price}",
        "A {kind} price of {sku} is there already: {price} from {at}",
    )


class DealNotFound(NotFound):
    """No such paid line in this shop."""

    code = "deal_not_found"
    message = Text("没有找到该成交记录", "There is no such deal")


class WindowTooLong(Invalid):
    """More days than a question may span, or a last day before the first."""

    code = "window_too_long"
    message = Text("时间窗口须为 1 到 {days} 天", "A window spans 1 to {days} days")


class PriceNotValid(Invalid):
    """A price that cannot be offered."""

    code = "price_not_valid"
    message = Text("价格无效", "This price cannot be offered")
