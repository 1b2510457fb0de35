"""What may a merchant change of an item, and what is wrong with a change?"""

from peakday.kernel.money import AMOUNT_MINOR_MAX
from peakday.kernel.refusal import Problem
from peakday.kernel.rowfiles.columns import missing
from peakday.kernel.text import Text
from peakday.market.catalog.model import ItemEdit, ItemStatus
from peakday.market.catalog.rules.item_columns import TITLE_LENGTH_MAX
from peakday.market.catalog.rules.item_states import may_move


def problems_of_edit(edit: ItemEdit, status: ItemStatus) -> list[Problem]:
    """What is wrong with an edit of an item in this state; nothing when it may be made."""
    problems = [] if edit.title is None else _problems_of_title(edit.title)
    for field, amount in (("list_price", edit.list_price_minor), ("strike_price", edit.strike_price_minor)):
        if amount is not None and not 0 <= amount <= AMOUNT_MINOR_MAX:
            message = Text("金额应为不小于 0 的数", "an amount must not be negative, nor beyond all measure")
            problems.append(
                Problem(field, "not_an_amount", message, Text("填写正确的金额", "Enter a price"), value=str(amount))
            )
    if edit.status is not None and not may_move(status, edit.status):
        after = edit.status
        message = Text(f"商品状态不能从 {status} 变为 {after}", f"an item cannot go from {status} to {after}")
        remedy = Text("先下架,再重新上架", "Take it off the shelf first, then put it on sale")
        problems.append(Problem("status", "item_move_forbidden", message, remedy, value=after))
    return problems


def _problems_of_title(title: str) -> list[Problem]:
    if not title.strip():
        return [missing("title")]
    if len(title) > TITLE_LENGTH_MAX or "\x00" in title:
        message = Text(f"标题最多 {TITLE_LENGTH_MAX} 个字符", f"at most {TITLE_LENGTH_MAX} characters")
        return [Problem("title", "too_long", message, Text("缩短标题", "Shorten the title"))]
    return []
