"""Which instruments are there, which hold at an instant, what was each before, and what lies in a wallet?

An instrument that is read for pricing comes with what is left: its budgets minus what was spent, its issue quantity
minus what was given out. The clock of a question without an instant is the database's.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

import asyncpg

from peakday.kernel.database import Tx
from peakday.trade.promotions.errors import InstrumentNotFound
from peakday.trade.promotions.known_versions import VersionKey, read_versions
from peakday.trade.promotions.model import Funder, Id, Instrument, Tier, Tiers, Used
from peakday.trade.promotions.store import COLUMNS, FROM, stored_of
from peakday.trade.promotions.stored import InstrumentFilter, InstrumentStatus, Move, StoredInstrument, Tally, Version
from peakday.trade.promotions.written import read_instrument

PAGE_MAX = 200
EXPORT_ROWS_MAX = 100_000
_TALLY = "t.issued, t.used, t.spent_platform_minor, t.spent_merchant_minor, t.spent_creator_minor"
_WITH_TALLY = f"select {COLUMNS}, {_TALLY} {FROM} join promotions.tally t using (instrument_id)"
NO_TALLY = Tally()


async def get_instrument(tx: Tx, shop_id: UUID | None, instrument_id: UUID) -> tuple[StoredInstrument, Tally]:
    """An instrument of its owner with its tally. Refuses `InstrumentNotFound`."""
    row = await tx.fetchrow(
        f"{_WITH_TALLY} where i.instrument_id = $1 and i.shop_id is not distinct from $2", instrument_id, shop_id
    )
    if row is None:
        raise InstrumentNotFound
    return stored_of(row), tally_of(row)


async def list_instruments(
    tx: Tx, shop_id: UUID | None, wanted: InstrumentFilter, cursor: UUID | None, limit: int
) -> list[tuple[StoredInstrument, Tally]]:  # fmt: skip
    """Instruments of their owner, newest first, behind the cursor, each with its tally."""
    where, values = _conditions(shop_id, wanted)
    rows = await tx.fetch(
        f"{_WITH_TALLY} where {where} and (${len(values) + 1}::uuid is null or i.instrument_id < ${len(values) + 1})"
        f" order by i.instrument_id desc limit ${len(values) + 2}",
        *values, cursor, limit,
    )  # fmt: skip
    return [(stored_of(row), tally_of(row)) for row in rows]


async def count_instruments(tx: Tx, shop_id: UUID | None, wanted: InstrumentFilter) -> int:
    """How many the filter finds."""
    where, values = _conditions(shop_id, wanted)
    count: int = await tx.fetchval(f"select count(*) from promotions.instrument i where {where}", *values)
    return count


async def live_instruments(
    tx: Tx, shop_ids: Sequence[UUID], at: datetime | None, until: datetime | None
) -> list[Instrument]:  # fmt: skip
    """What is live of these shops and the platform: it holds at `at`, or at some instant from then to `until`."""
    rows = await tx.fetch(
        f"select i.instrument_id, i.version, v.xmin, {_TALLY} {FROM} join promotions.tally t using (instrument_id)"
        " where (i.shop_id = any($1::uuid[]) or i.shop_id is null) and i.status = 'live'"
        " and (i.valid_until is null or i.valid_until > coalesce($2::timestamptz, statement_timestamp()))"
        " and (i.valid_from is null or case when $3::timestamptz is null"
        "      then i.valid_from <= coalesce($2::timestamptz, statement_timestamp()) else i.valid_from < $3 end)"
        " order by i.instrument_id",
        list(shop_ids), at, until,
    )  # fmt: skip
    known = await read_versions(tx, [_key(row) for row in rows])
    return [what_is_left(known[_key(row)], tally_of(row)) for row in rows]


async def issued_templates(tx: Tx, shop_ids: Sequence[UUID], at: datetime | None) -> list[Instrument]:
    """The versions of which unexpired cards lie in wallets, held ones left out: also of what is no longer live."""
    rows = await tx.fetch(
        "select distinct on (c.instrument_id, c.version) c.instrument_id, v.body from promotions.card c"
        " join promotions.instrument i using (instrument_id)"
        " join promotions.version v on v.instrument_id = c.instrument_id and v.version = c.version"
        " where c.status = 'in_wallet' and (i.shop_id = any($1::uuid[]) or i.shop_id is null) and i.status <> 'held'"
        " and (c.valid_until is null or c.valid_until > coalesce($2::timestamptz, statement_timestamp()))"
        " order by c.instrument_id, c.version",
        list(shop_ids), at,
    )  # fmt: skip
    return [replace(read_instrument(row["instrument_id"], row["body"]), stock_left=None) for row in rows]


async def list_versions(tx: Tx, instrument_id: UUID) -> list[Version]:
    """Every version, newest first."""
    rows = await tx.fetch(
        "select version, body, saved_by, saved_at, rolled_back_to from promotions.version where instrument_id = $1"
        " order by version desc",
        instrument_id,
    )
    return [
        Version(row["version"], read_instrument(instrument_id, row["body"]), row["saved_by"], row["saved_at"],
                row["rolled_back_to"])
        for row in rows
    ]  # fmt: skip


async def find_version(tx: Tx, instrument_id: UUID, version: int) -> Instrument | None:
    """The instrument as one version has it."""
    body = await tx.fetchval(
        "select body from promotions.version where instrument_id = $1 and version = $2", instrument_id, version
    )
    return read_instrument(instrument_id, body) if body else None


async def list_moves(tx: Tx, instrument_id: UUID) -> list[Move]:
    """Every move of the status, latest first."""
    rows = await tx.fetch(
        "select move_no, version, from_status, to_status, actor_name, moved_by, moved_at, reason from promotions.move"
        " where instrument_id = $1 order by move_no desc",
        instrument_id,
    )
    return [
        Move(row["move_no"], row["version"], InstrumentStatus(row["from_status"]) if row["from_status"] else None,
             InstrumentStatus(row["to_status"]), row["actor_name"], row["moved_by"], row["moved_at"], row["reason"])
        for row in rows
    ]  # fmt: skip


async def wallets_of(
    tx: Tx, buyer_ids: Sequence[UUID], shop_ids: Sequence[UUID] | None, at: datetime | None
) -> dict[UUID, list[Instrument]]:  # fmt: skip
    """The unused cards of these buyers that have not expired, as instruments of their own; of these shops and the
    platform, at most `WALLET_MAX` a buyer.

    A card keeps the terms under which it was issued. Cards of an instrument that is held stay away.
    """
    rows = await tx.fetch(
        f"""
        select w.buyer_id, c.* from unnest($1::uuid[]) as w(buyer_id) cross join lateral (
            select c.card_id, c.instrument_id, c.version, v.xmin, c.value_minor, c.value_left_minor, c.valid_until,
                {_TALLY}
            from promotions.card c
            join promotions.instrument i using (instrument_id) join promotions.tally t using (instrument_id)
            join promotions.version v on v.instrument_id = c.instrument_id and v.version = c.version
            where c.buyer_id = w.buyer_id and c.status = 'in_wallet' and i.status <> 'held'
                and ($2::uuid[] is null or i.shop_id is null or i.shop_id = any($2))
                and (c.valid_until is null or c.valid_until > coalesce($3::timestamptz, statement_timestamp()))
            order by c.valid_until nulls last, c.card_id limit $4) c
        """,
        list(buyer_ids), None if shop_ids is None else list(shop_ids), at, WALLET_MAX,
    )  # fmt: skip
    known = await read_versions(tx, list({_key(row) for row in rows}))
    wallets: dict[UUID, list[Instrument]] = {buyer_id: [] for buyer_id in buyer_ids}
    for row in rows:
        wallets[row["buyer_id"]].append(_card(row, known[_key(row)]))
    return wallets


async def count_held(tx: Tx, instrument_ids: Sequence[UUID], at: datetime | None) -> dict[UUID, int]:
    """How many unused cards of each lie in wallets that have not expired."""
    rows = await tx.fetch(
        "select instrument_id, count(*) as cards from promotions.card where instrument_id = any($1::uuid[])"
        " and status = 'in_wallet' and (valid_until is null or valid_until > coalesce($2, statement_timestamp()))"
        " group by 1",
        list(instrument_ids), at,
    )  # fmt: skip
    return {row["instrument_id"]: row["cards"] for row in rows}


async def used_by(
    tx: Tx, buyer_ids: Sequence[UUID], instrument_ids: Sequence[UUID]
) -> dict[UUID, dict[Id, Used]]:  # fmt: skip
    """How often each instrument was used before by each of these buyers and in total, as their carts want it."""
    ids = list(instrument_ids)
    totals = await tx.fetch(
        "select instrument_id, used from promotions.tally where instrument_id = any($1::uuid[]) and used > 0", ids
    )
    rows = await tx.fetch(
        "select buyer_id, instrument_id, used from promotions.buyer_tally where buyer_id = any($1::uuid[])"
        " and instrument_id = any($2::uuid[]) and used > 0",
        list(buyer_ids), ids,
    )  # fmt: skip
    own = {(row["buyer_id"], row["instrument_id"]): row["used"] for row in rows}
    return {
        buyer_id: {
            row["instrument_id"]: Used(own.get((buyer_id, row["instrument_id"]), 0), row["used"]) for row in totals
        }
        for buyer_id in buyer_ids
    }


async def used_of(tx: Tx, buyer_id: UUID | None, instrument_ids: Sequence[UUID]) -> dict[Id, Used]:
    """How often each instrument was used before, by this buyer and in total, as a cart wants it."""
    rows = await tx.fetch(
        "select t.instrument_id, t.used, coalesce(b.used, 0) as by_buyer from promotions.tally t"
        " left join promotions.buyer_tally b on b.instrument_id = t.instrument_id and b.buyer_id = $1"
        " where t.instrument_id = any($2::uuid[]) and t.used > 0",
        buyer_id, list(instrument_ids),
    )  # fmt: skip
    return {row["instrument_id"]: Used(row["by_buyer"], row["used"]) for row in rows}


WALLET_MAX = 500  # cards of one wallet that are read: what expires first


def what_is_left(instrument: Instrument, tally: Tally) -> Instrument:
    """The instrument with its budgets minus what was spent and its issue quantity minus what was given out."""
    stock = None if instrument.stock_left is None else max(instrument.stock_left - tally.issued, 0)
    if stock is None and all(each.budget_left_minor is None for each in instrument.funding):
        return instrument
    funding = tuple(
        each if each.budget_left_minor is None
        else replace(each, budget_left_minor=max(each.budget_left_minor - tally.spent.get(each.funder, 0), 0))
        for each in instrument.funding
    )  # fmt: skip
    return replace(instrument, funding=funding, stock_left=stock)


def tally_of(row: asyncpg.Record) -> Tally:
    """The tally in a row."""
    spent = {
        Funder.PLATFORM: row["spent_platform_minor"], Funder.MERCHANT: row["spent_merchant_minor"],
        Funder.CREATOR: row["spent_creator_minor"],
    }  # fmt: skip
    return Tally(row["issued"], row["used"], MappingProxyType(spent))


def _key(row: asyncpg.Record) -> VersionKey:
    return VersionKey(row["instrument_id"], row["version"], row["xmin"])


def _card(row: asyncpg.Record, version: Instrument) -> Instrument:
    template = what_is_left(version, tally_of(row))
    benefit = template.benefit
    if row["value_minor"] is not None and isinstance(benefit, Tiers):
        benefit = replace(benefit, tiers=(Tier(benefit.tiers[0].at, row["value_left_minor"]),))
    return replace(
        template, instrument_id=row["card_id"], template_id=row["instrument_id"], stock_left=None, benefit=benefit,
        valid_until=row["valid_until"],
    )  # fmt: skip


def _conditions(shop_id: UUID | None, wanted: InstrumentFilter) -> tuple[str, list[object]]:
    where = ["i.shop_id is not distinct from $1::uuid"]
    values: list[object] = [shop_id]
    for column, value in (("status", wanted.status), ("kind", wanted.kind)):
        if value is not None:
            values.append(value.value)
            where.append(f"i.{column} = ${len(values)}")
    if wanted.search:
        values.append(wanted.search.lower())
        place = f"${len(values)}::text"
        where.append(f"(strpos(lower(i.name_zh), {place}) > 0 or strpos(lower(i.name_en), {place}) > 0)")
    return " and ".join(where), values
