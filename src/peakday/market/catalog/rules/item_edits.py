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
    problems = []
    if edit.title is not None and not edit.title.strip():
        problems.append(missing("title"))
    if edit.title is not None and (len(edit.title) > TITLE_LENGTH_MAX or "\x00" in edit.title):
        problems.append(
            Problem(
                "title",
                "too_long",
                Text(f"标题最多 {TITLE_LENGTH_MAX} 个字符", f"at most {TITLE_LENGTH_MAX} characters"),
                Text("缩短标题", "Shorten the title"),
            )  # fmt: skip
        )
    for field, amount in (("list_price", edit.list_price_minor), ("strike_price", edit.strike_price_minor)):
        if amount is not None and not 0 <= amount <= AMOUNT_MINOR_MAX:
            problems.append(
                Problem(
                    field,
                    "negative",
                    Text("金额应为不小于 0 的数", "an amount must not be negative"),
                    Text("填写不小于 0 的金额", "Enter an amount of 0 or more"),
                    value=str(amount),
                )  # fmt: skip
            )
    if edit.status is not None and not may_move(status, edit.status):
        problems.append(
            Problem(
                "status",
                "item_move_forbidden",
                Text(
                    f"商品状态不能从 {status} 变为 {edit.status}", f"an item cannot go from {status} to {edit.status}"
                ),
                Text("先下架,再重新上架", "Take it off the shelf first, then put it on sale"),
                value=edit.status,
            )  # fmt: skip
        )
    return problems
