"""Do the extracted facts say what the record says?

Brings the extract up to the record, then compares what readers see with PostgreSQL, month by month: rows and money of
each relation, and that each file still holds what the manifest says. Another difference than zero is a finding.
"""

from dataclasses import dataclass

from peakday.insight.metrics.facts import FactStore
from peakday.kernel.audit import FINDINGS_MAX, Finding
from peakday.kernel.database import Tx
from peakday.kernel.house import House

ROOM = "metrics"
# nothing tells the extract of rows that were deleted or changed by hand; the record decides, so all are read again
REMEDY = "peakday facts rebuild"


@dataclass(frozen=True, slots=True)
class Sums:
    """The same sums of one relation, asked of the facts and of the record: key, rows, money…"""

    relation: str
    facts: str
    record: str


_MONTH = "coalesce(to_char({} at time zone 'UTC', 'YYYY-MM'), 'none')"
_FACT_MONTH = "coalesce(strftime({}, '%Y-%m'), 'none')"
_ORDER_MONEY = ("list_minor", "discount_minor", "postage_minor", "paid_minor", "refund_minor")


def _sums(columns: tuple[str, ...], table: str = "") -> str:
    return ", ".join(f"coalesce(sum({table}{column}), 0)::bigint" for column in columns)


COMPARED = (
    Sums(
        "orders",
        f"select {_FACT_MONTH.format('created_at')}, count(*), count(paid_at), {_sums(_ORDER_MONEY)}"
        " from orders group by 1",
        f"select {_MONTH.format('created_at')}, count(*), count(paid_at), {_sums(_ORDER_MONEY)}"
        " from orders.customer_order group by 1",
    ),
    Sums(
        "order_lines",
        f"select {_FACT_MONTH.format('created_at')}, count(*), count(paid_at),"
        f" {_sums(('quantity', 'list_minor', 'paid_minor'))} from order_lines group by 1",
        f"select {_MONTH.format('o.created_at')}, count(*), count(o.paid_at),"
        f" {_sums(('quantity', 'list_minor', 'paid_minor'), 'l.')}"
        " from orders.line l join orders.customer_order o using (shop_id, order_id) group by 1",
    ),
    Sums(
        "refunds",
        f"select {_FACT_MONTH.format('completed_at')}, count(*), {_sums(('amount_minor',))} from refunds group by 1",
        f"select {_MONTH.format('completed_at')}, count(*), {_sums(('amount_minor',))}"
        " from orders.refund where completed_at is not null group by 1",
    ),
    Sums("items", "select status, count(*), coalesce(sum(list_price_minor), 0)::bigint from items group by 1",
         "select status, count(*), coalesce(sum(list_price_minor), 0)::bigint from catalog.item group by 1"),
    Sums("categories", "select 'all', count(*) from categories", "select 'all', count(*) from catalog.category"),
    Sums("brands", "select 'all', count(*) from brands", "select 'all', count(*) from catalog.brand"),
    Sums("shops", "select 'all', count(*) from shops", "select 'all', count(*) from shops.shop"),
)  # fmt: skip


async def audit(house: House) -> list[Finding]:
    """Every disagreement between the facts and the record."""
    store = house.get(FactStore)
    await store.extract()
    await store.refresh(at_once=True)
    findings: list[Finding] = []
    for path, stated, found in await store.count_files():
        if stated != found:
            findings.append(
                Finding(ROOM, "files hold what the manifest says", path, f"manifest {stated}, file {found}", REMEDY)
            )
    for compared in COMPARED:
        if compared.relation in store.relations:
            findings.extend(await _compare(house, store, compared))
    return findings[:FINDINGS_MAX]


async def _compare(house: House, store: FactStore, compared: Sums) -> list[Finding]:
    async with house.database.read() as connection:
        record = await _record_sums(connection, compared.record)
    facts = {str(key): tuple(sums) for key, *sums in await store.fetch(compared.facts, {})}
    differing = [key for key in sorted(facts.keys() | record.keys()) if facts.get(key) != record.get(key)]
    return [
        Finding(
            ROOM, "facts equal the record", f"{compared.relation} {key}",
            f"facts {facts.get(key)}, record {record.get(key)}", REMEDY,
        )
        for key in differing
    ]  # fmt: skip


async def _record_sums(connection: Tx, sql: str) -> dict[str, tuple[object, ...]]:
    return {str(row[0]): tuple(row)[1:] for row in await connection.fetch(sql)}
