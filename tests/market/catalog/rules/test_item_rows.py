"""Which rows are items, and is every fault of the others named with row, field, value and remedy?"""

from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peakday.market.catalog.model import Category, category_id_of, item_id_of, sku_id_of
from peakday.market.catalog.rules.category_names import CategoryNames
from peakday.market.catalog.rules.item_columns import COLUMN_NAMES
from peakday.market.catalog.rules.item_rows import ItemFile, check_items

SHOP = UUID(int=7)


def _category(name, english, parent=None, leaf=True):
    path = f"{parent.path} / {name}" if parent else name
    path_en = f"{parent.path_en} / {english}" if parent else english
    return Category(category_id_of("t", path), None, name, english, path, path_en, leaf, "t", path)


CLOTHES = _category("服装", "Clothes", leaf=False)
DRESS = _category("连衣裙", "Dress", CLOTHES)
KIDS = _category("童装", "Kids", leaf=False)
KIDS_DRESS = _category("连衣裙", "Kids dress", KIDS)
SHOES = _category("鞋", "Shoes")
NAMES = CategoryNames([CLOTHES, DRESS, KIDS, KIDS_DRESS, SHOES])
GOOD = {"item_ref": "P1", "title": "红裙", "list_price": "99.00"}


def _check(*rows, zone=None, currency="CNY"):
    names = [name for name in COLUMN_NAMES if any(name in row for row in rows)]
    file = ItemFile(SHOP, {name: place for place, name in enumerate(names)}, NAMES, currency, zone)
    columns = [[row.get(name, "") for row in rows] for name in names]
    return check_items(file, columns, range(2, 2 + len(rows)))


def _faults(checked):
    return [(problem.row, problem.field, problem.code, problem.value) for problem in checked.problems]


def _one(**fields):
    return _check(GOOD | fields)


@pytest.mark.parametrize(
    ("typed", "minor"),
    [("99", 9900), ("99.5", 9950), ("1,299.00", 129900), ("¥1,299", 129900), ("￥99.00", 9900),
     ("１２９９．５０", 129950),
     ("1299元", 129900), ("0", 0), (" 12.30 ", 1230)],
)  # fmt: skip
def test_prices_are_read_as_people_write_them(typed, minor):
    checked = _one(list_price=typed)
    assert (checked.problems, checked.table["list_price"].to_pylist()) == ([], [minor])


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("list_price", "-1", "negative"), ("list_price", "面议", "not_an_amount"),
        ("list_price", "1.999", "too_many_decimals"),
        ("list_price", "", "missing"), ("title", " ", "missing"), ("item_ref", "", "missing"),
        ("title", "长" * 256, "too_long"), ("quantity", "-3", "negative"), ("quantity", "1.5", "not_a_number"),
        ("quantity", "many", "not_a_number"), ("cost", "abc", "not_an_amount"), ("status", "maybe", "unknown_status"),
        ("listed_at", "2022-11-11 20:00:00", "time_without_zone"),
        ("listed_at", "2022-02-30T00:00:00Z", "not_a_time"),
        ("listed_at", "soon", "not_a_time"), ("images", "ftp://x/y.jpg", "not_an_address"),
        ("images", "javascript:alert(1)", "not_an_address"), ("spec", "红色", "not_pairs"),
        ("spec", '{"a": {"b": 1}}', "not_pairs"), ("spec", '{"a": "\\u0000"}', "not_pairs"),
        ("category", "鞋子帽子", "unknown_category"),
        ("category", "服装", "category_not_leaf"), ("category", "连衣裙", "ambiguous_category"),
    ],
)  # fmt: skip
@pytest.mark.capability("QN-07")
def test_a_bad_field_refuses_its_row_and_is_named(field, value, code):
    checked = _check(GOOD | {field: value}, GOOD | {"item_ref": "P2"})
    assert checked.table["item_ref"].to_pylist() == ["P2"]
    ((row, named, found, shown),) = _faults(checked)
    assert (row, named, found) == (2, field, code)
    assert shown == (value.strip() or None)
    assert checked.problems[0].remedy.zh
    assert checked.problems[0].remedy.en


def test_all_faults_of_a_row_are_named():
    checked = _one(list_price="x", quantity="-1", category="nowhere at all")
    assert {(field, code) for _, field, code, _ in _faults(checked)} == {
        ("list_price", "not_an_amount"), ("quantity", "negative"), ("category", "unknown_category"),
    }  # fmt: skip


def test_an_unknown_category_names_the_nearest_known_ones():
    (problem,) = _one(category="连衣群").problems
    assert "连衣裙" in problem.remedy.zh


@pytest.mark.parametrize("name", ["服装 / 连衣裙", "服装/连衣裙", "服装>连衣裙", "dress", "DRESS"])
def test_a_category_is_found_by_path_or_either_name(name):
    assert _one(category=name).table["category_id"].to_pylist() == [str(DRESS.category_id)]


def test_a_time_without_zone_is_read_in_the_zone_of_the_file():
    checked = _check(GOOD | {"listed_at": "2022-11-11 20:00:00"}, zone="Asia/Shanghai")
    assert checked.table["listed_at"][0].as_py().isoformat() == "2022-11-11T12:00:00+00:00"


def test_a_repeated_number_is_taken_once_and_names_the_first_row():
    checked = _check(GOOD, GOOD | {"title": "另一个"}, GOOD | {"item_ref": "P2"})
    assert checked.table["title"].to_pylist() == ["红裙", "红裙"]
    assert _faults(checked) == [(3, "item_ref", "duplicate", "P1")]
    assert "row 2" in checked.problems[0].message.en


def test_a_bad_row_does_not_count_as_the_first_of_its_number():
    checked = _check(GOOD | {"list_price": "x"}, GOOD)
    assert checked.table["row_no"].to_pylist() == [3]
    assert [code for _, _, code, _ in _faults(checked)] == ["not_an_amount"]


def test_the_same_item_may_stand_in_several_rows_with_several_skus():
    checked = _check(GOOD | {"sku_ref": "S", "spec": "尺码:S"}, GOOD | {"sku_ref": "L", "spec": "尺码:L;颜色:红"})
    assert checked.problems == []
    assert checked.table["spec"].to_pylist() == ['{"尺码": "S"}', '{"尺码": "L", "颜色": "红"}']


@given(
    st.lists(st.tuples(st.text("aé中7-_", min_size=1, max_size=8), st.text("xyz", min_size=1, max_size=3)), max_size=20)
)
def test_bulk_ids_are_those_of_the_model(pairs):
    shop = uuid4()
    names = {"item_ref": 0, "title": 1, "list_price": 2, "sku_ref": 3}
    items, skus = [item for item, _ in pairs], [sku for _, sku in pairs]
    columns = [items, ["t"] * len(pairs), ["1"] * len(pairs), skus]
    table = check_items(ItemFile(shop, names, NAMES), columns, range(len(pairs))).table
    for row in table.to_pylist():
        assert UUID(row["item_id"]) == item_id_of(shop, row["item_ref"])
        assert UUID(row["sku_id"]) == sku_id_of(shop, row["item_ref"], row["sku_ref"])


@given(st.decimals(0, 10**9, places=2), st.booleans())
@settings(max_examples=200)
def test_any_amount_is_exact_to_the_cent(amount, grouped):
    text = f"{amount:,.2f}" if grouped else f"{amount:.2f}"
    checked = _one(list_price=text)
    assert checked.table["list_price"].to_pylist() == [int(Decimal(amount) * 100)]
