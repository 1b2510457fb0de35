"""How are the uses of many checkouts counted in one transaction?

A platform's coupon has one tally row and everybody uses it: one lock and one update of it a batch, not a checkout.
`open_use_book` locks the tallies in the order of the instruments and reads what limits need; the book decides in memory
(`rules/use_limits.py`); `write_uses` writes what it took, each table once. Cards and buyers' tallies need no locks of
their own: nobody touches them without the tally's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from peakday.kernel.database import Tx
from peakday.trade.promotions.model import Funder, Instrument
from peakday.trade.promotions.rules.use_limits import CardLeft, Counted, UseBook, summed_by
from peakday.trade.promotions.stored import Use
from peakday.trade.promotions.usage_store import SPENDERS
from peakday.trade.promotions.written import read_instrument


@dataclass(frozen=True, slots=True)
class Switch:
    """An instrument that begins or ends: whose, and when; `shop_id` None is the platform's."""

    shop_id: UUID | None
    at: datetime


KEPT_VERSIONS = 20_000  # instruments that a process remembers; a version never changes
_KEPT: dict[tuple[UUID, int], Instrument] = {}


async def open_use_book(tx: Tx, uses: Sequence[Use]) -> UseBook:
    """What limits need to know of the instruments that these would use. Locks their tallies until commit."""
    if not uses:
        return UseBook({}, {}, {})
    tallies = await tx.fetch(_TALLIES, sorted({use.instrument_id for use in uses}))
    card_ids = [use.card_id for use in uses if use.card_id is not None]
    cards = await tx.fetch(_CARDS, card_ids) if card_ids else []
    pairs = sorted({(use.instrument_id, use.buyer_id) for use in uses})
    buyers = await tx.fetch(_BUYERS, [pair[0] for pair in pairs], [pair[1] for pair in pairs])
    versions = {(row["instrument_id"], row["version"]) for row in [*tallies, *cards]}
    terms = await _terms_of(tx, versions)
    return UseBook(
        instruments={
            row["instrument_id"]: Counted(
                terms=terms[row["instrument_id"], row["version"]] if row["status"] == "live" else None,
                is_held=row["status"] == "held",
                used=row["used"],
                spent={funder: row[f"spent_{funder.value}_minor"] for funder in SPENDERS},
            )
            for row in tallies
        },
        by_buyer={(row["instrument_id"], row["buyer_id"]): row["used"] for row in buyers},
        cards={
            row["card_id"]: CardLeft(
                row["instrument_id"], row["buyer_id"], terms[row["instrument_id"], row["version"]],
                row["status"] == "in_wallet", row["value_left_minor"],
            )
            for row in cards
        },
    )  # fmt: skip


async def write_uses(tx: Tx, book: UseBook, now: datetime) -> None:
    """Write what the book took. The uses must be new: whoever asks again with the same order is told so before."""
    uses = book.taken
    if not uses:
        return
    await tx.execute(
        _INSERT_USES, [use.order_id for use in uses], [use.used_id for use in uses],
        [use.instrument_id for use in uses], [use.card_id for use in uses], [use.buyer_id for use in uses],
        [use.minor for use in uses], [_funders(use) for use in uses], now,
    )  # fmt: skip
    sums = sorted(summed_by(uses, SPENDERS).items())
    figures = [[row[at] for _, row in sums] for at in range(1 + len(SPENDERS))]
    await tx.execute(_COUNT, [instrument_id for instrument_id, _ in sums], *figures)
    by_buyer: dict[tuple[UUID, UUID], int] = {}
    for use in uses:
        by_buyer[use.instrument_id, use.buyer_id] = by_buyer.get((use.instrument_id, use.buyer_id), 0) + 1
    pairs = sorted(by_buyer)
    await tx.execute(
        _COUNT_BUYERS, [pair[0] for pair in pairs], [pair[1] for pair in pairs], [by_buyer[pair] for pair in pairs]
    )
    taken_off: dict[UUID, int] = {}
    for use in uses:
        if use.card_id is not None:
            taken_off[use.card_id] = taken_off.get(use.card_id, 0) + use.minor
    if taken_off:
        await tx.execute(_TAKE_CARDS, list(taken_off), list(taken_off.values()))


async def lock_uses(tx: Tx, order_ids: Sequence[UUID]) -> None:
    """Lock the tallies of what these orders use, in their order: before several `return_use` in one transaction."""
    await tx.execute(_LOCK_USED, list(order_ids))


async def return_whole_uses(tx: Tx, order_ids: Sequence[UUID], key: str, now: datetime) -> int:
    """Undo every use of orders that were never paid, cards and counts too; how many. Again with any key: nothing.

    A use of which some value came back before is left to `return_use`. Locks the tallies.
    """
    await lock_uses(tx, order_ids)
    return int(await tx.fetchval(_RETURN_WHOLE, list(order_ids), key, now))


async def list_switches(tx: Tx, shop_ids: Sequence[UUID], since: datetime, at: datetime) -> list[Switch]:
    """The beginnings and ends of live instruments after `since` and until `at`."""
    rows = await tx.fetch(_SWITCHES, list(shop_ids), since, at)
    return [Switch(row["shop_id"], row["at"]) for row in rows]


