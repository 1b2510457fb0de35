"""How are cards given out and instruments used, each once, with no limit ever exceeded?

Every limit is kept by the statement that counts: it adds where the sum stays within the limit, and no row is the
refusal. The rows are taken in one order (instruments by id; of each: the use, the tally, the buyer's tally, the card),
so that two orders never wait for each other in a circle. A refusal leaves the transaction to be undone by its owner.
"""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import asyncpg

from peakday.kernel.database import Tx
from peakday.kernel.ids import derived_id
from peakday.trade.promotions.errors import (
    ClientKeyReused,
    InstrumentNotFound,
    LimitReached,
    UseDiffers,
    UseNotFound,
)
from peakday.trade.promotions.model import Funder, Instrument, Tiers
from peakday.trade.promotions.stored import VALUE_KINDS, Issue, Use, UseReturn
from peakday.trade.promotions.written import read_instrument

SPENDERS = (Funder.PLATFORM, Funder.MERCHANT, Funder.CREATOR)  # a gift card's buyer has no budget


async def issue_cards(tx: Tx, issue: Issue, now: datetime) -> list[UUID]:
    """Put the cards of one issue into the wallet; their ids. The same key again gives the same cards.

    Refuses `InstrumentNotFound`, `LimitReached` (not live now, none left, the buyer has enough), `ClientKeyReused`.
    """
    row = await _lock_tally(tx, issue.instrument_id, now, issue.is_early)
    instrument = read_instrument(issue.instrument_id, row["body"])
    parts = (str(issue.instrument_id), str(issue.buyer_id), issue.key)
    ids = [derived_id(None, "promotions.card", *parts, str(number)) for number in range(issue.quantity)]
    there = await tx.fetchval(
        "select count(*) from promotions.card where instrument_id = $1 and buyer_id = $2 and issue_key = $3",
        issue.instrument_id, issue.buyer_id, issue.key,
    )  # fmt: skip
    if there:
        if there != issue.quantity:
            raise ClientKeyReused
        return ids
    if not row["is_live"]:
        raise LimitReached(instrument=issue.instrument_id, limit="live")
    await _count_issue(tx, issue, instrument)
    await tx.executemany(
        "insert into promotions.card (card_id, instrument_id, version, buyer_id, issue_key, status, value_minor,"
        " value_left_minor, valid_until, issued_at) values ($1, $2, $3, $4, $5, 'in_wallet', $6, $6, $7, $8)",
        [(card_id, issue.instrument_id, row["version"], issue.buyer_id, issue.key, _value_of(instrument),
          instrument.valid_until, now) for card_id in ids],
    )  # fmt: skip
    return ids


async def record_use(tx: Tx, use: Use, now: datetime) -> bool:
    """Count one use of an instrument by an order; False when it was recorded before with the same figures.

    Refuses `LimitReached`, `UseDiffers`, `InstrumentNotFound`.
    """
    is_new = await tx.fetchval(
        "insert into promotions.usage (order_id, used_id, instrument_id, card_id, buyer_id, minor, funders, used_at)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing returning true",
        use.order_id, use.used_id, use.instrument_id, use.card_id, use.buyer_id, use.minor, _funders(use.funders), now,
    )  # fmt: skip
    if not is_new:
        await _require_same(tx, use)
        return False
    instrument = await _terms_of(tx, use)
    await _count_use(tx, use, instrument)
    if use.card_id is not None:
        await _take_card(tx, use)
    return True


async def return_use(tx: Tx, back: UseReturn, now: datetime) -> bool:
    """Give back a use, or a value of it; False when this key came back before.

    Refuses `UseNotFound`, `UseDiffers` (the key with other figures), `LimitReached` (more than was used).
    """
    row = await tx.fetchrow(
        "select u.*, i.kind from promotions.usage u join promotions.instrument i using (instrument_id)"
        " where u.order_id = $1 and u.used_id = $2 for update of u",
        back.order_id, back.used_id,
    )  # fmt: skip
    if row is None:
        raise UseNotFound
    returns = await tx.fetch(
        "select return_key, funders, is_whole from promotions.usage_return where order_id = $1 and used_id = $2",
        back.order_id, back.used_id,
    )  # fmt: skip
    for earlier in returns:
        if earlier["return_key"] == back.key:
            if earlier["is_whole"] != back.is_whole or not (back.is_whole or _same(earlier["funders"], back.funders)):
                raise UseDiffers(order=back.order_id)
            return False
    left = _left_of(row["funders"], [each["funders"] for each in returns])
    given = left if back.is_whole else _funders(back.funders)
    if row["returned_at"] is not None or any(minor > left.get(funder, 0) for funder, minor in given.items()):
        raise LimitReached(instrument=row["instrument_id"], limit="returned")
    await tx.execute(
        "insert into promotions.usage_return (order_id, used_id, return_key, minor, funders, is_whole, returned_at)"
        " values ($1, $2, $3, $4, $5, $6, $7)",
        back.order_id, back.used_id, back.key, sum(given.values()), given, back.is_whole, now,
    )  # fmt: skip
    await _give_back(tx, row, given, back.is_whole, now)
    return True


