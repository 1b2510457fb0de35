"""Do the stored books answer as the rules do, for ever, and say what an account held at any earlier point?"""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from peakday.kernel.actor import SYSTEM, Actor, ActorKind
from peakday.kernel.refusal import Invalid, NotAllowed
from peakday.trade.ledger import api
from peakday.trade.ledger.errors import (
    AccountHoldsMoney,
    AccountNotFound,
    LimitsBroken,
    PostingIdReused,
    PostingNotFound,
    PostingNotValid,
    PostingRefused,
)
from peakday.trade.ledger.jobs import end_holds
from peakday.trade.ledger.model import AccountKind, Effect, HoldStatus, Refunding, RefusalCode, Settle
from tests.trade.ledger.builders import NOW, SECOND, SHOP, a_hold, a_posting, a_sale, a_transfer, an_id, people

OWNER = Actor(ActorKind.MERCHANT, an_id("account"), an_id("owner 0"), frozenset({"finance:view", "data:view"}))


@pytest.fixture
async def ids(database):
    """Clearing, two merchants; the first has 500."""
    async with database.transaction() as tx:
        ids = await api.open_accounts(tx, people(2), NOW)
        await api.post(tx, [a_posting(a_transfer(500, ids[0], ids[1]), rule="top_up", ref="r1")], NOW)
    return ids


async def post(database, *postings, at=NOW):
    async with database.transaction() as tx:
        return await api.post(tx, postings, at)


async def balance(database, account_id, at=None):
    async with database.read() as tx:
        found = await api.get_balance(tx, SYSTEM, account_id, at)
    return found.balance_minor, found.held_out_minor, found.held_in_minor


async def count_rows(database):
    async with database.read() as tx:
        return await tx.fetchrow(
            "select (select count(*) from ledger.entry), (select count(*) from ledger.posting), h.* from ledger.head h"
        )


async def test_an_account_is_opened_once_and_keeps_its_limits(database, ids):
    async with database.transaction() as tx:
        again = await api.open_accounts(tx, people(2, floor=None), NOW + SECOND)
        account = await api.get_account(tx, SYSTEM, ids[1])
    assert again == ids
    assert (account.floor_minor, account.opened_at, account.kind) == (0, NOW, AccountKind.MERCHANT)


async def test_an_answer_is_remembered_with_its_instant_also_a_refusal(database, ids):
    good, bad = a_posting(a_transfer(100, *ids[:2])), a_posting(a_transfer(601, ids[1], ids[2]))
    first = await post(database, bad, good, at=NOW + SECOND)
    assert [(a.refusal, a.short_minor, a.first_entry_no) for a in first] == [
        (RefusalCode.BELOW_FLOOR, 101, None), (None, None, 2),
    ]  # fmt: skip
    await post(database, a_posting(a_transfer(9_000, *ids[:2])))
    before = await count_rows(database)
    assert await post(database, bad, good, at=NOW + 9 * SECOND) == first
    assert await count_rows(database) == before
    async with database.read() as tx:
        assert await api.get_answer(tx, bad.posting_id) == first[0]
        with pytest.raises(PostingNotFound):
            await api.get_answer(tx, uuid4())


async def test_an_id_with_another_content_is_a_conflict_and_changes_nothing(database, ids):
    posting = a_posting(a_transfer(100, *ids[:2]))
    await post(database, posting)
    before = await count_rows(database)
    (answer,) = await post(database, replace(posting, ref="other"))
    assert await count_rows(database) == before
    with pytest.raises(PostingIdReused):
        api.check_answer(answer)


async def test_a_refused_answer_raises_with_its_reason(database, ids):
    (answer,) = await post(database, a_posting(a_transfer(501, ids[1], ids[2])))
    with pytest.raises(PostingRefused) as refused:
        api.check_answer(answer)
    assert (refused.value.data["refusal"], refused.value.data["short_minor"]) == ("below_floor", 1)


async def test_what_could_never_be_taken_is_refused_before_the_lock(database, ids):
    before = await count_rows(database)
    with pytest.raises(PostingNotValid):
        await post(database, a_posting(a_transfer(1, *ids[:2])), a_posting(a_transfer(0, *ids[:2])))
    assert await count_rows(database) == before


