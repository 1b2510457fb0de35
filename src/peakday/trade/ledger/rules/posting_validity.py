"""Could a posting ever be taken, whatever the books hold?

What fails here is refused at the door and not remembered: asked again, it fails again. It also keeps out what would
spoil a whole batch: an amount that no column holds, a text that the database cannot store.
"""

from peakday.kernel.money import AMOUNT_MINOR_MAX, MINOR_DIGITS
from peakday.kernel.refusal import Problem
from peakday.kernel.text import Text
from peakday.trade.ledger.model import (
    HOLD_SECONDS_MAX,
    STEPS_MAX,
    TEXT_LENGTH_MAX,
    Hold,
    Posting,
    Settle,
    Step,
    Transfer,
    Void,
)

_CHANGE = Text("修改后重试", "Change it and try again")
_AMOUNT = Text("金额须为 1 到 10^15 的整数", "An amount is a whole number from 1 to 10^15 minor units")
_CURRENCY = Text("未知的币种", "The currency is not known")
_SIDES = Text("借贷双方须为不同账户", "An account cannot be moved against itself")
_SECONDS = Text("冻结时长须为 1 秒到 366 天", "A hold lasts from one second to 366 days")
_STEPS = Text("须有 1 到 100 步", "A posting has 1 to 100 steps")
_RULE = Text("规则名须为 1 到 200 个可见字符", "A rule's name has 1 to 200 printable characters")
_REF = Text("关联编号须为 200 个以内的可见字符", "A reference has at most 200 printable characters")
_KIND = Text("不支持的步骤", "This step cannot be asked for")


def posting_problem(posting: Posting) -> Problem | None:
    """The first thing wrong with it; None: it may be asked. `row` of the problem is the step, from 0."""
    if not 1 <= len(posting.steps) <= STEPS_MAX:
        return _problem("steps", _STEPS, len(posting.steps))
    if not (posting.rule and _is_storable(posting.rule)):
        return _problem("rule", _RULE, posting.rule)
    if not _is_storable(posting.ref):
        return _problem("ref", _REF, posting.ref)
    for number, step in enumerate(posting.steps):
        if problem := _step_problem(step, number):
            return problem
    return None


def _step_problem(step: Step, number: int) -> Problem | None:
    match step:
        case Transfer() | Hold():
            return _move_problem(step, number)
        case Settle(_, amount) if amount is not None and not 0 < amount <= AMOUNT_MINOR_MAX:
            return _problem("amount_minor", _AMOUNT, amount, number)
        case Settle() | Void():
            return None
    return _problem("step", _KIND, type(step).__name__, number)


def _move_problem(step: Transfer | Hold, number: int) -> Problem | None:
    if not 0 < step.amount_minor <= AMOUNT_MINOR_MAX:
        return _problem("amount_minor", _AMOUNT, step.amount_minor, number)
    if step.currency not in MINOR_DIGITS:
        return _problem("currency", _CURRENCY, step.currency, number)
    if step.debit_id == step.credit_id:
        return _problem("credit_id", _SIDES, step.credit_id, number)
    if isinstance(step, Hold) and step.seconds is not None and not 0 < step.seconds <= HOLD_SECONDS_MAX:
        return _problem("seconds", _SECONDS, step.seconds, number)
    return None


def _is_storable(text: str) -> bool:
    return len(text) <= TEXT_LENGTH_MAX and text.isprintable()


def _problem(field: str, message: Text, value: object, row: int | None = None) -> Problem:
    return Problem(field, f"{field}_not_valid", message, _CHANGE, row, ascii(value)[:100])
