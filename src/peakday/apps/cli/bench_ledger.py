"""How many transfers a second do the books take, also when half of them touch one account, and do the books drift?

Every figure is of durable transfers (`synchronous_commit` on), in a temporary installation with its own PostgreSQL.
Eight callers hand in 500 transfers at a time, each a posting by itself with an id of its own; then 256 callers one at a
time. The naive form in the same run: 16 connections, one transaction a transfer, both accounts locked, two updates, one
insert. At last a random history with refusals, holds and repeats is posted and every answer and balance compared with
a second, plain ledger; then the audit walks the whole chain. `drift` counts what differs.
"""

import asyncio
import gc
import os
import random
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from uuid import UUID

import uvloop

from peakday.apps.cli.bench_home import bench_home
from peakday.apps.cli.bench_ledger_model import PlainLedger, history
from peakday.kernel.actor import SYSTEM
from peakday.kernel.clock import SystemClock
from peakday.kernel.database import Database, connect
from peakday.kernel.house import House
from peakday.kernel.ids import derived_id
from peakday.kernel.settings import Settings
from peakday.trade.ledger import api
from peakday.trade.ledger.audit import audit
from peakday.trade.ledger.model import AccountKind, Answer, NewAccount, Posting, Transfer

TRANSFERS = 200_000
COMPARED = 1_000_000
ACCOUNTS = 10_000
COMPARED_ACCOUNTS = 2_000
CALLERS = 8
AT_A_TIME = 500
SINGLE_CALLERS = 256
NAIVE_TRANSFERS = 4_000
NAIVE_CONNECTIONS = 16
HOLD_SECONDS = 2


def run(transfers: int = TRANSFERS, compared: int = COMPARED) -> dict[str, object]:
    """Run the bench; returns what `peakday bench ledger --json` prints."""
    with bench_home() as (settings, url, _):
        return uvloop.run(_run(settings, url, transfers, compared))


async def _run(settings: Settings, url: str, transfers: int, compared: int) -> dict[str, object]:
    database = await connect(url, pool_size=NAIVE_CONNECTIONS + 1)
    try:
        ids = await _open(database, [NewAccount(AccountKind.MERCHANT, _id(i), "CNY", None) for i in range(ACCOUNTS)])
        writer = api.LedgerWriter(database)
        await writer.post(_postings(ids, 1_000, hot=False))
        even = await _measure(database, transfers, _batched(writer, _postings(ids, transfers, hot=False)))
        hot = await _measure(database, transfers, _batched(writer, _postings(ids, transfers, hot=True)))
        singles = transfers // 4
        single = await _measure(database, singles, _one_by_one(writer, _postings(ids, singles, hot=True)))
        await database.pool.execute(_NAIVE_TABLES)
        naive = await _measure(database, NAIVE_TRANSFERS, _naive(database, _postings(ids, NAIVE_TRANSFERS, hot=False)))
        naive_hot = await _measure(
            database, NAIVE_TRANSFERS, _naive(database, _postings(ids, NAIVE_TRANSFERS, hot=True))
        )  # fmt: skip
        figures = {
            "transfers_per_s": round(even.per_s), "hot_account_per_s": round(hot.per_s),
            "single_callers_per_s": round(single.per_s), "naive_transfers_per_s": round(naive.per_s),
            "naive_hot_account_per_s": round(naive_hot.per_s),
            "ratio": round(even.per_s / naive.per_s, 1), "hot_ratio": round(hot.per_s / naive_hot.per_s, 1),
            "process_cpu_s_per_1000": round(even.process_cpu, 4),
            "database_cpu_s_per_1000": round(even.database_cpu, 4),
            "naive_process_cpu_s_per_1000": round(naive.process_cpu, 4),
            "naive_database_cpu_s_per_1000": round(naive.database_cpu, 4),
        }  # fmt: skip
        return figures | await _compare(House(settings, SystemClock(), database), writer, compared)
    finally:
        await database.close()


