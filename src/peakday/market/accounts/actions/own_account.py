"""How does somebody change their own password?

They prove the old one; the new one ends every other session, for the old password may be in other hands. Whoever holds
a stolen session must not learn the password by guessing: tries are counted as those of signing in are.
"""

from datetime import datetime

from peakday.kernel.actor import Actor
from peakday.kernel.database import Database, Tx
from peakday.kernel.refusal import Invalid, NotSignedIn, Problem
from peakday.kernel.text import Text
from peakday.market.accounts.actions.audit_trail import record_audit
from peakday.market.accounts.actions.staff_accounts import subject_of
from peakday.market.accounts.errors import TooManySignIns
from peakday.market.accounts.passwords import hash_password, is_password_right
from peakday.market.accounts.rules.password_strength import password_problems
from peakday.market.accounts.rules.sign_in_limits import is_over, own_password_key, retry_after_seconds, window_start
from peakday.market.accounts.store import count_hit, end_sessions, find_password_hash, lock_account, update_password
from peakday.market.accounts.tokens import hash_token


async def count_password_try(database: Database, actor: Actor, now: datetime) -> None:
    """Count one try of the present password, for good; refuses `TooManySignIns` beyond the limit of a login."""
    if actor.account_id is None or actor.via_key is not None:
        raise NotSignedIn
    async with database.transaction() as tx:
        hits = await count_hit(tx, own_password_key(actor.account_id), window_start(now))
    if is_over(hits, 0):
        raise TooManySignIns(retry_after_seconds=retry_after_seconds(now))


async def change_password(tx: Tx, actor: Actor, old: str, new: str, token: str, now: datetime) -> int:
    """Set the actor's own password; all sessions but that of `token` end. Returns how many ended.

    The door counts the try first, in a transaction of its own (`count_password_try`), for a refusal undoes this one.
    Refuses `Invalid` when the old password is wrong or the new one too weak.
    """
    if actor.account_id is None or actor.via_key is not None:
        raise NotSignedIn
    account = await lock_account(tx, actor.account_id, actor.shop_id)
    if account is None:
        raise NotSignedIn
    if not await is_password_right(old, await find_password_hash(tx, account.account_id)):
        message = Text("当前密码不正确", "The present password is wrong")
        raise Invalid(Problem("old_password", "old_password_wrong", message, Text("请重新输入", "Type it again")))
    problems = password_problems(new, account.login, account.name)
    if problems:
        raise Invalid(*problems)
    await update_password(tx, account.account_id, await hash_password(new), now)
    ended = await end_sessions(tx, account.account_id, now, hash_token(token))
    await record_audit(tx, actor, "password_changed", subject_of(account.account_id), now, {"sessions": ended})
    return ended
