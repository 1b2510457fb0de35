"""Is every order counted once when the process that counts is killed without a word?"""

import asyncio
import signal
import sys
from datetime import UTC, datetime

import pytest

from peakday.insight.advisor.audit import audit
from peakday.insight.advisor.board.counting import counting
from peakday.kernel.outbox import deliver_in_bulk
from tests.insight.advisor.board.selling import open_selling

OPENS = datetime(2026, 11, 11, 2, 0, tzinfo=UTC)
ORDERS = 150
WAITING = "select count(*) from kernel.outbox where settled_at is null and topic = 'orders.OrderPaid.v1'"
COUNTED = "select sum(orders)::int from advisor.board_minute join advisor.board using (board_no) where shop_id is null"
COUNTER = """
import asyncio, sys
from datetime import UTC, datetime
from peakday.insight.advisor.board.counting import counting
from peakday.kernel.clock import FixedClock
from peakday.kernel.database import connect
from peakday.kernel.outbox import deliver_in_bulk

async def main():
    database = await connect(sys.argv[1], pool_size=2)
    reaction, clock = counting(), FixedClock(datetime(2026, 11, 11, 12, 0, tzinfo=UTC))
    while await deliver_in_bulk(database, [reaction], clock, 3):
        print("counted", flush=True)

asyncio.run(main())
"""


@pytest.mark.capability("TE-11")
async def test_the_board_equals_the_record_after_a_kill(house, database_url):
    async with house.database.transaction() as tx:
        selling = await open_selling(tx, house.clock.now())
        await selling.pay_at_random(tx, OPENS, ORDERS)
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", COUNTER, database_url, stdout=asyncio.subprocess.PIPE
    )
    assert child.stdout is not None
    for _ in range(5):
        assert await child.stdout.readline() == b"counted\n"
    await asyncio.sleep(0.013)  # somewhere in a round
    child.send_signal(signal.SIGKILL)
    await child.communicate()
    rest = 0
    async with house.database.read() as connection:
        while await connection.fetchval(WAITING):
            rest += await deliver_in_bulk(house.database, [counting()], house.clock)
    assert 0 < rest < ORDERS
    async with house.database.read() as connection:
        assert await connection.fetchval(COUNTED) == ORDERS
    assert await audit(house) == []
