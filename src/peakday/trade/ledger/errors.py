"""Why does the ledger say no?

Conflict     ├── PostingRefused      the books do not take it: a limit, a hold, an account; remembered with its id
             ├── PostingIdReused     the id belongs to a posting with another content; nothing was done
             ├── AccountHoldsMoney   an account can be closed only when nothing is in it or held
             └── LimitsBroken        what is in the account or held lies beyond the new limits
Invalid      └── PostingNotValid     it could never be taken: no steps, an amount of nothing, an account against itself
NotFound     ├── AccountNotFound     no such account, or not yours
             └── PostingNotFound     no posting of that id was ever answered
TooMany      └── LedgerBusy          the queue of this process is full; nothing was done
Unavailable  └── LedgerUnavailable   the database does not answer; ask again with the same id
"""

from peakday.kernel.refusal import Conflict, Invalid, NotFound, TooMany, Unavailable
from peakday.kernel.text import Text


class PostingRefused(Conflict):
    """The books do not take it."""

    code = "posting_refused"
    message = Text(
        "记账被拒绝:{refusal}(第 {step} 步,超出 {short_minor})",
        "The ledger refuses: {refusal} (step {step}, short by {short_minor})",
    )


class PostingIdReused(Conflict):
    """The id belongs to a posting with another content."""

    code = "posting_id_reused"
    message = Text("编号 {posting_id} 已用于另一笔内容不同的记账", "The id {posting_id} belongs to another posting")


class AccountHoldsMoney(Conflict):
    """An account can be closed only when nothing is in it or held."""

    code = "account_holds_money"
    message = Text("账户有余额或冻结金额,不能关闭", "The account holds money and cannot be closed")


class LimitsBroken(Conflict):
    """What is in the account or held lies beyond the new limits."""

    code = "ledger_limits_broken"
    message = Text("账户余额或冻结金额已超出新的限额", "What the account holds lies beyond these limits")


class PostingNotValid(Invalid):
    """It could never be taken."""

    code = "posting_not_valid"
    message = Text("记账内容无效", "This posting is not valid")


class AccountNotFound(NotFound):
    """No such account, or not yours."""

    code = "ledger_account_not_found"
    message = Text("没有找到该账户", "There is no such account")


class PostingNotFound(NotFound):
    """No posting of that id was ever answered."""

    code = "posting_not_found"
    message = Text("没有找到该笔记账", "There is no such posting")


class LedgerBusy(TooMany):
    """The queue of this process is full."""

    code = "ledger_busy"
    message = Text("账务繁忙,请稍后再试", "The ledger is busy; try again with the same id")


class LedgerUnavailable(Unavailable):
    """The database does not answer; whether it took the posting is told to whoever asks again with the same id."""

    code = "ledger_unavailable"
    message = Text("账务暂时不可用,请用同一编号重试", "The ledger does not answer; ask again with the same id")
