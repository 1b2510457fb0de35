"""Is the column that a person would choose proposed, with a reason, and nothing where nothing fits?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peakday.apps.importers.column_mapping import mapping_of, propose_mapping
from peakday.apps.importers.import_fields import FIELDS, FileKind

TMALL_REPORT = ["订单编号", "总金额", "买家实际支付金额", "收货地址 ", "订单创建时间", "订单付款时间 ", "退款金额"]
TMALL_ROW = ["1", "178.8", "178.8", "上海", "2020/2/21 0:00", "2020/2/21 0:02", "0"]
TAOBAO_ITEMS = ["宝贝ID", "宝贝标题", "价格", "类目", "宝贝数量", "上架时间"]
TAOBAO_ROW = ["52331", "夏季连衣裙", "¥1,299.00", "连衣裙", "12", "2022-10-01 12:00:00"]
RETAIL = [
    "InvoiceNo",
    "StockCode",
    "Description",
    "Quantity",
    "InvoiceDate",
    "UnitPrice",
    "CustomerID",
    "Country",
    "Total",
]
RETAIL_ROW = [
    "536365",
    "85123A",
    "WHITE T-LIGHT HOLDER",
    "6",
    "2010-12-01 08:26:00",
    "2.55",
    "17850",
    "France",
    "15.30",
]


def _mapping(kind, header, *rows):
    return mapping_of(propose_mapping(FIELDS[kind], header, rows))


def test_a_chinese_order_report_is_understood():
    found = _mapping(FileKind.ORDERS, TMALL_REPORT, TMALL_ROW)
    assert found == {
        "order_ref": "订单编号", "created_at": "订单创建时间", "paid_at": "订单付款时间 ", "amount": "买家实际支付金额",
        "region": "收货地址 ", "refund": "退款金额",
    }  # fmt: skip


def test_a_chinese_item_export_is_understood():
    assert _mapping(FileKind.ITEMS, TAOBAO_ITEMS, TAOBAO_ROW) == {
        "item_ref": "宝贝ID", "title": "宝贝标题", "list_price": "价格", "category": "类目", "quantity": "宝贝数量",
        "listed_at": "上架时间",
    }  # fmt: skip


def test_an_english_order_export_is_understood():
    assert _mapping(FileKind.ORDERS, RETAIL, RETAIL_ROW) == {
        "order_ref": "InvoiceNo", "item_ref": "StockCode", "item_title": "Description", "quantity": "Quantity",
        "created_at": "InvoiceDate", "unit_price": "UnitPrice", "buyer_ref": "CustomerID", "region": "Country",
        "amount": "Total",
    }  # fmt: skip


def test_events_are_understood():
    header = ["timestamp", "visitorid", "event", "itemid", "transactionid"]
    found = _mapping(FileKind.EVENTS, header, ["2015-06-02T05:02:12Z", "257597", "view", "355908", ""])
    assert found["ts"] == "timestamp"
    assert (found["user_id"], found["type"], found["item_ref"]) == ("visitorid", "event", "itemid")


@pytest.mark.parametrize("kind", list(FileKind))
def test_our_own_names_are_certain(kind):
    names = [field.name for field in FIELDS[kind]]
    guesses = propose_mapping(FIELDS[kind], names, [])
    assert [guess.header for guess in guesses] == names
    assert min(guess.confidence for guess in guesses) >= 0.9


def test_a_column_whose_values_do_not_fit_is_hardly_proposed():
    (with_amounts,) = [
        guess
        for guess in propose_mapping(FIELDS[FileKind.ITEMS], ["price"], [["12.50"]])
        if guess.field == "list_price"
    ]
    (with_words,) = [
        guess
        for guess in propose_mapping(FIELDS[FileKind.ITEMS], ["price"], [["cheap"]])
        if guess.field == "list_price"
    ]
    assert with_amounts.confidence > 0.9
    assert with_words.header is None


def test_every_guess_says_why_in_both_languages():
    for guess in propose_mapping(FIELDS[FileKind.ORDERS], TMALL_REPORT, [TMALL_ROW]):
        assert guess.reason.zh
        assert guess.reason.en


def test_units_in_brackets_and_full_width_letters_do_not_matter():
    assert _mapping(FileKind.ITEMS, ["ＩＴＥＭ ＩＤ", "价格(元)"], ["1", "5"]) == {
        "item_ref": "ＩＴＥＭ ＩＤ", "list_price": "价格(元)",
    }  # fmt: skip


@given(
    st.sampled_from(list(FileKind)), st.lists(st.text(max_size=12), max_size=8, unique=True),
    st.lists(st.text(max_size=6), max_size=8),
)  # fmt: skip
def test_no_column_is_given_twice_whatever_the_file(kind, header, row):
    guesses = propose_mapping(FIELDS[kind], header, [row])
    given_columns = [guess.header for guess in guesses if guess.header is not None]
    assert len(given_columns) == len(set(given_columns))
    assert set(given_columns) <= set(header)
    assert [guess.field for guess in guesses] == [field.name for field in FIELDS[kind]]
