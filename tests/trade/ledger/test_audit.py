"""Does the audit pass on true books, and find each planted corruption?"""

import pytest

from peakday.trade.ledger import api
from peakday.trade.ledger.audit import SEALS_NAME, audit
from peakday.trade.ledger.model import Settle, Void
from tests.trade.ledger.builders import NOW, SECOND, a_hold, a_posting, a_transfer, people

OPEN_LOG = "alter table ledger.entry disable trigger all; alter table ledger.batch disable trigger all; "


@pytest.fixture
async def stored(house):
    """Ten entries in three batches: transfers, a linked posting, holds settled, voided, ended and open; a refusal."""
    async with house.database.transaction() as tx:
        ids = await api.open_accounts(tx, people(2), NOW)
        holds = [a_hold(10 * i, ids[1], ids[2], seconds=60 * i) for i in range(1, 5)]
        await api.post(tx, [a_posting(a_transfer(500, *ids[:2]), a_transfer(40, ids[1], ids[2]), ref="first")], NOW)
        await api.post(tx, [a_posting(hold) for hold in holds], NOW + SECOND)
        await api.post(tx, [
            a_posting(Settle(holds[1].hold_id, 15)), a_posting(Void(holds[2].hold_id)),
            a_posting(a_transfer(10_000, ids[1], ids[2])),
        ], NOW + 61 * SECOND)  # fmt: skip
    return house


async def found_by(house):
    return {finding.invariant for finding in await audit(house)}


async def test_true_books_pass_and_are_sealed(stored):
    assert await audit(stored) == []
    assert b'"entry_no":9' in (stored.settings.home / SEALS_NAME).read_bytes()


async def test_empty_books_pass_without_a_seal(house):
    assert await audit(house) == []
    assert not (house.settings.home / SEALS_NAME).exists()


@pytest.mark.parametrize("invariant, corruption", [
    ("chain_is_whole", "update ledger.entry set amount_minor = amount_minor + 1 where entry_no = 1"),
    ("chain_is_whole", "update ledger.entry set at = at + interval '1 microsecond' where entry_no = 4"),
    ("chain_is_whole", "update ledger.entry set at = 'infinity' where entry_no = 4"),
    ("chain_is_whole", "update ledger.entry set currency = 'CNYX' where entry_no = 2"),
    ("chain_is_whole", "update ledger.entry set hash = decode(repeat('ab', 32), 'hex') where entry_no = 9"),
    ("chain_is_whole", "update ledger.entry set debit_id = credit_id, credit_id = debit_id where entry_no = 1"),
    ("chain_is_whole", "update ledger.entry set expires_at = null where entry_no = 3"),
    ("chain_is_whole", "delete from ledger.entry where entry_no = 5"),
    ("chain_is_whole", "delete from ledger.entry where entry_no = 9"),
    ("chain_is_whole", "update ledger.posting set ref = 'other' where ref = 'first'"),
    ("chain_is_whole", "update ledger.posting set is_simulated = true where ref = 'first'"),
    ("chain_is_whole", "delete from ledger.posting where ref = 'first'"),
    ("chain_is_whole", "update ledger.head set entry_no = 8"),
    ("chain_is_whole", "delete from ledger.entry where entry_no > 7; update ledger.head set entry_no = 7"),
    ("figures_are_the_sum_of_entries", "update ledger.account set net_minor = net_minor + 1 where kind = 'clearing'"),
    ("figures_are_the_sum_of_entries", "delete from ledger.account where kind = 'clearing'"),
    ("figures_are_the_sum_of_entries", "update ledger.account set pending_debits_minor = 0"),
    ("entry_figures_follow", "update ledger.entry set credit_net_after = 0 where entry_no = 2"),
    ("entry_is_in_the_accounts_currency", "update ledger.account set currency = 'EUR' where kind = 'clearing'"),
    ("books_sum_to_zero", "update ledger.account set net_minor = net_minor + 1 where kind = 'clearing'"),
    ("account_is_within_its_limits", "update ledger.account set floor_minor = 10000 where kind = 'merchant'"),
    ("account_is_within_its_limits", "update ledger.account set ceiling_minor = 1"),
    ("hold_is_what_its_entries_say", "update ledger.hold set amount_minor = amount_minor + 1 where status = 'open'"),
    ("hold_is_what_its_entries_say", "update ledger.hold set expires_at = null where status = 'open'"),
    ("hold_is_what_its_entries_say", "update ledger.hold set settled_minor = 20 where status = 'settled'"),
    ("hold_is_what_its_entries_say", "update ledger.hold set status = 'voided' where status = 'expired'"),
    ("hold_entry_has_its_hold", "delete from ledger.hold where status = 'open'"),
    ("hold_entry_has_its_hold", ("update ledger.hold set status = 'open', settled_minor = 0, closed_entry_no = null"
     " where status = 'settled'")),
    ("posting_has_its_entries", "update ledger.posting set entries = 1 where ref = 'first'"),
    ("posting_has_its_entries", "update ledger.posting set at = at + interval '1 second' where ref = 'first'"),
    ("posting_has_its_entries", "delete from ledger.entry where entry_no = 2"),
    ("batches_cover_the_chain", "delete from ledger.batch where first_entry_no = 3"),
    ("batches_cover_the_chain", "update ledger.batch set at = at - interval '1 hour' where first_entry_no = 3"),
    ("batches_cover_the_chain", "delete from ledger.batch where last_entry_no = 9"),
])  # fmt: skip
async def test_a_planted_corruption_is_found(stored, invariant, corruption):
    async with stored.database.transaction() as tx:
        await tx.execute(OPEN_LOG + corruption)
    assert invariant in await found_by(stored)
    assert not (stored.settings.home / SEALS_NAME).exists()


async def test_a_chain_that_was_written_anew_does_not_pass_through_the_seal(stored):
    await audit(stored)
    async with stored.database.transaction() as tx:
        await tx.execute(OPEN_LOG + "truncate ledger.entry, ledger.posting, ledger.hold, ledger.batch, ledger.account;"
            " update ledger.head set entry_no = 0, hash = decode(repeat('00', 32), 'hex')")  # fmt: skip
        ids = await api.open_accounts(tx, people(2), NOW)
        await api.post(tx, [a_posting(a_transfer(1, *ids[:2])) for _ in range(12)], NOW + 100 * SECOND)
    (finding,) = await audit(stored)
    assert (finding.subject, finding.detail) == (
        "entry 9",
        "the chain does not pass through what an earlier audit sealed",
    )


async def test_a_chain_that_ends_before_a_seal_is_found(stored):
    await audit(stored)
    async with stored.database.transaction() as tx:
        await tx.execute(OPEN_LOG + "truncate ledger.entry, ledger.posting, ledger.hold, ledger.batch, ledger.account;"
            " update ledger.head set entry_no = 0, hash = decode(repeat('00', 32), 'hex')")  # fmt: skip
    (finding,) = await audit(stored)
    assert (finding.subject, finding.detail) == ("entry 9", "an earlier audit sealed it, it is gone")


async def test_a_seal_that_was_cut_off_by_a_crash_is_passed_over(stored):
    (stored.settings.home / SEALS_NAME).write_bytes(b'\n{"entry_no":3,"ha')
    assert await audit(stored) == []