@dataclass(frozen=True)
class _Measured:
    """Transfers a second, and CPU seconds for 1,000 transfers: figures that survive a busy machine."""

    per_s: float
    process_cpu: float
    database_cpu: float


async def _measure(database: Database, count: int, work: Callable[[], Awaitable[None]]) -> _Measured:
    server = await database.pool.fetchval("select pg_backend_pid()")
    gc.collect()
    gc.freeze()  # what callers hold is not the ledger's garbage to look through
    cpu, server_cpu, begun = time.process_time(), _server_cpu_seconds(server), time.perf_counter()
    await work()
    seconds = time.perf_counter() - begun
    cpu, server_cpu = time.process_time() - cpu, _server_cpu_seconds(server) - server_cpu
    gc.unfreeze()
    return _Measured(count / seconds, 1000 * cpu / count, 1000 * server_cpu / count)


def _batched(writer: api.LedgerWriter, postings: list[Posting]) -> Callable[[], Awaitable[None]]:
    chunks = iter([postings[i : i + AT_A_TIME] for i in range(0, len(postings), AT_A_TIME)])

    async def call() -> None:
        for chunk in chunks:
            _check(await writer.post(chunk))

    return _by_many(call, CALLERS)


def _one_by_one(writer: api.LedgerWriter, postings: list[Posting]) -> Callable[[], Awaitable[None]]:
    left = iter(postings)

    async def call() -> None:
        for posting in left:
            _check(await writer.post([posting]))

    return _by_many(call, SINGLE_CALLERS)


def _naive(database: Database, postings: list[Posting]) -> Callable[[], Awaitable[None]]:
    left = iter(postings)

    async def call() -> None:
        for posting in left:
            (step,) = posting.steps
            assert isinstance(step, Transfer)
            async with database.transaction() as tx:
                await tx.fetch(_NAIVE_LOCK, [step.debit_id, step.credit_id])
                await tx.execute(_NAIVE_MOVE, step.debit_id, step.amount_minor)
                await tx.execute(_NAIVE_MOVE, step.credit_id, -step.amount_minor)
                await tx.execute(_NAIVE_ENTRY, posting.posting_id, step.debit_id, step.credit_id, step.amount_minor)

    return _by_many(call, NAIVE_CONNECTIONS)


def _by_many(call: Callable[[], Awaitable[None]], callers: int) -> Callable[[], Awaitable[None]]:
    async def work() -> None:
        await asyncio.gather(*(call() for _ in range(callers)))

    return work


async def _compare(house: House, writer: api.LedgerWriter, count: int) -> dict[str, object]:
    """Post a random history and compare it with the plain ledger; what differs, and how it was made up."""
    plain = PlainLedger()
    ids = await _open_both(house.database, plain)
    postings = history(20_261_111, ids[:-1], [ids[-1], _id(-1)], HOLD_SECONDS)
    drift, refused, steps, done = 0, 0, 0, 0
    while done < count:
        chunks = [list(islice(postings, AT_A_TIME)) for _ in range(CALLERS)]
        answered = await asyncio.gather(*(writer.post(chunk) for chunk in chunks))
        for posting, answer in _pairs(chunks, answered):
            told = plain.post(posting, answer.at)
            drift += told != (answer.refusal, answer.refused_step, answer.short_minor)
            refused += not answer.is_accepted
            steps += len(posting.steps)
            done += 1
    async with house.database.read() as tx:
        for account_id in ids:
            found = await api.get_balance(tx, SYSTEM, account_id)
            drift += (found.balance_minor, found.held_out_minor, found.held_in_minor) != plain.balance(account_id)
    begun = time.perf_counter()
    findings = await audit(house)
    return {
        "drift": drift + len(findings), "compared_postings": done, "compared_steps": steps,
        "compared_refusals": refused,
        "audit_findings": len(findings), "audit_s": round(time.perf_counter() - begun, 1),
    }  # fmt: skip


def _pairs(chunks: list[list[Posting]], answered: list[list[Answer]]) -> Iterator[tuple[Posting, Answer]]:
    for chunk, answers in zip(chunks, answered, strict=True):
        yield from zip(chunk, answers, strict=True)


