"""Do the extracts hold every row once, with market days, and only what changed since a transaction?"""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest

from peakday.trade.orders.api import RELATIONS, copy_facts, copy_orders
from tests.conftest import wait_for_older_work
from tests.trade.orders.builders import AT, SHOP, SOURCE, a_line, an_order

# 23:30 in UTC is the next day's morning in Shanghai
LATE = datetime(2026, 11, 10, 23, 30, tzinfo=UTC)


async def facts(tx, relation, since=None):
    buffer = io.BytesIO()
    await copy_facts(tx, relation, since, lambda data: buffer.write(data) and None)
    return list(csv.DictReader(io.StringIO(buffer.getvalue().decode())))


@pytest.fixture
async def stored(database):
    new = an_order("1", [a_line(1, 1000, off=100, refund=50, flags=("zero_price", "adjustment")), a_line(2)],
                   at=LATE, postage=7, flags=("zero_price",))  # fmt: skip
    async with database.transaction() as tx:
        await copy_orders(tx, SOURCE, [new, an_order("2", at=LATE, paid=False)], AT)
    return new.order


async def test_an_order_has_its_market_days_and_amounts(database, stored):
    async with database.read() as tx:
        row = next(row for row in await facts(tx, "orders") if row["order_id"] == str(stored.order_id))
    assert row == {
        "shop_id": str(SHOP), "order_id": str(stored.order_id), "checkout_id": "", "buyer_id": "", "source": SOURCE,
        "kind": "spot", "terminal": "pc", "region_id": "", "status": "completed", "currency": "CNY",
        "created_at": "2026-11-10 23:30:00", "paid_at": "2026-11-10 23:30:00",
        "created_day": "2026-11-11", "paid_day": "2026-11-11", "list_minor": "2000", "discount_minor": "100",
        "postage_minor": "7", "paid_minor": "1907", "refund_minor": "50", "simulated": "f", "flags": "zero_price",
    }  # fmt: skip


async def test_lines_carry_their_orders_times_and_their_own_flags(database, stored):
    async with database.read() as tx:
        rows = {
            row["line_no"]: row for row in await facts(tx, "order_lines") if row["order_id"] == str(stored.order_id)
        }
    assert rows.keys() == {"1", "2"}
    assert rows["1"]["flags"] == "zero_price|adjustment"
    assert (rows["1"]["paid_day"], rows["1"]["paid_minor"], rows["1"]["refund_minor"]) == ("2026-11-11", "900", "50")


async def test_an_unpaid_order_has_no_day_of_payment(database, stored):
    async with database.read() as tx:
        unpaid = [row for row in await facts(tx, "orders") if row["order_id"] != str(stored.order_id)]
    assert [(row["paid_at"], row["paid_day"], row["paid_minor"]) for row in unpaid] == [("", "", "1000")]


async def test_only_completed_refunds_are_facts(database, stored):
    async with database.transaction() as tx:
        await tx.execute("insert into orders.refund select shop_id, $1, order_id, 2, 5, null from orders.refund", SHOP)
        assert [row["amount_minor"] for row in await facts(tx, "refunds")] == ["50"]
        [row] = await facts(tx, "refunds")
    assert (row["completed_at"], row["completed_day"]) == ("2026-11-10 23:30:00", "2026-11-11")


async def test_a_delta_holds_what_later_transactions_wrote_and_nothing_else(database, stored):
    await wait_for_older_work(database)
    async with database.read() as tx:
        since = await tx.fetchval("select pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        for relation in RELATIONS:
            assert await facts(tx, relation, since) == []
    async with database.transaction() as tx:
        await copy_orders(tx, SOURCE, [an_order("3", [a_line(refund=1)], at=LATE + timedelta(days=1))], AT)
    async with database.read() as tx:
        sizes = {relation: len(await facts(tx, relation, since)) for relation in RELATIONS}
    assert sizes == {"orders": 1, "order_lines": 1, "refunds": 1}
