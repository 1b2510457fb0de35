"""Is what the shoppers were told what the record says? Every acknowledged order is there, once, at its price.

Counted from the tables themselves, past every api, or it would prove nothing. Money that the bank took must have paid
its orders; letters are on their way for a moment, so that is asked again until `SETTLE_SECONDS_MAX`.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from peakday.apps.rehearsal.shopper import Acknowledged
from peakday.kernel.database import Database, Tx
from peakday.kernel.ids import read_id
from peakday.market.accounts.model import BUYER_PREFIX
from peakday.trade.orders.model import CHECKOUT_PREFIX, ORDER_PREFIX

SETTLE_SECONDS_MAX = 300.0
SETTLE_LOOK_SECONDS = 2.0
SHOWN_MAX = 20


@dataclass(frozen=True, slots=True)
class Comparison:
    """What was told against what stands."""

    told_checkouts: int
    told_orders: int
    told_paid: int
    lost: int  # told, and not in the record
    other_price: int  # told one amount, recorded another
    doubled: int  # a shopper's one wish stands more than once
    unpaid: int  # the bank took the money, the orders wait
    untold: int  # in the record, though no answer reached the shopper
    settle_seconds: float
    examples: tuple[str, ...]

    @property
    def is_true(self) -> bool:
        """Whether nothing was lost, doubled or mispriced."""
        return not (self.lost or self.other_price or self.doubled or self.unpaid)


async def compare(database: Database, told: Sequence[Acknowledged], buyer_ids: Sequence[str]) -> Comparison:
    """The shoppers' words against the record."""
    begun = time.monotonic()
    async with database.transaction() as tx:
        await _lay_out(tx, told, buyer_ids)
        while True:
            row = await tx.fetchrow(_COMPARE)
            assert row is not None
            waited = time.monotonic() - begun
            if not row["unpaid"] or waited > SETTLE_SECONDS_MAX:
                break
            await asyncio.sleep(SETTLE_LOOK_SECONDS)
        examples = await tx.fetch(_EXAMPLES, SHOWN_MAX)
    paid = sum(one.is_paid for one in told)
    orders = sum(len(one.order_ids) for one in told)
    return Comparison(
        len(told), orders, paid, row["lost"], row["other_price"], row["doubled"], row["unpaid"], row["untold"], waited,
        tuple(str(UUID(bytes=each["checkout_id"].bytes)) for each in examples),
    )  # fmt: skip


async def _lay_out(tx: Tx, told: Sequence[Acknowledged], buyer_ids: Sequence[str]) -> None:
    await tx.execute(
        "create temporary table told (checkout_id uuid, payable_minor bigint, is_paid bool) on commit drop;"
        "create temporary table told_order (checkout_id uuid, order_id uuid) on commit drop;"
        "create temporary table shopper (buyer_id uuid primary key) on commit drop"
    )
    checkouts = [(read_id(CHECKOUT_PREFIX, one.checkout_id), one.payable_minor, one.is_paid) for one in told]
    orders = [(checkout[0], read_id(ORDER_PREFIX, each))
              for one, checkout in zip(told, checkouts, strict=True) for each in one.order_ids]  # fmt: skip
    await tx.copy_records_to_table("told", records=checkouts)
    await tx.copy_records_to_table("told_order", records=orders)
    await tx.copy_records_to_table(
        "shopper", records=[(each,) for each in {read_id(BUYER_PREFIX, b) for b in buyer_ids}]
    )
    await tx.execute("analyze told; analyze told_order; analyze shopper")


_LOST = """
    select t.checkout_id from told t
    where not exists (select from orders.checkout c where c.checkout_id = t.checkout_id)
    union all
    select t.checkout_id from told_order t where not exists (
        select from orders.customer_order o where o.order_id = t.order_id and o.checkout_id = t.checkout_id)
"""
_COMPARE = f"""
with stands as (select c.* from orders.checkout c join shopper using (buyer_id))
select
    (select count(*) from ({_LOST}) lost) as lost,
    (select count(*) from told t join stands s using (checkout_id) where s.payable_minor <> t.payable_minor)
        as other_price,
    (select coalesce(sum(n - 1), 0)::bigint from (
        select count(*) as n from stands group by buyer_id having count(*) > 1
        union all
        select count(*) from (select unnest(order_ids) as order_id from stands) s
        join orders.customer_order using (order_id)
        group by order_id having count(*) > 1) more) as doubled,
    (select count(distinct t.checkout_id) from told t join told_order d using (checkout_id)
        join orders.customer_order o using (order_id) where t.is_paid and o.paid_at is null) as unpaid,
    (select count(*) from stands s where not exists (select from told t where t.checkout_id = s.checkout_id)) as untold
"""
_EXAMPLES = f"select distinct checkout_id from ({_LOST}) lost limit $1"
