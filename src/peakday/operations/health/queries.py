"""Which warnings stand, what became of those before, and which red lines were typed?"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from peakday.kernel.database import Tx
from peakday.operations.health.errors import FindingNotFound
from peakday.operations.health.model import Exemption, ExemptionReason, FaultKind, FindingState, KeptFinding
from peakday.operations.health.store import COLUMNS, finding_of

PAGE_MAX = 200


@dataclass(frozen=True, slots=True)
class FindingFilter:
    """Which warnings: in a state, of a kind, of an item."""

    state: FindingState | None = FindingState.OPEN
    kind: FaultKind | None = None
    item_ids: tuple[UUID, ...] | None = None


@dataclass(frozen=True, slots=True)
class Overview:
    """How a shop stands: open warnings, what they may cost, since when they can hurt, and the last look."""

    open: int
    loss_minor: int
    currency: str
    deadline: datetime | None
    scanned_at: datetime | None
    skus: int
    is_scan_wanted: bool
    red_line_bp: int | None


@dataclass(frozen=True, slots=True)
class Calibration:
    """Of warnings that were measured: how many came true in deals, what was predicted and what was realised."""

    measured: int
    hurt: int
    predicted_minor: int
    realised_minor: int


@dataclass(frozen=True, slots=True)
class ItemLines:
    """What was typed for an item: B of the item and of its SKUs, and its exemption with its note."""

    item_minor: int | None
    by_sku: dict[UUID, int]
    exemption: Exemption | None
    note: str


async def list_findings(
    tx: Tx, shop_id: UUID, wanted: FindingFilter, after: tuple[int, UUID] | None, limit: int
) -> list[KeptFinding]:  # fmt: skip
    """Warnings, the dearest first, behind (loss, id)."""
    loss, finding_id = after or (None, None)
    rows = await tx.fetch(
        f"select {COLUMNS} from health.finding f where f.shop_id = $1 and ($2::text is null or f.state = $2)"
        " and ($3::text is null or f.kind = $3) and ($4::uuid[] is null or f.item_id = any($4))"
        " and ($5::bigint is null or f.loss_minor < $5 or f.loss_minor = $5 and f.finding_id > $6)"
        " order by f.loss_minor desc, f.finding_id limit $7",
        shop_id, wanted.state and wanted.state.value, wanted.kind and wanted.kind.value,
        None if wanted.item_ids is None else list(wanted.item_ids), loss, finding_id, limit,
    )  # fmt: skip
    return [finding_of(row) for row in rows]


async def get_finding(tx: Tx, shop_id: UUID, finding_id: UUID) -> KeptFinding:
    """One warning. Refuses `FindingNotFound`."""
    row = await tx.fetchrow(
        f"select {COLUMNS} from health.finding f where f.shop_id = $1 and f.finding_id = $2", shop_id, finding_id
    )
    if row is None:
        raise FindingNotFound
    return finding_of(row)


async def overview(tx: Tx, shop_id: UUID, currency: str) -> Overview:
    """How a shop stands; `currency` is the shop's."""
    row = await tx.fetchrow(
        "select count(*)::int as open, coalesce(sum(loss_minor), 0)::bigint as loss_minor,"
        " coalesce(min(currency), $2) as currency, min(reached_at) as deadline"
        " from health.finding where shop_id = $1 and state = 'open'",
        shop_id, currency,
    )  # fmt: skip
    scan = await tx.fetchrow("select scanned_at, skus, wanted_at from health.scan where shop_id = $1", shop_id)
    rule = await tx.fetchval("select red_line_bp from health.shop_rule where shop_id = $1", shop_id)
    assert row is not None
    return Overview(
        **dict(row), scanned_at=scan["scanned_at"] if scan else None, skus=scan["skus"] if scan else 0,
        is_scan_wanted=bool(scan and scan["wanted_at"]), red_line_bp=rule,
    )  # fmt: skip


async def calibration(tx: Tx, shop_id: UUID) -> Calibration:
    """How warnings of a shop came true, of those whose deals were measured."""
    row = await tx.fetchrow(
        "select count(*)::int as measured, (count(*) filter (where realised_minor > 0))::int as hurt,"
        " coalesce(sum(loss_minor), 0)::bigint as predicted_minor,"
        " coalesce(sum(realised_minor), 0)::bigint as realised_minor"
        " from health.finding where shop_id = $1 and realised_minor is not null",
        shop_id,
    )
    assert row is not None
    return Calibration(**dict(row))


async def item_lines(tx: Tx, shop_id: UUID, item_id: UUID) -> ItemLines:
    """What was typed for an item."""
    rows = await tx.fetch(
        "select sku_id, price_minor from health.red_line where shop_id = $1 and item_id = $2", shop_id, item_id
    )
    row = await tx.fetchrow(
        "select reason, expires_at, price_min_minor, note from health.exemption where shop_id = $1 and item_id = $2",
        shop_id, item_id,
    )  # fmt: skip
    exemption = None
    if row is not None:
        reason = ExemptionReason(row["reason"])
        exemption = Exemption(item_id, reason, row["expires_at"], row["price_min_minor"])
    by_sku = {one["sku_id"]: one["price_minor"] for one in rows if one["sku_id"] is not None}
    item_minor = next((one["price_minor"] for one in rows if one["sku_id"] is None), None)
    return ItemLines(item_minor, by_sku, exemption, row["note"] if row else "")


async def list_watched(tx: Tx, now: datetime, limit: int) -> list[KeptFinding]:
    """Warnings of SKUs with a red line that can hurt by now, and those that ended since they were measured."""
    rows = await tx.fetch(
        f"select {COLUMNS} from health.finding f where f.sku_id is not null and f.red_minor is not null"
        " and f.reached_at <= $1 and (f.closed_at is null or f.realised_at is null or f.realised_at < f.closed_at)"
        " order by f.realised_at nulls first, f.loss_minor desc limit $2",
        now, limit,
    )  # fmt: skip
    return [finding_of(row) for row in rows]
