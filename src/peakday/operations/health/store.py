"""How are red lines, exemptions and warnings kept? The only writes of the room's tables."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg

from peakday.kernel.database import Tx
from peakday.kernel.ids import new_id
from peakday.kernel.text import Text
from peakday.operations.health.model import (
    Exemption,
    ExemptionReason,
    Fault,
    FaultKind,
    FindingState,
    KeptFinding,
    LineSource,
    RedLine,
    RedLineRules,
)
from peakday.operations.health.witness_words import stored_id
from peakday.trade.promotions.guard import Severity
from peakday.trade.promotions.model import Id

Depths: TypeAlias = Mapping[Id, tuple[int, ...]]  # SKUs by per cent of their deepest cut, by leaf category

COLUMNS = (
    "f.shop_id, f.finding_id, f.kind, f.severity, f.state, f.item_id, f.sku_id, f.instrument_ids, f.price_minor,"
    " f.red_minor, f.red_source, f.loss_minor, f.currency, f.reached_at, f.found_at, f.seen_at, f.closed_at, f.reason,"
    " f.witness, f.trace"
)


async def typed_lines(tx: Tx, shop_id: UUID) -> RedLineRules:
    """What the merchant typed."""
    rows = await tx.fetch("select item_id, sku_id, price_minor from health.red_line where shop_id = $1", shop_id)
    rule = await tx.fetchval("select red_line_bp from health.shop_rule where shop_id = $1", shop_id)
    by_sku: dict[Id, int] = {row["sku_id"]: row["price_minor"] for row in rows if row["sku_id"] is not None}
    by_item: dict[Id, int] = {row["item_id"]: row["price_minor"] for row in rows if row["sku_id"] is None}
    return RedLineRules(by_sku, by_item, rule)


async def save_red_line(
    tx: Tx, shop_id: UUID, place: tuple[UUID, UUID | None], price_minor: int | None,
    written: tuple[str, UUID | None, datetime],
) -> None:  # fmt: skip
    """Set B of an item, or of one SKU of it; None takes it away. `written`: currency, by whom, when."""
    item_id, sku_id = place
    if price_minor is None:
        await tx.execute(
            "delete from health.red_line where shop_id = $1 and item_id = $2 and sku_id is not distinct from $3",
            shop_id, item_id, sku_id,
        )  # fmt: skip
        return
    await tx.execute(
        "insert into health.red_line (shop_id, item_id, sku_id, price_minor, currency, set_by, set_at)"
        " values ($1, $2, $3, $4, $5, $6, $7) on conflict (shop_id, item_id, sku_id) do update"
        " set price_minor = excluded.price_minor, currency = excluded.currency, set_by = excluded.set_by,"
        " set_at = excluded.set_at",
        shop_id, item_id, sku_id, price_minor, *written,
    )  # fmt: skip


async def save_shop_rule(tx: Tx, shop_id: UUID, red_line_bp: int | None, set_by: UUID | None, now: datetime) -> None:
    """Set the shop's share of the displayed price; None takes it away."""
    if red_line_bp is None:
        await tx.execute("delete from health.shop_rule where shop_id = $1", shop_id)
        return
    await tx.execute(
        "insert into health.shop_rule (shop_id, red_line_bp, set_by, set_at) values ($1, $2, $3, $4)"
        " on conflict (shop_id) do update set red_line_bp = $2, set_by = $3, set_at = $4",
        shop_id, red_line_bp, set_by, now,
    )  # fmt: skip


async def exemptions_of(tx: Tx, shop_id: UUID, now: datetime) -> dict[Id, Exemption]:
    """The exemptions that hold, by item."""
    rows = await tx.fetch(
        "select item_id, reason, expires_at, price_min_minor from health.exemption"
        " where shop_id = $1 and expires_at > $2",
        shop_id, now,
    )  # fmt: skip
    return {
        row["item_id"]: Exemption(
            row["item_id"], ExemptionReason(row["reason"]), row["expires_at"], row["price_min_minor"]
        )
        for row in rows
    }


async def save_exemption(
    tx: Tx, shop_id: UUID, exemption: Exemption, note: str, written: tuple[UUID | None, datetime]
) -> None:  # fmt: skip
    """Exempt an item, in place of an earlier exemption."""
    await tx.execute(
        "insert into health.exemption (shop_id, item_id, reason, note, price_min_minor, expires_at, set_by, set_at)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (shop_id, item_id) do update set reason = $3, note = $4,"
        " price_min_minor = $5, expires_at = $6, set_by = $7, set_at = $8",
        shop_id, exemption.item_id, exemption.reason.value, note, exemption.price_min_minor, exemption.expires_at,
        *written,
    )  # fmt: skip


