"""Who hears of a message, by which channels and when; and who next, while nobody answers?

Readers are the shop's active accounts that hold the message's permission. Planning a delivery twice plans it once, so
both acts may be repeated.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from peakday.kernel.actor import SYSTEM
from peakday.kernel.database import Tx
from peakday.kernel.messages import StoredMessage
from peakday.kernel.messages.deliveries import plan_delivery
from peakday.kernel.messages.reading import set_step, take_due_steps
from peakday.kernel.messages.sending import lock_message
from peakday.market.accounts import api as accounts
from peakday.market.accounts.model import Account, AccountStatus
from peakday.operations.workbench import store
from peakday.operations.workbench.rules.escalation import step_of
from peakday.operations.workbench.rules.quiet_hours import leaves_at
from peakday.operations.workbench.rules.readers import channels_for, reach_of

READERS_MAX = 1_000


@dataclass(frozen=True, slots=True)
class _Round:
    """One round of deliveries of a message."""

    stored: StoredMessage
    number: int
    by_every_channel: bool
    now: datetime


async def route_message(tx: Tx, shop_id: UUID, message_id: UUID, now: datetime) -> None:
    """Plan the first deliveries of a new message, and when to look whether somebody has answered."""
    stored = await lock_message(tx, shop_id, message_id)
    step = step_of(0, stored.status, stored.message.deadline, now)
    if step is None:
        return
    readers = await _readers(tx, shop_id, stored.message.permission)
    await _deliver(tx, readers, _Round(stored, 0, step.by_every_channel, now))
    if stored.message.needs_answer:
        await set_step(tx, message_id, 0, step.next_step_at)


async def escalate_due(tx: Tx, now: datetime) -> int:
    """Take every message whose time has come one step further; how many there were."""
    due = await take_due_steps(tx, now)
    for stored in due:
        message, number = stored.message, stored.step + 1
        step = step_of(number, stored.status, message.deadline, now)
        if step is None:
            await set_step(tx, stored.message_id, stored.step, None)
            continue
        readers = await _readers(tx, message.shop_id, message.permission)
        if step.is_reminder:
            readers = [one for one in readers if one.account_id == stored.answered_by] or _main(readers)
        elif step.to_main_account:
            readers = _main(readers)
        await _deliver(tx, readers, _Round(stored, number, step.by_every_channel, now))
        await set_step(tx, stored.message_id, number, step.next_step_at)
    return len(due)


async def _deliver(tx: Tx, readers: Sequence[Account], turn: _Round) -> None:
    message = turn.stored.message
    desks = await store.find_desks(tx, [reader.account_id for reader in readers])
    for reader in readers:
        desk = desks[reader.account_id]
        for channel in channels_for(desk, message, by_every_channel=turn.by_every_channel):
            reach = reach_of(
                reader.account_id, reader.login, desk, channel, sees_figures=_holds(reader, accounts.DATA_VIEW)
            )
            due_at = leaves_at(desk, channel, message.money_at_risk, turn.now)
            await plan_delivery(tx, turn.stored, reach, due_at, turn.now, step=turn.number)


async def _readers(tx: Tx, shop_id: UUID, permission: str) -> list[Account]:
    readers: list[Account] = []
    after: UUID | None = None
    while len(readers) < READERS_MAX:
        page = await accounts.list_accounts(tx, SYSTEM, shop_id, after, accounts.PAGE_MAX)
        readers += [one for one in page if one.status is AccountStatus.ACTIVE and _holds(one, permission)]
        if len(page) < accounts.PAGE_MAX:
            break
        after = page[-1].account_id
    return readers[:READERS_MAX]


def _main(readers: Sequence[Account]) -> list[Account]:
    return [reader for reader in readers if reader.is_main]


def _holds(account: Account, permission: str) -> bool:
    return account.is_main or permission in account.permissions