async def test_the_books_roll_back_with_what_they_tell(database, ids):
    before = await count_rows(database)

    async def post_and_fail():
        async with database.transaction() as tx:
            await api.post(tx, [a_posting(a_transfer(1, *ids[:2]))], NOW)
            await api.get_answer(tx, uuid4())

    with pytest.raises(PostingNotFound):
        await post_and_fail()
    assert await count_rows(database) == before


async def test_plans_are_free_again_after_the_ledgers_part(database, ids):
    async with database.transaction() as tx:
        await api.post(tx, [a_posting(a_transfer(1, *ids[:2]))])
        names = ("enable_hashjoin", "enable_mergejoin", "enable_seqscan", "plan_cache_mode")
        assert [await tx.fetchval(f"show {name}") for name in names] == ["on", "on", "on", "auto"]


async def test_a_balance_at_any_number_and_instant_is_what_it_was(database, ids):
    hold = a_hold(200, ids[1], ids[2])
    await post(database, a_posting(hold), at=NOW + SECOND)
    await post(database, a_posting(Settle(hold.hold_id, 50)), at=NOW + 2 * SECOND)
    assert await balance(database, ids[1]) == (450, 0, 0)
    assert [await balance(database, ids[1], n) for n in range(4)] == [
        (0, 0, 0),
        (500, 0, 0),
        (500, 200, 0),
        (450, 0, 0),
    ]
    assert await balance(database, ids[2], 2) == (0, 0, 200)
    at = [NOW - SECOND, NOW, NOW + 1.5 * SECOND, NOW + 2 * SECOND, NOW + timedelta(days=9)]
    assert [(await balance(database, ids[1], instant))[0] for instant in at] == [0, 500, 500, 450, 450]


async def test_instants_never_go_back(database, ids):
    (later,) = await post(database, a_posting(a_transfer(1, *ids[:2])), at=NOW + SECOND)
    (earlier,) = await post(database, a_posting(a_transfer(1, *ids[:2])), at=NOW - SECOND)
    assert (later.at, earlier.at) == (NOW + SECOND, NOW + SECOND)


async def test_a_statement_tells_every_entry_from_the_accounts_side(database, ids):
    hold = a_hold(200, ids[1], ids[2])
    await post(database, a_posting(hold), a_posting(Settle(hold.hold_id, 50), ref="o", is_simulated=True))
    async with database.read() as tx:
        lines = await api.list_entries(tx, OWNER, ids[1])
        older = await api.list_entries(tx, OWNER, ids[1], before_entry_no=3, limit=1)
        with pytest.raises(Invalid):
            await api.list_entries(tx, OWNER, ids[1], limit=201)
    assert [(li.effect, li.change_minor, li.held_minor, li.balance_minor, li.rule) for li in lines] == [
        (Effect.SETTLE, -50, 200, 450, "test"),
        (Effect.HOLD, 0, -200, 500, "test"),
        (Effect.TRANSFER, 500, 0, 500, "top_up"),
    ]
    assert (lines[0].is_simulated, lines[0].ref, lines[0].counter_id, older) == (True, "o", ids[2], [lines[1]])


async def test_holds_end_by_the_clock_also_while_nobody_posts(house, database, ids):
    hold, lasting = a_hold(200, ids[1], ids[2], seconds=60), a_hold(100, ids[1], ids[2])
    await post(database, a_posting(hold), a_posting(lasting))
    assert await balance(database, ids[1]) == (500, 300, 0)
    async with database.transaction() as tx:
        assert await api.end_due_holds(tx, NOW + 59 * SECOND) == 0
        assert await api.end_due_holds(tx, NOW + 60 * SECOND) == 1
        assert await api.end_due_holds(tx, NOW + 61 * SECOND) == 0
    assert await balance(database, ids[1]) == (500, 100, 0)
    await end_holds(house)
    async with database.read() as tx:
        found = await api.list_holds(tx, [hold.hold_id, lasting.hold_id])
    assert {h.hold_id: h.status for h in found} == {hold.hold_id: HoldStatus.EXPIRED, lasting.hold_id: HoldStatus.OPEN}


async def test_money_of_a_hold_that_ended_may_be_spent_in_the_same_batch(database, ids):
    await post(database, a_posting(a_hold(500, ids[1], ids[2], seconds=1)))
    assert not (await post(database, a_posting(a_transfer(500, ids[1], ids[2]))))[0].is_accepted
    assert (await post(database, a_posting(a_transfer(500, ids[1], ids[2])), at=NOW + SECOND))[0].is_accepted