async def drop_exemption(tx: Tx, shop_id: UUID, item_id: UUID) -> None:
    """End an exemption at once."""
    await tx.execute("delete from health.exemption where shop_id = $1 and item_id = $2", shop_id, item_id)


async def lock_standing(tx: Tx, shop_id: UUID) -> dict[str, KeptFinding]:
    """The warnings that are open or accepted, locked, by subject."""
    rows = await tx.fetch(
        f"select {COLUMNS}, f.subject from health.finding f where f.shop_id = $1 and f.state <> 'fixed' for update",
        shop_id,
    )
    return {row["subject"]: finding_of(row) for row in rows}


async def lock_finding(tx: Tx, shop_id: UUID, finding_id: UUID) -> KeptFinding | None:
    """One warning of a shop, locked."""
    row = await tx.fetchrow(
        f"select {COLUMNS} from health.finding f where f.shop_id = $1 and f.finding_id = $2 for update",
        shop_id, finding_id,
    )  # fmt: skip
    return finding_of(row) if row else None


class Seen:
    """A fault as a scan saw it, with what is kept of it beside the fault itself."""

    __slots__ = ("currency", "fault", "severity", "trace", "witness")

    def __init__(
        self, fault: Fault, severity: Severity, currency: str, witness: Mapping[str, object] | None,
        trace: Sequence[Text],
    ) -> None:  # fmt: skip
        self.fault = fault
        self.severity = severity
        self.currency = currency
        self.witness = witness
        self.trace = trace

    def values(self) -> tuple[object, ...]:
        """What changes from scan to scan, in the order of the columns of `_FIGURES`."""
        fault, reach = self.fault, self.fault.reach
        return (
            fault.kind.value, self.severity.value, [stored_id(each) for each in fault.instrument_ids], fault.field,
            reach.price_minor if reach else None, reach.at if reach else None,
            fault.red_line.price_minor if fault.red_line else None,
            fault.red_line.source.value if fault.red_line else None, fault.loss_minor, self.currency, self.witness,
            [[text.zh, text.en] for text in self.trace],
        )  # fmt: skip


_FIGURES = (
    "kind", "severity", "instrument_ids", "field", "price_minor", "reached_at", "red_minor", "red_source", "loss_minor",
    "currency", "witness", "trace",
)  # fmt: skip


async def insert_findings(tx: Tx, shop_id: UUID, seen: Iterable[Seen], now: datetime) -> list[UUID]:
    """Keep new warnings; their ids in order."""
    rows: list[tuple[object, ...]] = []
    ids: list[UUID] = []
    for each in seen:
        fault = each.fault
        ids.append(new_id(now))
        rows.append(
            (shop_id, ids[-1], fault.subject, "open", fault.item_id, fault.sku_id, now, now,
             *each.values())
        )  # fmt: skip
    places = ", ".join(f"${number}" for number in range(1, 9 + len(_FIGURES)))
    await tx.executemany(
        "insert into health.finding (shop_id, finding_id, subject, state, item_id, sku_id, found_at, seen_at,"
        f" {', '.join(_FIGURES)}) values ({places})",
        rows,
    )
    return ids


async def update_findings(
    tx: Tx, shop_id: UUID, seen: Iterable[tuple[UUID, FindingState, Seen]], now: datetime
) -> None:
    """Write what a scan sees now of warnings that stand."""
    sets = ", ".join(f"{name} = ${number}" for number, name in enumerate(_FIGURES, 5))
    await tx.executemany(
        "update health.finding set state = $3, seen_at = $4,"
        " closed_at = case when $3 = 'open' then null else closed_at end,"
        f" {sets} where shop_id = $1 and finding_id = $2",
        [(shop_id, finding_id, state.value, now, *each.values()) for finding_id, state, each in seen],
    )


async def close_findings(tx: Tx, shop_id: UUID, finding_ids: Sequence[UUID], now: datetime) -> None:
    """A scan no longer sees them: they are fixed."""
    await tx.execute(
        "update health.finding set state = 'fixed', closed_at = $3 where shop_id = $1 and finding_id = any($2)",
        shop_id, list(finding_ids), now,
    )  # fmt: skip


async def accept_finding(
    tx: Tx, shop_id: UUID, finding_id: UUID, accepted: tuple[UUID | None, datetime, str]
) -> None:  # fmt: skip
    """Somebody takes the risk: by whom, when, why."""
    await tx.execute(
        "update health.finding set state = 'accepted', closed_by = $3, closed_at = $4, reason = $5"
        " where shop_id = $1 and finding_id = $2",
        shop_id, finding_id, *accepted,
    )  # fmt: skip


async def save_realised(tx: Tx, shop_id: UUID, finding_id: UUID, realised_minor: int, now: datetime) -> None:
    """What deals really fell short of the red line of a warning."""
    await tx.execute(
        "update health.finding set realised_minor = $3, realised_at = $4 where shop_id = $1 and finding_id = $2",
        shop_id, finding_id, realised_minor, now,
    )  # fmt: skip


