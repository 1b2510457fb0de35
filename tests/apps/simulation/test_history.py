"""Does a history of faults end well, is it the same again from its seed, and does it find a bug that is planted?"""

from dataclasses import replace

import pytest

from peakday.apps.simulation.history import run_history
from peakday.apps.simulation.model import Plan, SimulationFailed
from peakday.kernel.database.migrate import migrate
from peakday.trade.ledger import api as ledger
from peakday.trade.ledger.rules import decisions, escrow
from peakday.trade.orders import presale_store
from peakday.trade.orders.actions import ask_refunds
from peakday.trade.orders.rules.refund_amounts import RefundedBefore
from peakday.trade.payments.actions import give_back
from peakday.trade.promotions import api as promotions
from peakday.trade.promotions.api import PresaleState
from peakday.trade.stock.actions import end_claims
from peakday.trade.stock.rules import claim_decisions, hold_states

PLAN = Plan(seed=7, steps=900, check_every=300)


async def test_a_faulty_history_ends_with_every_unit_and_every_cent_in_its_place(database_url, tmp_path):
    told = await run_history(database_url, tmp_path, PLAN)
    assert told.steps >= PLAN.steps
    assert told.checks >= 3
    for happened in ("place: done", "place: answer lost", "place: repeated", "letter: captured", "letter: repeated",
                     "pay: crashed", "ship: done", "receive: done", "agree: done", "cancel order: done",
                     "close unpaid: closed"):  # fmt: skip
        assert told.counts[happened] > 0, happened


async def test_the_same_seed_is_the_same_history(database_url, empty_database_url, tmp_path):
    migrate(empty_database_url)
    plan = replace(PLAN, steps=200)
    first = await run_history(database_url, tmp_path / "one", plan)
    second = await run_history(empty_database_url, tmp_path / "two", plan)
    assert first.counts == second.counts
    assert (first.steps, first.days) == (second.steps, second.days)


def a_level_that_never_empties(monkeypatch):
    """Stock: the last unit is sold again and again."""
    right = claim_decisions._take

    def wrong(claim, need, level, shelf):
        taken = right(claim, need, level, shelf)
        level.available += need.quantity if level.available < 3 else 0
        return taken

    monkeypatch.setattr(claim_decisions, "_take", wrong)


def units_that_come_back_twice_as_many(monkeypatch):
    """Stock: what is released comes back one too many."""
    right = hold_states.units_back
    monkeypatch.setattr(end_claims, "units_back", lambda here, quantity: right(here, quantity) + 1)


def a_refund_that_forgets_what_went_back(monkeypatch):
    """Refunds: pieces that went back before are given back again."""
    right = ask_refunds.refund_pieces
    monkeypatch.setattr(
        ask_refunds, "refund_pieces", lambda line, before, pieces: right(line, RefundedBefore(), pieces)
    )


def a_refund_of_one_cent_more(monkeypatch):
    """Refunds: the bank is told one minor unit more than the books say."""
    right = give_back.refund_pieces

    def wrong(refund, parts):
        pieces = right(refund, parts)
        return (replace(pieces[0], amount_minor=max(pieces[0].amount_minor - 1, 1)), *pieces[1:])

    monkeypatch.setattr(give_back, "refund_pieces", wrong)


def a_release_that_forgets_refunds(monkeypatch):
    """Ledger: on receipt the merchant gets what had gone back to the buyer, too."""
    right = escrow.goods_received
    monkeypatch.setattr(ledger, "goods_received", lambda sale, accounts, refunded=0: right(sale, accounts, 0))


def an_entry_that_moves_one_side_only(monkeypatch):
    """Ledger: now and then a transfer credits nobody."""
    right = decisions._Sitting._enter

    def wrong(self, debit, credit, effect, amount_minor, hold=None):
        right(self, debit, credit, effect, amount_minor, hold)
        if amount_minor % 7 == 3:
            credit.net += 1

    monkeypatch.setattr(decisions._Sitting, "_enter", wrong)


def a_forfeit_that_says_it_went_back(monkeypatch):
    """Presale: the shop keeps the deposit of an unpaid tail, and the buyer's order says that it was returned."""
    right = presale_store.move_presales

    async def wrong(tx, orders, there, at):
        await right(tx, orders, PresaleState.RETURNED if there is PresaleState.FORFEITED else there, at)

    monkeypatch.setattr(presale_store, "move_presales", wrong)


def a_coupon_that_stays_used(monkeypatch):
    """Coupons: an order that closes unpaid keeps its coupon."""

    async def wrong(tx, checkout_ids, reason, at):
        return None

    monkeypatch.setattr(promotions, "return_whole_uses", wrong)


@pytest.mark.parametrize(
    "plant",
    [
        a_level_that_never_empties,
        units_that_come_back_twice_as_many,
        a_refund_that_forgets_what_went_back,
        a_refund_of_one_cent_more,
        a_release_that_forgets_refunds,
        an_entry_that_moves_one_side_only,
        a_forfeit_that_says_it_went_back,
        a_coupon_that_stays_used,
    ],
    ids=lambda plant: plant.__name__,
)
async def test_a_planted_bug_is_found_and_named_by_its_seed(database_url, tmp_path, monkeypatch, plant):
    plant(monkeypatch)
    with pytest.raises(SimulationFailed) as failed:
        await run_history(database_url, tmp_path, replace(PLAN, seed=4, steps=3_000, check_every=150))
    assert failed.value.seed == 4
    assert str(failed.value).startswith("seed 4, step ")
