"""Which messages does a shop have, which has this person not read, and which wait for a next step?"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from peakday.kernel.database import Tx
from peakday.kernel.messages.model import MessageStatus, StoredMessage
from peakday.kernel.messages.sending import COLUMNS, stored_message

UNREAD_MAX = 100  # counted no further: the mark then says 99+
STEPS_A_ROUND = 200


@dataclass(frozen=True, slots=True)
class MessageFilter:
    """Which messages a reader wants; None wants all. `search` looks into subjects and, with figures, bodies."""

    search: str | None = None
    topic: str | None = None
    status: MessageStatus | None = None
    is_unread: bool = False


@dataclass(frozen=True, slots=True)
class Reader:
    """Whose desk it is: an account (None: no desk of its own), what it may read (None: all), and whether figures."""

    account_id: UUID | None
    permissions: Collection[str] | None
    sees_figures: bool


@dataclass(frozen=True, slots=True)
class DeskMessage:
    """A message on somebody's desk."""

    stored: StoredMessage
    is_unread: bool


async def list_messages(
    tx: Tx, shop_id: UUID, reader: Reader, wanted: MessageFilter, before: UUID | None = None, limit: int = 50
) -> list[DeskMessage]:
    """A page of a shop's messages that this reader may read, latest first."""
    search = wanted.search and wanted.search.lower()
    rows = await tx.fetch(
        f"select * from (select {COLUMNS}, exists (select from kernel.message_delivery d"
        " where d.message_id = m.message_id and d.account_id = $2 and d.channel = 'desk' and d.read_at is null)"
        " as is_unread from kernel.message m where shop_id = $1 and ($3::text[] is null or permission = any($3))"
        " and ($4::uuid is null or message_id < $4) and ($5::text is null or topic = $5)"
        " and ($6::text is null or status = $6) and ($7::text is null"
        "  or position($7 in lower(subject_zh)) > 0 or position($7 in lower(subject_en)) > 0"
        "  or $8 and (position($7 in lower(body_zh)) > 0 or position($7 in lower(body_en)) > 0))) found"
        " where is_unread or not $9 order by message_id desc limit $10",
        shop_id, reader.account_id, _names(reader), before, wanted.topic,
        wanted.status.value if wanted.status else None, search or None, reader.sees_figures, wanted.is_unread, limit,
    )  # fmt: skip
    return [DeskMessage(stored_message(row), row["is_unread"]) for row in rows]


async def find_message(tx: Tx, shop_id: UUID, reader: Reader, message_id: UUID) -> StoredMessage | None:
    """One message of this shop that this reader may read."""
    row = await tx.fetchrow(
        f"select {COLUMNS} from kernel.message where shop_id = $1 and message_id = $2"
        " and ($3::text[] is null or permission = any($3))",
        shop_id, message_id, _names(reader),
    )  # fmt: skip
    return stored_message(row) if row else None


async def count_unread(tx: Tx, account_id: UUID) -> int:
    """How many messages lie unread on a desk; counted to UNREAD_MAX. One look into a small index."""
    count = await tx.fetchval(
        "select count(*) from (select from kernel.message_delivery where account_id = $1 and channel = 'desk'"
        " and read_at is null limit $2) unread",
        account_id, UNREAD_MAX,
    )  # fmt: skip
    assert isinstance(count, int)
    return count


async def mark_read(tx: Tx, account_id: UUID, message_ids: Sequence[UUID] | None, now: datetime) -> None:
    """This person has read these messages, or (None) all."""
    await tx.execute(
        "update kernel.message_delivery set read_at = $3 where account_id = $1 and channel = 'desk'"
        " and read_at is null and ($2::uuid[] is null or message_id = any($2))",
        account_id, None if message_ids is None else list(message_ids), now,
    )  # fmt: skip


async def take_due_steps(tx: Tx, now: datetime, limit: int = STEPS_A_ROUND) -> list[StoredMessage]:
    """Messages whose next step is due, locked; what another worker holds is left to it."""
    rows = await tx.fetch(
        f"select {COLUMNS} from kernel.message where next_step_at <= $1 order by next_step_at limit $2"
        " for update skip locked",
        now, limit,
    )  # fmt: skip
    return [stored_message(row) for row in rows]


async def set_step(tx: Tx, message_id: UUID, step: int, next_step_at: datetime | None) -> None:
    """How far a message has been escalated, and when to look again. The message must be locked."""
    await tx.execute(
        "update kernel.message set step = $2, next_step_at = $3 where message_id = $1", message_id, step, next_step_at
    )


def _names(reader: Reader) -> list[str] | None:
    return None if reader.permissions is None else sorted(reader.permissions)
