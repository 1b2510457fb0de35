"""What do the importers say about a row that they cannot take? One table of codes, messages and remedies."""

from types import MappingProxyType

from peakday.kernel.refusal import Problem
from peakday.kernel.text import Text

_CORRECT = Text("请在源文件中更正后重新导入", "Correct it in the source file and import again")

_MESSAGES = MappingProxyType({
    "missing": Text("缺少必填值", "A required value is missing"),
    "not_a_number": Text("不是有效的数字", "It is not a number"),
    "not_an_amount": Text("不是有效的金额", "It is not an amount of money"),
    "not_a_time": Text("不是有效的时间", "It is not a time"),
    "duplicate": Text("编号重复,已采用首次出现的行", "The number occurs again; its first row was taken"),
    "unknown_order": Text("订单不在订单表中", "The order is not in the table of orders"),
    "unknown_status": Text("未知的订单状态", "The status is not known"),
    "no_lines": Text("订单没有商品明细,无法归属到任何商家", "The order has no lines, so it belongs to no seller"),
    "negative": Text("不能为负数", "It must not be negative"),
    "order_incomplete": Text("同一订单的其他行有误,整单未导入", "Another row of its order is wrong; none was taken"),
    "differs_in_order": Text("与同一订单其他行不一致", "It differs from other rows of the same order"),
})  # fmt: skip
_REMEDIES = MappingProxyType({
    "no_lines": Text("请在商品明细表中补上该订单的行", "Add its lines to the table of order items"),
    "duplicate": Text("请删除多余的行", "Remove the row that is too many"),
})  # fmt: skip


def problem_of(file: str, row: int, field: str, value: str | None, code: str) -> Problem:
    """The problem of a field in a row of a file; `code` is one of the table above. Of several files it says which."""
    return Problem(
        f"{file}.{field}" if file else field, code, _MESSAGES[code], _REMEDIES.get(code, _CORRECT), row, value
    )
