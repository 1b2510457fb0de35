"""Is the chain whole, do the figures follow from it, and do holds, postings and limits agree with it?

The chain is walked from its first entry, every hash computed anew: an entry that was edited, added or taken away shows
itself. Whoever rewrites all hashes to the end is found by the seals: each clean audit notes the chain's end in a file
outside the database, and the next one looks whether the chain still passes through it. Everything is read in one
snapshot, so the books may be busy.
"""

import os
import struct
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from uuid import UUID

import asyncpg
import msgspec

from peakday.kernel.audit import FINDINGS_MAX, Finding
from peakday.kernel.database import Tx
from peakday.kernel.house import House
from peakday.kernel.ids import show_id
from peakday.trade.ledger.model import Entry
from peakday.trade.ledger.rules.fingerprint import mark_of
from peakday.trade.ledger.rules.hash_chain import FIRST_HASH, entry_hash

AUDIT_SECONDS_MAX = 900
ENTRIES_A_READ = 5_000
ROOM = "ledger"
SEALS_NAME = "ledger-seals.jsonl"
RESTORE = "restore the ledger from a backup and compare: entries are never edited"

# every entry as either side of it sees it: what it changed, and the figures after it
_SIDES = """
    with sided as (
        select debit_id as account_id, entry_no, currency,
            case when effect in ('transfer', 'settle') then amount_minor else 0 end as net,
            case when effect = 'hold' then amount_minor else -released_minor end as debits, 0::bigint as credits,
            debit_net_after as net_after, debit_pending_debits_after as debits_after,
            debit_pending_credits_after as credits_after
        from ledger.entry
        union all
        select credit_id, entry_no, currency,
            case when effect in ('transfer', 'settle') then -amount_minor else 0 end, 0,
            case when effect = 'hold' then amount_minor else -released_minor end,
            credit_net_after, credit_pending_debits_after, credit_pending_credits_after
        from ledger.entry)"""