async def _lock_tally(tx: Tx, instrument_id: UUID, now: datetime, is_early: bool) -> asyncpg.Record:
    row = await tx.fetchrow(
        "select i.version, v.body, i.status = 'live'"
        " and ($3 or i.valid_from is null or i.valid_from <= $2)"
        " and (i.valid_until is null or i.valid_until > $2) as is_live"
        " from promotions.instrument i join promotions.version v using (instrument_id, version)"
        " join promotions.tally t using (instrument_id) where i.instrument_id = $1 for update of t for share of i",
        instrument_id, now, is_early,
    )  # fmt: skip
    if row is None:
        raise InstrumentNotFound
    return row


async def _count_issue(tx: Tx, issue: Issue, instrument: Instrument) -> None:
    for statement, limit, name in (
        (_ISSUE, instrument.stock_left, "issue_quantity"),
        (_ISSUE_TO_BUYER, instrument.limits.per_buyer, "per_buyer"),
    ):
        buyer = [issue.buyer_id] if statement is _ISSUE_TO_BUYER else []
        counted = await tx.fetchval(statement, issue.instrument_id, issue.quantity, limit, *buyer)
        if counted is None:
            raise LimitReached(instrument=issue.instrument_id, limit=name)


async def _terms_of(tx: Tx, use: Use) -> Instrument:
    """The version that counts: an offer's own while it is live, a card's while its instrument is not held."""
    row = await tx.fetchrow(
        "select v.body from promotions.instrument i left join promotions.card c on c.card_id = $2"
        " join promotions.version v on v.instrument_id = i.instrument_id and v.version = coalesce(c.version, i.version)"
        " where i.instrument_id = $1 and case when $2::uuid is null then i.status = 'live'"
        " else i.status <> 'held' and c.instrument_id = i.instrument_id end for share of i",
        use.instrument_id, use.card_id,
    )  # fmt: skip
    if row is None:
        raise LimitReached(instrument=use.instrument_id, limit="live")
    return read_instrument(use.instrument_id, row["body"])


async def _count_use(tx: Tx, use: Use, instrument: Instrument) -> None:
    limits = instrument.limits
    budgets = {each.funder: each.budget_left_minor for each in instrument.funding}
    spent = [use.funders.get(funder, 0) for funder in SPENDERS]
    if await tx.fetchval(_USE, use.instrument_id, limits.total, *spent, *map(budgets.get, SPENDERS)) is None:
        raise LimitReached(instrument=use.instrument_id, limit="total, budget")
    if await tx.fetchval(_USE_BY_BUYER, use.instrument_id, use.buyer_id, limits.per_buyer) is None:
        raise LimitReached(instrument=use.instrument_id, limit="per_buyer")
    if limits.per_order is not None:
        in_order = await tx.fetchval(  # the tally's lock is held: nobody else counts this instrument now
            "select count(*) from promotions.usage"
            " where instrument_id = $1 and order_id = $2 and returned_at is null",
            use.instrument_id, use.order_id,
        )  # fmt: skip
        if in_order > limits.per_order:
            raise LimitReached(instrument=use.instrument_id, limit="per_order")


async def _take_card(tx: Tx, use: Use) -> None:
    taken = await tx.fetchval(_TAKE_CARD, use.card_id, use.buyer_id, use.instrument_id, use.minor)
    if taken is None:
        raise LimitReached(instrument=use.instrument_id, limit="card")