async def want_scan(tx: Tx, shop_ids: Sequence[UUID], now: datetime) -> None:
    """Ask that shops be looked at again; asking twice is one look."""
    await tx.execute(
        "insert into health.scan (shop_id, wanted_at) select unnest($1::uuid[]), $2"
        " on conflict (shop_id) do update set wanted_at = coalesce(health.scan.wanted_at, $2)",
        list(shop_ids), now,
    )  # fmt: skip


async def want_first(tx: Tx, shop_ids: Sequence[UUID], now: datetime) -> None:
    """Ask that shops nobody ever looked at be looked at."""
    await tx.execute(
        "insert into health.scan (shop_id, wanted_at) select unnest($1::uuid[]), $2 on conflict do nothing",
        list(shop_ids), now,
    )  # fmt: skip


async def want_after(tx: Tx, shop_id: UUID | None, instant: datetime, now: datetime) -> None:
    """Ask that a shop (None: every one) be looked at that was last looked at before an instant."""
    await tx.execute(
        "update health.scan set wanted_at = $3 where ($1::uuid is null or shop_id = $1)"
        " and wanted_at is null and scanned_at <= $2",
        shop_id, instant, now,
    )  # fmt: skip


async def list_wanted(tx: Tx, limit: int) -> list[UUID]:
    """Shops that wait for a look, the longest waiting first."""
    rows = await tx.fetch(
        "select shop_id from health.scan where wanted_at is not null order by wanted_at, shop_id limit $1", limit
    )
    return [row["shop_id"] for row in rows]


async def lock_scan(tx: Tx, shop_id: UUID) -> None:
    """One look at a shop at a time."""
    await tx.execute("insert into health.scan (shop_id) values ($1) on conflict do nothing", shop_id)
    await tx.fetchval("select 1 from health.scan where shop_id = $1 for update", shop_id)


async def note_scan(tx: Tx, shop_id: UUID, skus: int, seconds: float, now: datetime) -> None:
    """A look is done; what was wanted before it began is settled."""
    await tx.execute(
        "update health.scan set scanned_at = $2, skus = $3, seconds = $4,"
        " wanted_at = case when wanted_at > $2 then wanted_at end where shop_id = $1",
        shop_id, now, skus, seconds,
    )  # fmt: skip


def finding_of(row: asyncpg.Record) -> KeptFinding:
    """A stored warning."""
    fields: dict[str, Any] = dict(row)
    fields.pop("subject", None)
    red_minor, source = fields.pop("red_minor"), fields.pop("red_source")
    trace = fields.pop("trace") or []
    fields["kind"], fields["severity"] = FaultKind(fields["kind"]), Severity(fields["severity"])
    fields["state"] = FindingState(fields["state"])
    fields["instrument_ids"] = tuple(fields["instrument_ids"])
    fields["reached_minor"] = fields.pop("price_minor")
    fields["red_line"] = RedLine(red_minor, LineSource(source)) if red_minor is not None else None
    fields["trace"] = tuple(Text(zh, en) for zh, en in trace)
    return KeptFinding(**fields)


async def want_known(tx: Tx, now: datetime) -> None:
    """Every shop that was ever looked at wants another look."""
    await tx.execute("update health.scan set wanted_at = coalesce(wanted_at, $1)", now)


async def depths_of_others(tx: Tx, shop_id: UUID | None, categories: Iterable[Id]) -> Depths:
    """How deep SKUs of these leaf categories are cut in all other shops (None: in all), as each was last seen."""
    wanted = [each for each in categories if isinstance(each, UUID)]
    rows = await tx.fetch(
        "select leaf_category_id, array_agg(total order by step) as steps from ("
        "  select d.leaf_category_id, s.step, sum(s.skus)::int as total from health.category_depth d"
        "  cross join lateral unnest(d.steps) with ordinality as s(skus, step)"
        "  where d.leaf_category_id = any($2::uuid[]) and d.shop_id is distinct from $1 group by 1, 2) t group by 1",
        shop_id, wanted,
    )  # fmt: skip
    return {row["leaf_category_id"]: tuple(row["steps"]) for row in rows}


async def save_depths(tx: Tx, shop_id: UUID, depths: Depths) -> None:
    """What a shop tells the market, in place of what it told before."""
    await tx.execute("delete from health.category_depth where shop_id = $1", shop_id)
    await tx.executemany(
        "insert into health.category_depth (shop_id, leaf_category_id, steps) values ($1, $2, $3)",
        [(shop_id, category, list(steps)) for category, steps in depths.items() if isinstance(category, UUID)],
    )
