"""How are to-dos, what was put off, and the desks of accounts written and read one by one?"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from peakday.kernel.database import Tx
from peakday.kernel.ids import new_id
from peakday.kernel.messages.channels import ChannelName
from peakday.kernel.money import Money
from peakday.kernel.text import Text
from peakday.operations.workbench.model import Desk, QuietHours, Todo, TodoStatus

TODOS_MAX = 200  # of the pushed ones at one look; the heaviest of a shop are far fewer
TITLE_LETTERS_MAX = 200


async def add_todo(tx: Tx, shop_id: UUID, todo: Todo, now: datetime) -> bool:
    """Keep a pushed to-do; whether it is new. A key that is there is the same to-do, also when it was done."""
    risk = todo.at_risk
    return bool(
        await tx.fetchval(
            "insert into workbench.todo (todo_id, shop_id, key, kind, title_zh, title_en, path, permission,"
            " at_risk_minor, currency, deadline, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"
            " on conflict (shop_id, key) do nothing returning true",
            new_id(now), shop_id, todo.key, todo.kind, todo.title.zh[:TITLE_LETTERS_MAX],
            todo.title.en[:TITLE_LETTERS_MAX], todo.path, todo.permission, risk and risk.minor, risk and risk.currency,
            todo.deadline, now,
        )
    )  # fmt: skip


async def clear_todos(tx: Tx, shop_id: UUID, keys: Sequence[str], now: datetime) -> int:
    """The cause of open to-dos is gone; how many there were."""
    tag = await tx.execute(
        "update workbench.todo set status = 'cleared', settled_at = $3"
        " where shop_id = $1 and key = any($2) and status = 'open'",
        shop_id, list(keys), now,
    )  # fmt: skip
    return int(tag.rsplit(" ", 1)[1])


async def lock_todo(tx: Tx, shop_id: UUID, key: str) -> tuple[Todo, TodoStatus] | None:
    """A pushed to-do of this shop, locked until the transaction ends."""
    row = await tx.fetchrow(f"{_SELECT} where shop_id = $1 and key = $2 for update", shop_id, key)
    return (todo_of(row), TodoStatus(row["status"])) if row else None


async def set_todo(
    tx: Tx, shop_id: UUID, key: str, status: TodoStatus, by: UUID | None, now: datetime
) -> None:  # fmt: skip
    """Settle a to-do, or open it again."""
    settled_at = None if status is TodoStatus.OPEN else now
    await tx.execute(
        "update workbench.todo set status = $3, settled_at = $4, settled_by = $5 where shop_id = $1 and key = $2",
        shop_id, key, status.value, settled_at, None if settled_at is None else by,
    )  # fmt: skip


async def list_open_todos(tx: Tx, shop_id: UUID) -> list[Todo]:
    """The pushed to-dos of a shop that are open, those with most money at risk first."""
    rows = await tx.fetch(
        f"{_SELECT} where shop_id = $1 and status = 'open'"
        " order by at_risk_minor desc nulls last, deadline, todo_id limit $2",
        shop_id, TODOS_MAX,
    )  # fmt: skip
    return [todo_of(row) for row in rows]


async def find_snoozed(tx: Tx, shop_id: UUID, now: datetime) -> dict[str, datetime]:
    """Until when which to-dos are put off."""
    rows = await tx.fetch("select key, until from workbench.snooze where shop_id = $1 and until > $2", shop_id, now)
    return {row["key"]: row["until"] for row in rows}


async def set_snooze(
    tx: Tx, shop_id: UUID, key: str, until: datetime | None, by: UUID | None, now: datetime
) -> None:  # fmt: skip
    """Put a to-do off until then; None brings it back."""
    if until is None:
        await tx.execute("delete from workbench.snooze where shop_id = $1 and key = $2", shop_id, key)
        return
    await tx.execute(
        "insert into workbench.snooze values ($1, $2, $3, $4, $5)"
        " on conflict (shop_id, key) do update set until = $3, set_by = $4, set_at = $5",
        shop_id, key, until, by, now,
    )  # fmt: skip


async def find_desks(tx: Tx, account_ids: Sequence[UUID]) -> dict[UUID, Desk]:
    """How these accounts want to hear of things; who has not chosen gets the defaults."""
    ids = list(account_ids)
    chosen: dict[UUID, dict[str, tuple[ChannelName, ...]]] = {account_id: {} for account_id in ids}
    for row in await tx.fetch("select * from workbench.subscription where account_id = any($1)", ids):
        chosen[row["account_id"]][row["topic"]] = tuple(ChannelName(name) for name in row["channels"])
    desks = {account_id: Desk(channels=channels) for account_id, channels in chosen.items()}
    for row in await tx.fetch("select * from workbench.desk where account_id = any($1)", ids):
        start, end = row["quiet_from_minute"], row["quiet_until_minute"]
        desks[row["account_id"]] = Desk(
            row["language"], None if start is None else QuietHours(start, end), row["urgent_minor"],
            row["mail_address"], row["webhook_address"], row["webhook_secret"], chosen[row["account_id"]],
        )  # fmt: skip
    return desks


async def save_desk(tx: Tx, account_id: UUID, desk: Desk, now: datetime) -> None:
    """Keep how an account wants to hear of things."""
    await tx.execute(
        _SAVE_DESK, account_id, desk.language, desk.quiet and desk.quiet.from_minute,
        desk.quiet and desk.quiet.until_minute, desk.urgent_minor, desk.mail_address, desk.webhook_address,
        desk.webhook_secret, now,
    )  # fmt: skip
    await tx.execute("delete from workbench.subscription where account_id = $1", account_id)
    rows = [(account_id, topic, [name.value for name in names]) for topic, names in sorted(desk.channels.items())]
    await tx.executemany("insert into workbench.subscription values ($1, $2, $3)", rows)


def todo_of(row: asyncpg.Record) -> Todo:
    """A row of the table as a to-do."""
    risk = None if row["at_risk_minor"] is None else Money(row["at_risk_minor"], row["currency"])
    return Todo(
        key=row["key"], kind=row["kind"], title=Text(row["title_zh"], row["title_en"]), path=row["path"],
        permission=row["permission"], at_risk=risk, deadline=row["deadline"], is_pushed=True,
    )  # fmt: skip


_SELECT = (
    "select key, kind, title_zh, title_en, path, permission, at_risk_minor, currency, deadline, status"
    " from workbench.todo"
)
_SAVE_DESK = """
insert into workbench.desk values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
on conflict (account_id) do update set language = $2, quiet_from_minute = $3, quiet_until_minute = $4,
    urgent_minor = $5, mail_address = $6, webhook_address = $7, webhook_secret = $8, updated_at = $9
"""
