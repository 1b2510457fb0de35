"""Do six channels' files come to the sums of their raw rows, once, and does what contradicts itself leave nothing?"""

import csv
import zipfile
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import pytest

from peakday.insight.channels import api
from peakday.insight.channels.errors import (
    ConnectionNameTaken,
    ConnectionNotFound,
    FileContradictory,
    MissingRate,
    RatesOverlap,
    TotalsDiffer,
)
from peakday.insight.channels.model import Calibre, Rate
from peakday.kernel.actor import SYSTEM, Actor, ActorKind
from peakday.kernel.imports import ImportStatus, list_problems
from peakday.kernel.refusal import Invalid, NotAllowed, NotFound
from peakday.kernel.rowfiles.errors import FileUnreadable
from tests.insight.channels.channel_files import AMAZON_ROWS, OWN_MAPPING, amazon_file, own_file, shopify_file

FEW = 4_000  # rows of a large file that a test takes
PENNY = Decimal("0.01")


async def _take(house, shop, connection, path):
    return await api.import_file(house, SYSTEM, shop, connection.connection_id, path, path.name)


async def _figures(house, shop, into):
    async with house.database.read() as tx:
        return await api.consolidate(tx, SYSTEM, shop, into)


async def _sum(house, shop, into, name):
    return sum(getattr(one, f"{name}_minor") for one in await _figures(house, shop, into))


def _minor(amount: Decimal) -> int:
    return int(amount * 100)


@pytest.mark.capability("LY-06")
async def test_tmalls_report_keeps_what_its_rows_keep(house, shop, connect, shared_data):
    path = shared_data / "tmall-orders/tmall_order_report.csv"
    channel = await connect(shop, Calibre.TMALL)

    run = await _take(house, shop, channel, path)

    with path.open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["订单付款时间 "]]
    kept = _minor(sum(Decimal(row["买家实际支付金额"]) for row in rows))
    back = _minor(sum(Decimal(row["退款金额"]) for row in rows))
    assert (run.rows_accepted, run.rows_refused) == (28_010, 0)
    assert await _sum(house, shop, "CNY", "refund") == back
    assert await _sum(house, shop, "CNY", "paid") == kept + back
    assert await _sum(house, shop, "CNY", "net") == kept


@pytest.mark.capability("LY-06")
async def test_olists_tables_come_to_approved_items_and_freight(house, shop, connect, shared_data, tmp_path):
    folder, path = shared_data / "olist", tmp_path / "olist.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("olist_orders_dataset.csv", "olist_order_items_dataset.csv"):
            archive.write(folder / name, name)

    run = await _take(house, shop, await connect(shop, Calibre.OLIST), path)

    with (folder / "olist_orders_dataset.csv").open(encoding="utf-8") as file:
        good = {
            row["order_id"]
            for row in csv.DictReader(file)
            if row["order_approved_at"] and row["order_status"] not in {"canceled", "unavailable"}
        }
    with (folder / "olist_order_items_dataset.csv").open(encoding="utf-8") as file:
        items = list(csv.DictReader(file))
    sold = [row for row in items if row["order_id"] in good]
    assert run.rows_read == len(items)
    assert await _sum(house, shop, "BRL", "paid") == _minor(sum(Decimal(row["price"]) for row in sold))
    assert await _sum(house, shop, "BRL", "postage") == _minor(sum(Decimal(row["freight_value"]) for row in sold))


@pytest.mark.capability("LY-06")
async def test_cancelled_invoices_are_refunds_on_their_own_day(house, shop, connect, shared_data, tmp_path):
    import pyarrow.parquet as parquet

    raw = parquet.read_table(shared_data / "online-retail/online_retail.parquet").slice(0, FEW)
    path = tmp_path / "retail.parquet"
    parquet.write_table(raw, path)

    run = await _take(house, shop, await connect(shop, Calibre.ONLINE_RETAIL), path)

    paid = back = Decimal(0)
    for row in raw.to_pylist():
        money = (Decimal(str(row["UnitPrice"])) * row["Quantity"]).quantize(PENNY, ROUND_HALF_UP)
        paid, back = (paid, back - money) if row["Quantity"] < 0 else (paid + money, back)
    assert (run.rows_accepted, run.rows_refused) == (FEW, 0)
    assert back > 0
    assert await _sum(house, shop, "GBP", "paid") == _minor(paid)
    assert await _sum(house, shop, "GBP", "refund") == _minor(back)