async def _open_both(database: Database, plain: PlainLedger) -> list[UUID]:
    """Accounts of both sides with limits of several kinds, in both ledgers; the last one in another currency."""
    kinds = [
        (AccountKind.CLEARING, None, None), (AccountKind.ESCROW, 0, None), (AccountKind.MERCHANT, 0, 50_000),
        (AccountKind.SUBSIDY, None, 20_000), (AccountKind.CREATOR, -5_000, None), (AccountKind.SUBSIDY, -500, None),
    ]  # fmt: skip
    wanted = [NewAccount(kinds[i % 6][0], _id(10**6 + i), "CNY", *kinds[i % 6][1:]) for i in range(COMPARED_ACCOUNTS)]
    ids = await _open(database, [*wanted, NewAccount(AccountKind.ESCROW, _id(-2), "EUR")])
    async with database.read() as tx:
        for account_id in ids:
            account = await api.get_account(tx, SYSTEM, account_id)
            plain.open(
                account_id, account.currency, account.normal_side.value, account.floor_minor, account.ceiling_minor
            )  # fmt: skip
    return ids


async def _open(database: Database, accounts: list[NewAccount]) -> list[UUID]:
    async with database.transaction() as tx:
        return await api.open_accounts(tx, accounts, datetime.now(UTC))


def _postings(ids: list[UUID], count: int, *, hot: bool) -> list[Posting]:
    """Random transfers, each a posting of its own; `hot`: every second one pays into or out of the first account."""
    chance = random.Random(f"{count} {hot}")  # noqa: S311 - the same transfers in every run, no secret
    postings = []
    for i in range(count):
        debit_id, credit_id = chance.sample(ids[1:], 2)
        if hot and i % 2:
            debit_id, credit_id = (ids[0], credit_id) if i % 4 == 1 else (debit_id, ids[0])
        step = Transfer(debit_id, credit_id, chance.randint(1, 100_000), "CNY")
        postings.append(Posting(UUID(int=random.getrandbits(128)), (step,), "bench", f"b{i}"))
    return postings


def _check(answers: list[Answer]) -> None:
    assert all(answer.is_accepted for answer in answers), "a transfer of the bench was refused"


def _id(number: int) -> UUID:
    return derived_id(None, "bench", "ledger", str(number))


def _server_cpu_seconds(backend: int) -> float:
    """What the server of a backend has used with all its processes (Linux); 0 where the system does not tell."""
    if not Path("/proc/self/stat").exists():
        return 0.0
    server = _stat(backend)[1]
    children = [stat for path in Path("/proc").glob("[0-9]*") if (stat := _stat(int(path.name)))[1] == server]
    ticks = sum(_stat(server)[11:15]) + sum(stat[11] + stat[12] for stat in children)
    return ticks / os.sysconf("SC_CLK_TCK")


def _stat(pid: int) -> list[int]:
    """The fields of /proc/PID/stat from the state on: 1 is the parent, 11 to 14 the ticks of itself and its dead."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return [0] * 20
    return [0, *map(int, fields[1:20])]


_NAIVE_TABLES = """
create table if not exists ledger.naive_account (account_id uuid primary key, net_minor bigint not null);
create table if not exists ledger.naive_entry (
    entry_no bigint generated always as identity primary key, posting_id uuid unique, debit_id uuid, credit_id uuid,
    amount_minor bigint, at timestamptz not null default clock_timestamp());
insert into ledger.naive_account select account_id, 0 from ledger.account on conflict do nothing
"""
_NAIVE_LOCK = "select net_minor from ledger.naive_account where account_id = any($1) order by account_id for update"
_NAIVE_MOVE = "update ledger.naive_account set net_minor = net_minor + $2 where account_id = $1"
_NAIVE_ENTRY = "insert into ledger.naive_entry (posting_id, debit_id, credit_id, amount_minor) values ($1, $2, $3, $4)"
