"""Which columns and rows of a file wish to enrol something?"""

import pyarrow as pa

from peakday.market.catalog.model import item_id_of, sku_id_of
from peakday.trade.sale_events.rules.entry_rows import check_entries, missing_columns, places_of
from tests.trade.price_history.builders import SHOP

HEADER = ("item_ref", "sku_ref", "price", "stock", "limit", "deposit")


def check(*rows):
    columns = [pa.array(values, pa.string()) for values in zip(*rows, strict=True)]
    return check_entries(SHOP, places_of(HEADER), "CNY", columns, range(2, 2 + len(rows)))


def test_columns_are_found_by_our_name_their_title_or_as_said():
    assert places_of(("活动价", " Item number ", "STOCK")) == {"price": 0, "item_ref": 1, "stock": 2}
    assert places_of(("货号", "price"), {"item_ref": "货号"}) == {"item_ref": 0, "price": 1}
    assert [problem.field for problem in missing_columns({"price": 0}, ("price",))] == ["item_ref", "stock"]
    assert missing_columns(places_of(HEADER), HEADER) == []


def test_a_row_becomes_a_wish_with_the_ids_of_its_numbers():
    rows = check([" tea ", "", "¥1,299.00", "10", "", ""], ["set", "big", "9", "1", "1", "3"])
    first, second = rows.wishes
    assert (first.item_id, first.sku_id, first.price_minor, first.limit) == (
        item_id_of(SHOP, "tea"),
        None,
        129_900,
        None,
    )
    assert (second.sku_id, second.deposit_minor, second.row) == (sku_id_of(SHOP, "set", "big"), 300, 3)
    assert (rows.refs, rows.problems) == ({2: "tea", 3: "big"}, [])


def test_a_number_of_our_own_export_loses_its_mark():
    [wish] = check(["'=tea", "'-1", "9", "1", "", ""]).wishes
    assert wish.sku_id == sku_id_of(SHOP, "=tea", "-1")
    [wish] = check(["'tea", "", "9", "1", "", ""]).wishes
    assert wish.item_id == item_id_of(SHOP, "'tea")


def test_each_bad_row_is_named_and_none_of_it_is_wished():
    rows = check(
        ["", "", "9", "1", "", ""], ["tea", "", "x", "1", "", ""], ["cup", "", "9", "1.5", "", ""],
        ["pot", "", "9", "1", "-1", ""], ["pan", "", "9", "1", "", "x"], ["lid" * 30, "", "9", "1", "", ""],
        ["jar", "", "9", "1", "", ""], ["jar", "", "8", "1", "", ""],
    )  # fmt: skip
    assert [wish.row for wish in rows.wishes] == [8]
    assert sorted((problem.row, problem.field, problem.code) for problem in rows.problems) == [
        (2, "item_ref", "missing"), (3, "price", "not_an_amount"), (4, "stock", "not_a_number"),
        (5, "limit", "negative"), (6, "deposit", "not_an_amount"), (7, "item_ref", "too_long"),
        (9, "sku_ref", "duplicate"),
    ]  # fmt: skip