@pytest.mark.capability("LY-06")
async def test_shopify_amazon_and_an_own_file_come_to_one_calibre(house, shop, connect, tmp_path):
    await _take(house, shop, await connect(shop, Calibre.SHOPIFY), shopify_file(tmp_path))
    await _take(house, shop, await connect(shop, Calibre.AMAZON), amazon_file(tmp_path))
    rows = [{"no": "1", "got": "10.00", "when": "2022-11-11 23:00:00", "back": "4", "back at": "2022-11-14 08:00:00"}]
    await _take(house, shop, await connect(shop, mapping=OWN_MAPPING, currency="USD"), own_file(tmp_path, rows))

    figures = sorted(await _figures(house, shop, "USD"), key=lambda one: (one.day, -one.paid_minor))

    assert [(str(one.day), one.paid_minor, one.tax_minor, one.postage_minor, one.refund_minor, one.fees_minor)
            for one in figures] == [
        ("2022-11-11", 10801, 801, 500, 0, 0),
        ("2022-11-11", 5720, 0, 399, 0, 900),
        ("2022-11-11", 1000, 0, 0, 0, 0),
        ("2022-11-12", 3333, 200, 0, 1111, 0),
        ("2022-11-14", 0, 0, 0, 400, 0),
        ("2022-11-16", 0, 0, 0, 1000, 700),
    ]  # fmt: skip
    settled = _minor(sum(Decimal(row.get("amount", "0")) for row in AMAZON_ROWS))
    amazon = [one.net_minor for one in figures if one.fees_minor]
    assert sum(amazon) == settled == 3519


async def test_the_same_file_twice_has_one_effect_and_a_later_one_may_pay_what_was_unpaid(
    house, shop, connect, tmp_path
):
    mapping = {"order": "no", "paid": "got", "ordered_at": "when", "paid_at": "back at"}
    channel = await connect(shop, mapping=mapping)
    row = {"no": "1", "got": "10.00", "when": "2022-11-11 10:00:00"}
    unpaid = own_file(tmp_path, [row])
    first = await _take(house, shop, channel, unpaid)
    again = await _take(house, shop, channel, unpaid)
    assert (first.run_id, again.status, await _figures(house, shop, "CNY")) == (again.run_id, ImportStatus.DONE, [])

    await _take(house, shop, channel, own_file(tmp_path, [{**row, "back at": "2022-11-12 10:00:00"}], "later.csv"))

    assert [(one.day, one.paid_minor) for one in await _figures(house, shop, "CNY")] == [(date(2022, 11, 12), 1000)]


async def test_a_wrong_row_goes_to_the_error_file_with_its_field_and_remedy(house, shop, connect, tmp_path):
    channel = await connect(shop, mapping=OWN_MAPPING)
    rows = [
        {"no": "1", "got": "ten", "when": "2022-11-11 10:00:00"},
        {"no": "2", "got": "10.00", "when": "2022-11-11 10:00:00"},
        {"no": "3", "got": "10.00", "when": "yesterday"},
    ]

    run = await _take(house, shop, channel, own_file(tmp_path, rows))

    async with house.database.read() as tx:
        problems = await list_problems(tx, run.run_id)
    assert [(one.row, one.field, one.code, one.value) for one in problems] == [
        (2, "paid", "not_an_amount", "ten"),
        (4, "ordered_at", "not_a_time", "yesterday"),
    ]
    assert (run.rows_accepted, run.rows_refused, await _sum(house, shop, "CNY", "paid")) == (1, 2, 1000)


async def test_two_rows_that_differ_about_one_line_refuse_the_file_and_are_both_named(house, shop, connect, tmp_path):
    channel = await connect(shop, mapping={"order": "no", "paid": "got", "ordered_at": "when", "line": "fee"})
    rows = [
        {"no": "1", "fee": "1", "got": "10.00", "when": "2022-11-11 10:00:00"},
        {"no": "2", "fee": "1", "got": "10.00", "when": "2022-11-11 10:00:00"},
        {"no": "1", "fee": "1", "got": "12.00", "when": "2022-11-11 10:00:00"},
    ]
    with pytest.raises(FileContradictory) as refused:
        await _take(house, shop, channel, own_file(tmp_path, rows))
    assert (refused.value.data["first_row"], refused.value.data["second_row"]) == (2, 4)
    assert refused.value.data["field"] == "paid_minor"
    assert await _figures(house, shop, "CNY") == []

    await _take(house, shop, channel, own_file(tmp_path, rows[:2]))
    with pytest.raises(FileContradictory) as refused:
        await _take(house, shop, channel, own_file(tmp_path, [rows[2]], "second.csv"))
    told = refused.value.data
    assert (told["first_file"], told["first_row"], told["second_file"], told["second_row"]) == (
        "own.csv", 2, "second.csv", 2,
    )  # fmt: skip
    assert await _sum(house, shop, "CNY", "paid") == 2000