# invariant → prefix of the subject, query of (subject, detail)
_INVARIANTS = MappingProxyType({
    "figures_are_the_sum_of_entries": ("lac", _SIDES + """
        , summed as (select account_id, sum(net) as net, sum(debits) as debits, sum(credits) as credits from sided
            group by account_id)
        select account_id, format('net %s, held %s and %s; its entries come to %s, %s and %s', a.net_minor,
            a.pending_debits_minor, a.pending_credits_minor, coalesce(net, 0), coalesce(debits, 0),
            coalesce(credits, 0))
        from ledger.account a full join summed s using (account_id)
        where (a.net_minor, a.pending_debits_minor, a.pending_credits_minor)
            is distinct from (coalesce(net, 0), coalesce(debits, 0), coalesce(credits, 0))"""),
    "entry_figures_follow": ("lac", _SIDES + """
        , followed as (select *, lag(net_after, 1, 0::bigint) over account as net_before,
            lag(debits_after, 1, 0::bigint) over account as debits_before,
            lag(credits_after, 1, 0::bigint) over account as credits_before
            from sided window account as (partition by account_id order by entry_no))
        select account_id, format('entry %s: after it %s, %s, %s', entry_no, net_after, debits_after, credits_after)
        from followed where net_after <> net_before + net or debits_after <> debits_before + debits
            or credits_after <> credits_before + credits"""),
    "entry_is_in_the_accounts_currency": ("lac", _SIDES + """
        select a.account_id, format('entry %s is in %s, the account in %s', s.entry_no, s.currency, a.currency)
        from sided s join ledger.account a using (account_id) where s.currency <> a.currency"""),
    "books_sum_to_zero": (None, """
        select currency, format('all accounts come to %s; held debits %s, credits %s', sum(net_minor),
            sum(pending_debits_minor), sum(pending_credits_minor)) from ledger.account group by currency
        having sum(net_minor) <> 0 or sum(pending_debits_minor) <> sum(pending_credits_minor)"""),
    "account_is_within_its_limits": ("lac", """
        select account_id, format('low %s, high %s; limits %s to %s', low, high, floor_minor, ceiling_minor)
        from (select *, case normal_side when 'debit' then net_minor - pending_credits_minor
                else -net_minor - pending_debits_minor end as low,
            case normal_side when 'debit' then net_minor + pending_debits_minor
                else -net_minor + pending_credits_minor end as high from ledger.account) a
        where low < floor_minor or high > ceiling_minor"""),
    "hold_is_what_its_entries_say": ("lho", """
        select h.hold_id, format('%s, %s of %s settled; opened by %s, closed by %s', h.status, h.settled_minor,
            h.amount_minor, o.effect, c.effect)
        from ledger.hold h left join ledger.entry o on o.entry_no = h.opened_entry_no
            left join ledger.entry c on c.entry_no = h.closed_entry_no
        where (o.effect, o.hold_id, o.debit_id, o.credit_id, o.amount_minor, o.currency, o.expires_at)
                is distinct from ('hold', h.hold_id, h.debit_id, h.credit_id, h.amount_minor, h.currency, h.expires_at)
            or h.status <> 'open' and (c.effect, c.hold_id, c.debit_id, c.credit_id, c.amount_minor, c.released_minor)
                is distinct from (
                    case h.status when 'settled' then 'settle' when 'voided' then 'void' else 'expire' end, h.hold_id,
                    h.debit_id, h.credit_id, h.settled_minor, h.amount_minor)"""),
    "hold_entry_has_its_hold": ("lho", """
        select e.hold_id, format('entry %s, %s: the hold knows %s and %s', e.entry_no, e.effect, h.opened_entry_no,
            h.closed_entry_no)
        from ledger.entry e left join ledger.hold h using (hold_id)
        where e.effect <> 'transfer' and e.entry_no is distinct from
            case e.effect when 'hold' then h.opened_entry_no else h.closed_entry_no end"""),
    "posting_has_its_entries": ("lpo", """
        select posting_id, format('%s entries from %s on; the chain has %s from %s on', p.entries, p.first_entry_no,
            e.entries, e.first)
        from ledger.posting p full join (
            select posting_id, count(*) as entries, min(entry_no) as first, min(at) as first_at, max(at) as last_at,
                bool_and(step = entry_no - first_no) as is_in_order
            from (select *, min(entry_no) over (partition by posting_id) as first_no from ledger.entry) numbered
            group by posting_id) e using (posting_id)
        where (p.first_entry_no, p.entries) is distinct from (e.first, coalesce(e.entries, 0))
            or e.entries > 0 and not (e.is_in_order and e.first_at = p.at and e.last_at = p.at)"""),
    "batches_cover_the_chain": (None, """
        select b.last_entry_no::text, format('entries %s to %s at %s', b.first_entry_no, b.last_entry_no, b.at)
        from (select *, lag(last_entry_no, 1, 0::bigint) over (order by last_entry_no) as before,
            lag(at) over (order by last_entry_no) as at_before from ledger.batch) b
        where b.first_entry_no <> b.before + 1 or b.at < b.at_before or exists (select from ledger.entry e
            where e.entry_no in (b.first_entry_no, b.last_entry_no) and e.at <> b.at)
        union all
        select entry_no::text, 'the head is not where the last batch ends' from ledger.head
        where entry_no <> (select coalesce(max(last_entry_no), 0) from ledger.batch)"""),
})  # fmt: skip


class Seal(msgspec.Struct, frozen=True):
    """The end of the chain when an audit found it whole."""

    entry_no: int
    hash: str
    sealed_at: datetime


async def audit(house: House) -> list[Finding]:
    """The broken invariants of the books; none when all is well, and then the chain's end is sealed."""
    seals_file = house.settings.home / SEALS_NAME
    async with house.database.read() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        await connection.execute(_WHOLE_TABLES)
        findings = [finding async for finding in _walk_chain(connection, _read_seals(seals_file))]
        for invariant, (prefix, query) in _INVARIANTS.items():
            rows = await connection.fetch(f"{query} order by 1 limit {FINDINGS_MAX}", timeout=AUDIT_SECONDS_MAX)
            findings += [Finding(ROOM, invariant, _shown(prefix, row[0]), row[1]) for row in rows]
        head = await connection.fetchrow("select entry_no, hash from ledger.head")
    if not findings and head is not None and head["entry_no"]:
        _add_seal(seals_file, Seal(head["entry_no"], head["hash"].hex(), datetime.now(UTC)))
    return findings


