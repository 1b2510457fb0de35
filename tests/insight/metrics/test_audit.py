"""Does the audit pass on true facts and find each planted corruption?"""

import json
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from peakday.insight.metrics.audit import audit
from peakday.insight.metrics.facts import FactStore
from peakday.insight.metrics.facts.manifest import FactFolder
from peakday.trade.orders.api import copy_facts
from tests.conftest import wait_for_older_work
from tests.insight.metrics.small_market import SHOP

PROVIDERS = dict.fromkeys(("orders", "order_lines", "refunds"), copy_facts)
NOON = datetime(2026, 11, 11, 4, tzinfo=UTC)


@pytest.fixture
async def audited(house):
    store = FactStore(house.database, house.clock, house.settings.facts_dir, PROVIDERS)
    house.add(store)
    async with house.database.transaction() as tx:
        for _ in range(3):
            await tx.execute(
                "insert into orders.customer_order (shop_id, order_id, source, source_ref, kind, terminal, status,"
                " currency, created_at, paid_at, list_minor, discount_minor, postage_minor, paid_minor, refund_minor)"
                " values ($1, $2, 'test', $3, 'spot', 'app', 'completed', 'CNY', $4, $4, 10, 0, 0, 10, 0)",
                SHOP, uuid4(), str(uuid4()), NOON,
            )  # fmt: skip
    await wait_for_older_work(house.database)
    assert await audit(house) == []
    yield house
    store.close()


async def test_a_record_changed_behind_the_extracts_back_is_found(audited) -> None:
    async with audited.database.transaction() as tx:
        await tx.execute("update orders.customer_order set paid_minor = 11")  # without marking the change
    found = await audit(audited)
    assert [(finding.invariant, finding.subject) for finding in found] == [("facts equal the record", "orders 2026-11")]


async def test_a_file_that_lost_rows_is_found(audited) -> None:
    folder = FactFolder(audited.settings.facts_dir)
    manifest = json.loads(folder.manifest_path.read_text())
    manifest["files"]["orders"][0]["rows"] = 4
    folder.manifest_path.write_text(json.dumps(manifest))
    found = await audit(audited)
    assert [finding.detail for finding in found] == ["manifest 4, file 3"]


async def test_a_row_deleted_from_the_record_is_found(audited) -> None:
    async with audited.database.transaction() as tx:
        await tx.execute(
            "delete from orders.customer_order where order_id in (select order_id from orders.customer_order limit 1)"
        )
    (finding,) = await audit(audited)
    assert (finding.subject, finding.remedy) == ("orders 2026-11", "peakday facts rebuild")


CORRUPTIONS = {
    "a row is deleted": "delete from orders.customer_order where source_ref = (select min(source_ref) from"
    " orders.customer_order)",
    "all rows are deleted": "delete from orders.customer_order",
    "a row is changed unmarked": "update orders.customer_order set paid_minor = 11",
}


@pytest.mark.parametrize("statement", CORRUPTIONS.values(), ids=CORRUPTIONS)
async def test_an_extract_made_anew_says_what_the_record_says_also_to_who_had_it_open(audited, statement) -> None:
    async with audited.database.transaction() as tx:
        await tx.execute(statement)
    assert await audit(audited) != []
    other = FactStore(audited.database, audited.clock, audited.settings.facts_dir, PROVIDERS)
    await other.extract(anew=True)
    other.close()
    assert await audit(audited) == []


async def test_an_extract_made_anew_needs_no_file_of_the_old_one(audited) -> None:
    for path in audited.settings.facts_dir.glob("orders/*.parquet"):
        path.write_bytes(b"not parquet")
    await audited.get(FactStore).extract(anew=True)
    assert await audit(audited) == []
