"""What happens by itself in a history? Letters arrive, the clock goes on and jumps, and the duties of the house run."""

from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from peakday.apps.simulation.living import hear_of_payment
from peakday.apps.simulation.stage import Stage
from peakday.kernel.database import Tx
from peakday.trade.orders import api as orders
from peakday.trade.orders.model import Refund
from peakday.trade.payments import api as payments
from peakday.trade.payments.model import Notice, Taken

LETTERS_A_ROUND = 40
UNANSWERED = timedelta(minutes=2)
DAYS_OF_JUMP_MAX = 4.0
SECONDS_BACK_MAX = 180.0
SECONDS_A_ROUND_MAX = 240.0


async def deliver_letters(stage: Stage) -> int:
    """Letters arrive in one go; those whose taking died are sent again."""
    arrived = stage.bank.take_letters(LETTERS_A_ROUND)
    if not arrived:
        return 0
    gateway = payments.gateway_of(stage.house, stage.bank.name)
    notices = [await gateway.read_callback(stage.bank.write(one), stage.clock.now()) for one in arrived]
    taken = await stage.attempt("letters", lambda tx: _settle(tx, notices, stage))
    if taken is None:
        for notice in arrived:
            stage.bank.resend(notice)
        return len(arrived)
    for one in taken:
        stage.note("letter", one.effect.value)
        hear_of_payment(stage, one)
    return len(arrived)


async def run_duties(stage: Stage) -> int:
    """All duties of the worker, once."""
    now = stage.clock.now()
    closed = await stage.attempt("close unpaid", lambda tx: orders.close_unpaid(tx, now))
    stage.note("close unpaid", "closed", closed or 0)
    forfeited = await stage.attempt("close unpaid tails", lambda tx: orders.close_unpaid_tails(tx, now))
    stage.note("close unpaid tails", "forfeited", forfeited or 0)
    received = await stage.attempt("receive by time", lambda tx: orders.receive_by_time(tx, now))
    stage.note("receive by time", "received", received or 0)
    for shop_id, refund_id in await stage.attempt("overdue", lambda tx: orders.list_overdue(tx, now)) or ():
        await stage.attempt("answer overdue", partial(_answer_overdue, shop_id, refund_id, now))
    await stage.attempt_outside("tell refunds", lambda: payments.tell_refunds(stage.house))
    await stage.attempt_outside("pay amends", lambda: payments.pay_amends(stage.house))
    await stage.attempt_outside(
        "ask bank", lambda: orders.settle_unanswered(stage.house, stage.clock.now() - UNANSWERED)
    )
    return 7


def move_clock(stage: Stage) -> None:
    """A few seconds on; now and then far ahead, or back."""
    if stage.chance(stage.plan.faults.clock_jump):
        if stage.chance(0.5):
            stage.clock.move(timedelta(days=stage.random.random() * DAYS_OF_JUMP_MAX))
            stage.note("clock", "jumped ahead")
        else:
            stage.clock.move(-timedelta(seconds=stage.random.random() * SECONDS_BACK_MAX))
            stage.note("clock", "jumped back")
    else:
        stage.clock.move(timedelta(seconds=stage.random.random() * SECONDS_A_ROUND_MAX))


async def _answer_overdue(shop_id: UUID, refund_id: UUID, now: datetime, tx: Tx) -> Refund:
    return await orders.answer_overdue(tx, shop_id, refund_id, now)


async def _settle(tx: Tx, notices: list[Notice], stage: Stage) -> list[Taken]:
    return await orders.settle_notices(tx, notices, stage.clock.now())
