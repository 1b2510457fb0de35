"""Which to-do comes first? The one that loses most money for each hour that is left. Our definition.

    weight = money at risk / hours left       hours left: at least 1, also when it is overdue; 168 without a deadline
    money at risk, where nobody knows it: 50 (yuan, dollars …) for each row

Money in another currency counts by its number of major units: a list is sorted, nothing is booked. Ties go to the
earlier deadline, then to the key, so that a list stands still while nothing changes.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from fractions import Fraction

from peakday.kernel.money import MINOR_DIGITS
from peakday.kernel.text import Text, money_text
from peakday.operations.workbench.model import Todo

ROW_MAJOR = 50
HOUR = timedelta(hours=1)
HOURS_WITHOUT_DEADLINE = 168
_FAR = datetime.max.replace(tzinfo=UTC)

_FORMULA = Text(
    "排序 = 涉及金额 ÷ 剩余小时(最少 1 小时;无截止时间按 168 小时;金额未知按每条 {row})。本平台定义。",
    "Order = money at risk ÷ hours left (at least 1; 168 without a deadline; {row} a row where the money is not known)."
    " Our definition.",
)


def formula(currency: str) -> Text:
    """The rule in words, with a row's money in the shop's currency."""
    row = money_text(ROW_MAJOR * 10 ** MINOR_DIGITS[currency], currency, "zh")
    row_en = money_text(ROW_MAJOR * 10 ** MINOR_DIGITS[currency], currency, "en")
    return Text(_FORMULA.zh.format(row=row), _FORMULA.en.format(row=row_en))


def weight(todo: Todo, now: datetime) -> Fraction:
    """Major units of money at risk for each hour that is left."""
    if todo.at_risk is not None:
        money = Fraction(todo.at_risk.minor, 10 ** MINOR_DIGITS[todo.at_risk.currency])
    else:
        money = Fraction(ROW_MAJOR) * (1 if todo.count is None else todo.count)
    if todo.deadline is None:
        return money / HOURS_WITHOUT_DEADLINE
    return money / max(Fraction(1), Fraction((todo.deadline - now) // timedelta(seconds=1), 3600))


def in_order(todos: Iterable[Todo], now: datetime) -> list[Todo]:
    """The heaviest first."""
    return sorted(todos, key=lambda todo: (-weight(todo, now), todo.deadline or _FAR, todo.key))