async def _walk_chain(connection: Tx, seals: dict[int, bytes]) -> AsyncIterator[Finding]:
    """Every link that does not follow from the one before; after one, the walk goes on from what is stored."""
    number, link, found = 0, FIRST_HASH, 0
    cursor = connection.cursor(_CHAIN, prefetch=ENTRIES_A_READ, timeout=AUDIT_SECONDS_MAX)
    async for row in cursor:
        fault = _fault(number, link, row, seals)
        number, link = row["entry_no"], row["hash"]
        if fault and found < FINDINGS_MAX:
            found += 1
            yield Finding(ROOM, "chain_is_whole", f"entry {number}", fault, RESTORE)
    head = await connection.fetchrow("select entry_no, hash from ledger.head")
    if head is None or (head["entry_no"], head["hash"]) != (number, link):
        yield Finding(ROOM, "chain_is_whole", f"entry {number}", "the head is not the last entry", RESTORE)
    for lost in sorted(entry_no for entry_no in seals if entry_no > number):
        yield Finding(ROOM, "chain_is_whole", f"entry {lost}", "an earlier audit sealed it, it is gone", RESTORE)


def _fault(number: int, link: bytes, row: asyncpg.Record, seals: dict[int, bytes]) -> str:
    """What is wrong with a link after entry `number` with the hash `link`; empty: nothing."""
    if row["entry_no"] != number + 1:
        return f"entries {number + 1} to {row['entry_no'] - 1} are missing"
    if row["fingerprint"] is None:
        return "its posting is missing"
    if _computed_hash(link, row) != row["hash"]:
        return "its hash is not that of its content after the entry before"
    if seals.pop(row["entry_no"], row["hash"]) != row["hash"]:
        return "the chain does not pass through what an earlier audit sealed"
    return ""


def _computed_hash(before: bytes, row: asyncpg.Record) -> bytes | None:
    """The hash that the entry should have; None for values that no entry ever had."""
    entry = Entry._make(tuple(row)[: len(Entry._fields)])  # the effect as text, which is as good
    try:
        mark = mark_of(row["fingerprint"], row["rule"], row["ref"], is_simulated=row["is_simulated"])
        return entry_hash(before, mark, entry)
    except (TypeError, OverflowError, struct.error):
        return None


def _shown(prefix: str | None, subject: UUID | str | None) -> str:
    return show_id(prefix, subject) if prefix and isinstance(subject, UUID) else str(subject)


def _read_seals(path: Path) -> dict[int, bytes]:
    """The newest seal of each entry number; none where no audit was clean yet."""
    if not path.exists():
        return {}
    lines = [line for line in path.read_bytes().split(b"\n") if line.strip()]
    return {seal.entry_no: bytes.fromhex(seal.hash) for line in lines for seal in [_seal_of(line)] if seal}


def _seal_of(line: bytes) -> Seal | None:
    try:
        return msgspec.json.decode(line, type=Seal)
    except msgspec.DecodeError:
        return None  # cut off by a crash while it was written


def _add_seal(path: Path, seal: Seal) -> None:
    with path.open("ab") as file:
        file.write(b"\n" + msgspec.json.encode(seal))
        file.flush()
        os.fdatasync(file.fileno())


# every question here reads whole tables; without statistics the planner would search one for each row of another
_WHOLE_TABLES = "set local enable_nestloop = off; set local work_mem = '64MB'"
_CHAIN = f"""
select {", ".join("e." + name for name in Entry._fields)}, e.hash, p.fingerprint, p.rule, p.ref, p.is_simulated
from ledger.entry e left join ledger.posting p using (posting_id) order by e.entry_no
"""