async def test_without_an_instant_the_databases_clock_decides(database, ids):
    async with database.transaction() as tx:
        hold = a_hold(5, ids[1], ids[2], seconds=60)
        (answer,) = await api.post(tx, [a_posting(hold)])
        assert await tx.fetchval("select $1 between now() and clock_timestamp()", answer.at)
        (found,) = await api.list_holds(tx, [hold.hold_id])
    assert found.expires_at == answer.at + 60 * SECOND


async def test_limits_change_only_to_what_the_account_keeps(database, ids):
    async with database.transaction() as tx:
        await api.set_limits(tx, ids[1], 500, 600)
    (answer,) = await post(database, a_posting(a_transfer(101, *ids[:2])))
    assert (answer.refusal, answer.short_minor) == (RefusalCode.ABOVE_CEILING, 1)
    for limits in ((501, None), (None, 499)):
        with pytest.raises(LimitsBroken):
            async with database.transaction() as tx:
                await api.set_limits(tx, ids[1], *limits)
    with pytest.raises(AccountNotFound):
        async with database.transaction() as tx:
            await api.set_limits(tx, uuid4(), 0, None)


async def test_only_an_empty_account_is_closed_and_then_takes_nothing(database, ids):
    with pytest.raises(AccountHoldsMoney):
        async with database.transaction() as tx:
            await api.close_account(tx, ids[1], NOW)
    async with database.transaction() as tx:
        await api.close_account(tx, ids[2], NOW)
    (answer,) = await post(database, a_posting(a_transfer(1, ids[1], ids[2])))
    assert answer.refusal is RefusalCode.ACCOUNT_CLOSED


async def test_only_the_owner_and_staff_see_an_account(database, ids):
    stranger = replace(OWNER, shop_id=an_id("owner 1"))
    blind = replace(OWNER, permissions=frozenset({"finance:view"}))
    async with database.read() as tx:
        assert (await api.get_balance(tx, OWNER, ids[1])).available_minor == 500
        assert [a.account_id for a in await api.list_accounts(tx, OWNER, an_id("owner 0"))] == [ids[1]]
        for actor, account_id in ((stranger, ids[1]), (OWNER, ids[0]), (OWNER, uuid4())):
            with pytest.raises(AccountNotFound):
                await api.get_balance(tx, actor, account_id)
        with pytest.raises(NotAllowed):
            await api.get_balance(tx, blind, ids[1])
        staff = replace(OWNER, kind=ActorKind.STAFF, shop_id=None)
        assert (await api.get_balance(tx, staff, ids[0])).is_simulated


async def test_a_sale_from_payment_to_refund_leaves_the_books_as_they_were(database):
    sale = a_sale(creator_minor=0)
    async with database.transaction() as tx:
        accounts = await api.open_sale_accounts(tx, SHOP, sale.creator_id, "CNY", NOW)
        assert accounts == api.accounts_of_sale(SHOP, sale.creator_id, "CNY")
        postings = [
            api.payment_held(sale, accounts, 900), api.payment_captured(sale, accounts),
            api.refund_from_escrow(sale, accounts, Refunding(uuid4(), 0, 3_333)),
            api.goods_received(sale, accounts, 3_333),
            api.refund_after_release(sale, accounts, Refunding(uuid4(), 3_333, 6_667)),
        ]  # fmt: skip
        assert [api.check_answer(a).is_accepted for a in await api.post(tx, postings)] == [True] * 5
        lines = await api.list_entries(tx, SYSTEM, accounts.escrow_id)
    names = ("clearing", "escrow", "merchant", "commission", "subsidy", "creator")
    assert [await balance(database, getattr(accounts, f"{n}_id")) for n in names] == [(0, 0, 0)] * 6
    assert {line.is_simulated for line in lines} == {True}


async def test_the_log_takes_no_change(database, ids):
    for change in ("update ledger.entry set amount_minor = 1", "delete from ledger.entry", "truncate ledger.entry",
                   "delete from ledger.batch"):  # fmt: skip
        with pytest.raises(Exception, match="is append-only"):
            async with database.transaction() as tx:
                await tx.execute(change)