async def test_a_settlement_that_does_not_sum_to_its_total_leaves_nothing(house, shop, connect, tmp_path):
    channel = await connect(shop, Calibre.AMAZON)
    with pytest.raises(TotalsDiffer) as refused:
        await _take(house, shop, channel, amazon_file(tmp_path, AMAZON_ROWS[:-1]))
    assert (refused.value.data["total"], refused.value.data["sum"]) == ("35.19", "43.69")
    assert await _figures(house, shop, "USD") == []


async def test_files_of_another_kind_are_refused_with_the_missing_column(house, shop, connect, tmp_path):
    channel = await connect(shop, Calibre.TMALL)
    for content in (b"a,b\n1,2\n", b"\xff\xff\xff", b"", b"\x00" * 10):
        path = tmp_path / "wrong.csv"
        path.write_bytes(content)
        with pytest.raises(FileUnreadable):
            await _take(house, shop, channel, path)
    with pytest.raises(FileUnreadable):
        await _take(house, shop, await connect(shop, Calibre.OLIST), path)
    assert await _figures(house, shop, "CNY") == []


async def test_a_missing_rate_names_day_and_currency_and_a_given_one_converts_the_day(house, shop, connect, tmp_path):
    await _take(house, shop, await connect(shop, Calibre.SHOPIFY), shopify_file(tmp_path))
    with pytest.raises(MissingRate) as refused:
        await _figures(house, shop, "CNY")
    assert (refused.value.data["currency"], refused.value.data["day"]) == ("USD", date(2022, 11, 11))

    async with house.database.transaction() as tx:
        rate = Rate("USD", "CNY", date(2022, 11, 11), date(2022, 11, 12), Decimal("7.1075"), "the bank's list")
        await api.add_rate(house, tx, SYSTEM, shop, rate)
        with pytest.raises(RatesOverlap):
            await api.add_rate(house, tx, SYSTEM, shop, rate)

    assert [one.paid_minor for one in await _figures(house, shop, "CNY")] == [76768, 23689]


async def test_nobody_reaches_another_shops_channels(house, shop, other_shop, connect, tmp_path):
    mine = await connect(shop, mapping=OWN_MAPPING)
    path = own_file(tmp_path, [{"no": "1", "got": "10.00", "when": "2022-11-11 10:00:00"}])
    await _take(house, shop, mine, path)
    outsider = Actor(ActorKind.MERCHANT, None, other_shop, frozenset({"*"}))
    blind = Actor(ActorKind.MERCHANT, None, shop, frozenset({"home:view"}))

    with pytest.raises(ConnectionNotFound):
        await api.import_file(house, outsider, other_shop, mine.connection_id, path, "x.csv")
    with pytest.raises(NotFound):
        await api.import_file(house, outsider, shop, mine.connection_id, path, "x.csv")
    async with house.database.read() as tx:
        for actor, refusal in ((outsider, NotFound), (blind, NotAllowed)):
            for ask in (api.list_connections, api.list_imports, api.list_rates, api.find_last_day):
                with pytest.raises(refusal):
                    await ask(tx, actor, shop)
            with pytest.raises(refusal):
                await api.consolidate(tx, actor, shop, "CNY")
            with pytest.raises(refusal):
                await api.report_of(tx, actor, shop, "CNY", date(2022, 11, 11))
        assert await api.consolidate(tx, outsider, other_shop, "CNY") == []


async def test_a_channel_that_cannot_be_read_is_not_connected(house, shop, connect):
    await connect(shop, mapping=OWN_MAPPING, name="mine")
    with pytest.raises(ConnectionNameTaken):
        await connect(shop, mapping=OWN_MAPPING, name="mine")
    for wrong in ({"zone": "Mars/Base"}, {"currency": "XXX"}, {"mapping": {"order": "no"}}):
        with pytest.raises(Invalid):
            await connect(shop, **{"mapping": OWN_MAPPING} | wrong)
    async with house.database.read() as tx:
        assert [one.name for one in await api.list_connections(tx, SYSTEM, shop)] == ["mine"]
