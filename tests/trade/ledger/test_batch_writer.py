"""Do many callers, writers and transactions at once have exactly the effects that they were told of?"""

import asyncio
import random
from itertools import islice
from uuid import uuid4

import asyncpg
import pytest

from peakday.apps.cli.bench_ledger_model import PlainLedger, history
from peakday.kernel.actor import SYSTEM
from peakday.kernel.database import connect
from peakday.trade.ledger import api
from peakday.trade.ledger.actions import batch_writer
from peakday.trade.ledger.audit import audit
from peakday.trade.ledger.errors import LedgerBusy, LedgerUnavailable, PostingNotValid
from peakday.trade.ledger.model import AccountKind, NewAccount
from tests.trade.ledger.builders import NOW, a_posting, a_transfer, people


@pytest.fixture
async def ids(database):
    async with database.transaction() as tx:
        return await api.open_accounts(tx, people(4), NOW)


async def balances(database, ids):
    async with database.read() as tx:
        return [(await api.get_balance(tx, SYSTEM, account_id)).balance_minor for account_id in ids]


async def test_what_comes_in_meanwhile_is_committed_as_one(database, ids):
    writer = api.LedgerWriter(database)
    answers = await asyncio.gather(*(writer.post([a_posting(a_transfer(1, *ids[:2]))]) for _ in range(200)))
    assert sorted(answer.first_entry_no for (answer,) in answers) == list(range(1, 201))
    async with database.read() as tx:
        assert await tx.fetchval("select count(*) from ledger.batch") <= 3
    assert await balances(database, ids[:2]) == [200, 200]


async def test_a_last_hundred_is_paid_out_once_over_many_writers_and_transactions(database, database_url, ids, house):
    """100 in the account, 400 ask for one each: over three writers with pools of their own and plain transactions."""
    others = [await connect(database_url, 2) for _ in range(2)]
    writers = [api.LedgerWriter(d) for d in (database, *others)]
    await writers[0].post([a_posting(a_transfer(100, *ids[:2]))])

    async def spend(number):
        posting = a_posting(a_transfer(1, ids[1], ids[2]))
        await asyncio.sleep(random.random() / 20)
        if number % 4 == 3:
            async with database.transaction() as tx:
                return (await api.post(tx, [posting]))[0]
        return (await writers[number % 4].post([posting]))[0]

    answers = await asyncio.gather(*(spend(number) for number in range(400)))
    assert sum(answer.is_accepted for answer in answers) == 100
    assert await balances(database, ids[:3]) == [100, 0, 100]
    numbers = sorted(answer.first_entry_no for answer in answers if answer.is_accepted)
    assert numbers == list(range(2, 102))
    assert await audit(house) == []
    for other in others:
        await other.close()


async def test_one_posting_asked_many_times_at_once_has_one_effect(database, database_url, ids):
    other = await connect(database_url, 2)
    writers = [api.LedgerWriter(database), api.LedgerWriter(other)]
    posting = a_posting(a_transfer(7, *ids[:2]))
    answers = await asyncio.gather(*(writers[i % 2].post([posting]) for i in range(50)))
    assert {answer for (answer,) in answers} == {answers[0][0]}
    assert await balances(database, ids[:2]) == [7, 7]
    await other.close()


async def test_a_random_history_in_the_database_is_that_of_the_plain_ledger(house, database):
    plain, writer = PlainLedger(), api.LedgerWriter(database)
    kinds = (
        (AccountKind.CLEARING, None, None), (AccountKind.MERCHANT, 0, None), (AccountKind.MERCHANT, -2_000, 5_000),
        (AccountKind.ESCROW, 0, 9_000), (AccountKind.SUBSIDY, None, 5_000), (AccountKind.SUBSIDY, -50, None),
    )  # fmt: skip
    wanted = [NewAccount(kind, uuid4(), "CNY", floor, ceiling) for kind, floor, ceiling in kinds]
    euro = NewAccount(AccountKind.MERCHANT, uuid4(), "EUR")
    async with database.transaction() as tx:
        ids = await api.open_accounts(tx, [*wanted, euro], NOW)
        for account_id in ids:
            account = await api.get_account(tx, SYSTEM, account_id)
            plain.open(
                account_id, account.currency, account.normal_side, account.floor_minor, account.ceiling_minor
            )  # fmt: skip
    postings = history(7, ids[:-1], [ids[-1], uuid4()], hold_seconds=1)
    for _ in range(12):
        chunks = [list(islice(postings, 25)) for _ in range(4)]
        answered = await asyncio.gather(*(writer.post(chunk) for chunk in chunks))
        for chunk, answers in zip(chunks, answered, strict=True):
            for posting, answer in zip(chunk, answers, strict=True):
                told = plain.post(posting, answer.at)
                assert told == (answer.refusal, answer.refused_step, answer.short_minor), posting
        await asyncio.sleep(0.12)
    async with database.read() as tx:
        for account_id in ids:
            found = await api.get_balance(tx, SYSTEM, account_id)
            assert (found.balance_minor, found.held_out_minor, found.held_in_minor) == plain.balance(account_id)
    assert await audit(house) == []


async def test_a_connection_that_breaks_is_tried_again_and_posts_once(database, database_url, ids):
    writer = api.LedgerWriter(database)
    await writer.post([a_posting(a_transfer(1, *ids[:2]))])

    async def kill_four_times():
        killer = await asyncpg.connect(database_url)
        for _ in range(4):
            await asyncio.sleep(0.3)
            await killer.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where datname = current_database() and pid <> pg_backend_pid()"
            )
        await killer.close()

    killing, asked = asyncio.create_task(kill_four_times()), 1
    while not killing.done():
        (answer,) = await writer.post([a_posting(a_transfer(1, *ids[:2]))])
        assert answer.is_accepted
        asked += 1
    await killing
    assert await balances(database, ids[:2]) == [asked, asked]


async def test_a_database_that_is_gone_is_told_and_the_queue_goes_on(database_url, ids, monkeypatch):
    monkeypatch.setattr(batch_writer, "PAUSE_SECONDS_FIRST", 0.001)
    gone = await connect(database_url, 1)
    writer = api.LedgerWriter(gone)
    await gone.close()
    for _ in range(2):
        with pytest.raises(LedgerUnavailable):
            await writer.post([a_posting(a_transfer(1, *ids[:2]))])


async def test_a_caller_that_goes_away_leaves_the_others_answered(database, ids):
    writer = api.LedgerWriter(database)
    first, gone, last = (asyncio.create_task(writer.post([a_posting(a_transfer(1, *ids[:2]))])) for _ in range(3))
    await asyncio.sleep(0)
    gone.cancel()
    assert [answer.is_accepted for answer in [*(await first), *(await last)]] == [True, True]
    await writer.close()


async def test_a_full_queue_refuses_and_a_posting_that_is_not_valid_reaches_no_batch(database, ids, monkeypatch):
    monkeypatch.setattr(batch_writer, "QUEUE_STEPS_MAX", 3)
    writer = api.LedgerWriter(database)
    tasks = [asyncio.create_task(writer.post([a_posting(a_transfer(1, *ids[:2]))])) for _ in range(3)]
    await asyncio.sleep(0)
    with pytest.raises(LedgerBusy):
        await writer.post([a_posting(a_transfer(1, *ids[:2]))])
    with pytest.raises(PostingNotValid):
        await writer.post([a_posting(a_transfer(0, *ids[:2]))])
    await asyncio.gather(*tasks)
    assert await balances(database, ids[:2]) == [3, 3]