async def _require_same(tx: Tx, use: Use) -> None:
    row = await tx.fetchrow(
        "select instrument_id, buyer_id, funders from promotions.usage where order_id = $1 and used_id = $2",
        use.order_id, use.used_id,
    )  # fmt: skip
    assert row is not None
    is_same = (row["instrument_id"], row["buyer_id"]) == (use.instrument_id, use.buyer_id)
    if not is_same or not _same(row["funders"], use.funders):
        raise UseDiffers(order=use.order_id)


async def _give_back(
    tx: Tx, row: asyncpg.Record, given: Mapping[str, int], is_whole: bool, now: datetime
) -> None:  # fmt: skip
    count = 1 if is_whole else 0
    spent = [given.get(funder.value, 0) for funder in SPENDERS]
    await tx.execute(_UNUSE, row["instrument_id"], count, *spent)
    await tx.execute(
        "update promotions.buyer_tally set used = used - $3 where instrument_id = $1 and buyer_id = $2",
        row["instrument_id"], row["buyer_id"], count,
    )  # fmt: skip
    if is_whole:
        await tx.execute(
            "update promotions.usage set returned_at = $3 where order_id = $1 and used_id = $2",
            row["order_id"], row["used_id"], now,
        )  # fmt: skip
    if row["card_id"] is not None:
        await tx.execute(_PUT_BACK, row["card_id"], sum(given.values()), is_whole)


def _value_of(instrument: Instrument) -> int | None:
    benefit = instrument.benefit
    is_value = instrument.kind in VALUE_KINDS and isinstance(benefit, Tiers) and len(benefit.tiers) == 1
    return benefit.tiers[0].off if is_value and isinstance(benefit, Tiers) else None


def _funders(funders: Mapping[Funder, int]) -> dict[str, int]:
    assert all(minor >= 0 for minor in funders.values()), funders
    return {funder.value: minor for funder, minor in funders.items() if minor}


def _same(kept: Mapping[str, int], said: Mapping[Funder, int]) -> bool:
    return dict(kept) == _funders(said)


def _left_of(used: Mapping[str, int], returned: list[Mapping[str, int]]) -> dict[str, int]:
    return {funder: minor - sum(each.get(funder, 0) for each in returned) for funder, minor in used.items()}


_ISSUE = """
update promotions.tally set issued = issued + $2::int
where instrument_id = $1 and ($3::bigint is null or issued + $2::int <= $3) returning issued
"""
_ISSUE_TO_BUYER = """
insert into promotions.buyer_tally as b (instrument_id, buyer_id, issued)
select $1, $4, $2::int where $3::bigint is null or $2::int <= $3
on conflict (instrument_id, buyer_id) do update set issued = b.issued + $2::int
where $3::bigint is null or b.issued + $2::int <= $3 returning issued
"""
_USE = """
update promotions.tally set used = used + 1, spent_platform_minor = spent_platform_minor + $3,
    spent_merchant_minor = spent_merchant_minor + $4, spent_creator_minor = spent_creator_minor + $5
where instrument_id = $1 and ($2::bigint is null or used < $2)
    and ($6::bigint is null or spent_platform_minor + $3 <= $6)
    and ($7::bigint is null or spent_merchant_minor + $4 <= $7)
    and ($8::bigint is null or spent_creator_minor + $5 <= $8)
returning used
"""
_USE_BY_BUYER = """
insert into promotions.buyer_tally as b (instrument_id, buyer_id, used)
select $1, $2, 1 where $3::bigint is null or 1 <= $3
on conflict (instrument_id, buyer_id) do update set used = b.used + 1
where $3::bigint is null or b.used < $3 returning used
"""
_TAKE_CARD = """
update promotions.card set value_left_minor = value_left_minor - $4,
    status = case when value_left_minor is null or value_left_minor = $4 then 'used' else 'in_wallet' end
where card_id = $1 and buyer_id = $2 and instrument_id = $3 and status = 'in_wallet'
    and (value_left_minor is null or value_left_minor >= $4)
returning card_id
"""
_UNUSE = """
update promotions.tally set used = used - $2, spent_platform_minor = spent_platform_minor - $3,
    spent_merchant_minor = spent_merchant_minor - $4, spent_creator_minor = spent_creator_minor - $5
where instrument_id = $1
"""
_PUT_BACK = """
update promotions.card set value_left_minor = value_left_minor + $2,
    status = case when $3 or value_left_minor + $2 > 0 then 'in_wallet' else status end
where card_id = $1
"""
