"""Does the audit find a cart that lies, a line without goods, a cart without a buyer? And nothing in a sound one?"""

from uuid import uuid4

import pytest

from peakday.trade.carts.audit import audit
from peakday.trade.carts.jobs import sweep


@pytest.mark.parametrize(
    ("spoil", "invariant"),
    [
        ("update carts.cart set lines = 3", "cart_counts_its_lines"),
        ("delete from carts.cart", "cart_counts_its_lines"),
        ("update carts.line set sku_id = gen_random_uuid() where quantity = 2", "line_names_a_sku"),
        ("insert into carts.favourite values (gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 1, now())",
         "favourite_names_a_sku"),
        ("insert into carts.cart (buyer_id, changed_at) values (gen_random_uuid(), now())", "cart_has_a_buyer"),
    ],
)  # fmt: skip
@pytest.mark.capability("TE-02")
async def test_a_planted_fault_is_found(aisle, spoil, invariant):
    await aisle.add(1, 2)
    await aisle.add(2, 1)
    assert await audit(aisle.house) == []
    async with aisle.house.database.transaction() as tx:
        await tx.execute(spoil)
    assert {finding.invariant for finding in await audit(aisle.house)} == {invariant}


async def test_the_sweep_drops_what_is_too_old_only(aisle):
    await aisle.add(1)
    async with aisle.house.database.transaction() as tx:
        for age in ("2 days", "1 hour"):
            await tx.execute(
                "insert into carts.removal values ($1, $2, now() - $3::text::interval, '[]')", aisle.buyer, uuid4(), age
            )
            await tx.execute(
                "insert into carts.cart (buyer_id, changed_at) values ($1, now() - $2::text::interval * 20)",
                uuid4(),
                age,
            )
    await sweep(aisle.house)
    async with aisle.house.database.read() as tx:
        assert await tx.fetchval("select count(*) from carts.removal") == 1
        assert await tx.fetchval("select count(*) from carts.cart") == 2
    assert await aisle.pieces() == {1: 1}
