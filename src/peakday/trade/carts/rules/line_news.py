"""What changed for a line since the shopper last looked, and can it be bought?

The price of one piece and the stock are compared with what was seen. A line whose stock is gone cannot be bought; one
that asks for more pieces than are left is not paid for until the number is reduced. Few are left from ten on down.
"""

from peakday.kernel.refusal import Problem
from peakday.kernel.text import Text
from peakday.trade.carts.model import Line
from peakday.trade.carts.quoted import QuotedLine
from peakday.trade.carts.viewed import CartLine, Change

FEW_UNITS = 10
_KEEP = Text("可移入收藏夹,到货再买", "Move it to your favourites and buy it when it is back")
SOLD_OUT = Problem("sku_id", "sold_out", Text("已售罄", "Sold out"), _KEEP)


def line_news(line: Line, quoted: QuotedLine, left: int | None) -> CartLine:
    """The line as it is now, beside what the shopper saw."""
    problem = quoted.problem or _stock_problem(line.quantity, left)
    return CartLine(
        quoted=quoted, is_selected=line.is_selected, added_at=line.added_at, left=left, seen_minor=line.seen_minor,
        changes=tuple(_changes(line, quoted, left)), problem=problem,
    )  # fmt: skip


def is_folded(line: CartLine) -> bool:
    """Whether a line stands among those that cannot be bought: too many pieces is for the shopper to mend in place."""
    return line.problem is not None and line.problem.code != "not_enough_stock"


def _stock_problem(quantity: int, left: int | None) -> Problem | None:
    if left is None or quantity <= left:
        return None
    if left <= 0:
        return SOLD_OUT
    return Problem(
        "quantity", "not_enough_stock", Text(f"仅剩 {left} 件", f"Only {left} left"),
        Text(f"请减少到 {left} 件以内", f"Ask for {left} or fewer"), value=str(quantity),
    )  # fmt: skip


def _changes(line: Line, quoted: QuotedLine, left: int | None) -> list[Change]:
    found = []
    if quoted.problem is None and quoted.price_minor != line.seen_minor:
        found.append(Change.CHEAPER if quoted.price_minor < line.seen_minor else Change.DEARER)
    if left is None:
        return found
    was_there = line.seen_left is None or line.seen_left > 0
    if left <= 0 and was_there:
        found.append(Change.SOLD_OUT)
    elif left > 0 and not was_there:
        found.append(Change.BACK_IN_STOCK)
    elif 0 < left <= FEW_UNITS and (line.seen_left is None or line.seen_left > FEW_UNITS):
        found.append(Change.FEW_LEFT)
    return found
