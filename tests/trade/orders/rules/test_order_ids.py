"""Do ids of orders repeat with their source, and sort with their time?"""

from datetime import timedelta
from uuid import UUID

from peakday.trade.orders.rules.order_ids import first_order_id_at, order_id_of
from tests.trade.orders.builders import AT, SHOP


def test_the_same_number_of_the_same_source_and_shop_is_the_same_order():
    assert order_id_of(AT, SHOP, "csv", "17") == order_id_of(AT, SHOP, "csv", "17")
    others = {
        order_id_of(AT, SHOP, "csv", "18"),
        order_id_of(AT, SHOP, "olist", "17"),
        order_id_of(AT, UUID(int=SHOP.int + 1), "csv", "17"),
        order_id_of(AT, SHOP, "csv", "17"),
    }
    assert len(others) == 4


def test_ids_sort_by_creation_and_the_bound_of_an_instant_lies_before_all_of_it():
    later = AT + timedelta(milliseconds=1)
    ids = [order_id_of(at, SHOP, "csv", str(n)) for n in range(50) for at in (AT, later)]
    bound = first_order_id_at(later)
    assert {one < bound for one in ids[0::2]} == {True}
    assert {one >= bound for one in ids[1::2]} == {True}