async def _terms_of(tx: Tx, versions: set[tuple[UUID, int]]) -> dict[tuple[UUID, int], Instrument]:
    missing = [version for version in versions if version not in _KEPT]
    if missing:
        if len(_KEPT) + len(missing) > KEPT_VERSIONS:
            _KEPT.clear()
            missing = list(versions)
        rows = await tx.fetch(_BODIES, [version[0] for version in missing], [version[1] for version in missing])
        for row in rows:
            instrument_id = row["instrument_id"]
            _KEPT[instrument_id, row["version"]] = read_instrument(instrument_id, row["body"])
    return {version: _KEPT[version] for version in versions}


def _funders(use: Use) -> dict[str, int]:
    assert all(minor >= 0 for minor in use.funders.values()), use
    return {Funder(funder).value: minor for funder, minor in use.funders.items() if minor}


_TALLIES = """
select t.instrument_id, i.version, i.status, t.used, t.spent_platform_minor, t.spent_merchant_minor,
    t.spent_creator_minor
from promotions.tally t join promotions.instrument i using (instrument_id)
where t.instrument_id = any($1::uuid[]) order by t.instrument_id for update of t
"""
_CARDS = """
select card_id, instrument_id, version, buyer_id, status, value_left_minor from promotions.card
where card_id = any($1::uuid[])
"""
_BUYERS = """
select b.instrument_id, b.buyer_id, b.used from unnest($1::uuid[], $2::uuid[]) as wanted(instrument_id, buyer_id)
join promotions.buyer_tally b using (instrument_id, buyer_id)
"""
_BODIES = """
select v.instrument_id, v.version, v.body from unnest($1::uuid[], $2::int[]) as wanted(instrument_id, version)
join promotions.version v using (instrument_id, version)
"""
_INSERT_USES = """
insert into promotions.usage (order_id, used_id, instrument_id, card_id, buyer_id, minor, funders, used_at)
select u.*, $8 from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::bigint[], $7::jsonb[]) as u
"""
_COUNT = """
update promotions.tally t set used = t.used + s.used, spent_platform_minor = t.spent_platform_minor + s.platform,
    spent_merchant_minor = t.spent_merchant_minor + s.merchant, spent_creator_minor = t.spent_creator_minor + s.creator
from unnest($1::uuid[], $2::int[], $3::bigint[], $4::bigint[], $5::bigint[])
    as s(instrument_id, used, platform, merchant, creator)
where t.instrument_id = s.instrument_id
"""
_COUNT_BUYERS = """
insert into promotions.buyer_tally as b (instrument_id, buyer_id, used)
select * from unnest($1::uuid[], $2::uuid[], $3::int[])
on conflict (instrument_id, buyer_id) do update set used = b.used + excluded.used
"""
_TAKE_CARDS = """
update promotions.card c set value_left_minor = c.value_left_minor - s.minor,
    status = case when c.value_left_minor is null or c.value_left_minor = s.minor then 'used' else 'in_wallet' end
from unnest($1::uuid[], $2::bigint[]) as s(card_id, minor) where c.card_id = s.card_id
"""
_SWITCHES = """
select i.shop_id, b.at from promotions.instrument i, lateral (values (valid_from), (valid_until)) as b(at)
where i.status = 'live' and (i.shop_id = any($1::uuid[]) or i.shop_id is null) and b.at > $2 and b.at <= $3
"""
_LOCK_USED = """
select from promotions.tally where instrument_id in (
    select instrument_id from promotions.usage where order_id = any($1::uuid[]) and returned_at is null)
order by instrument_id for update
"""
_RETURN_WHOLE = """
with back as (
    update promotions.usage u set returned_at = $3
    where order_id = any($1::uuid[]) and returned_at is null and not exists (
        select from promotions.usage_return r where (r.order_id, r.used_id) = (u.order_id, u.used_id))
    returning *
), noted as (
    insert into promotions.usage_return (order_id, used_id, return_key, minor, funders, is_whole, returned_at)
    select order_id, used_id, $2, minor, funders, true, $3 from back
), tallied as (
    update promotions.tally t set used = t.used - s.used, spent_platform_minor = t.spent_platform_minor - s.platform,
        spent_merchant_minor = t.spent_merchant_minor - s.merchant,
        spent_creator_minor = t.spent_creator_minor - s.creator
    from (
        select instrument_id, count(*) as used, coalesce(sum((funders ->> 'platform')::bigint), 0) as platform,
            coalesce(sum((funders ->> 'merchant')::bigint), 0) as merchant,
            coalesce(sum((funders ->> 'creator')::bigint), 0) as creator
        from back group by instrument_id) s
    where t.instrument_id = s.instrument_id
), counted as (
    update promotions.buyer_tally b set used = b.used - s.used
    from (select instrument_id, buyer_id, count(*) as used from back group by 1, 2) s
    where (b.instrument_id, b.buyer_id) = (s.instrument_id, s.buyer_id)
), put_back as (
    update promotions.card c set value_left_minor = c.value_left_minor + s.minor, status = 'in_wallet'
    from (select card_id, sum(minor)::bigint as minor from back where card_id is not null group by 1) s
    where c.card_id = s.card_id
)
select count(*) from back
"""
