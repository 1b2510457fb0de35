"""Do orders and events of a merchant's CSV come in once, exact to the cent, with every refused row named?"""

import csv

import pytest

from peakday.apps.importers import csv_mapping
from peakday.apps.importers.csv_mapping import CsvImport, inspect_file, open_csv_import, run_csv_import
from peakday.apps.importers.import_fields import FileKind
from peakday.apps.opening import open_web_engines
from peakday.kernel.actor import SYSTEM, Actor, ActorKind
from peakday.kernel.imports import ImportStatus
from peakday.kernel.refusal import Invalid, NotAllowed, NotFound
from peakday.kernel.rowfiles import records
from peakday.market.catalog.model import item_id_of
from peakday.market.shops import api as shops
from peakday.market.shops.model import NewShop
from peakday.trade.orders import api as orders
from peakday.trade.orders.model import OrderFilter, OrderFlag, OrderStatus

COLUMNS = {
    "order_ref": "订单编号", "created_at": "下单时间", "paid_at": "付款时间", "amount": "金额", "item_ref": "货号",
    "quantity": "数量", "unit_price": "单价", "buyer_ref": "买家", "region": "省份", "status": "状态", "refund": "退款",
}  # fmt: skip
HEADER = list(COLUMNS.values())
ROWS = [
    ["A1", "2022-11-11 20:00:00", "2022-11-11 20:00:05", "180.00", "P1", "2", "100.00", "小王", "上海", "交易成功", ""],
    ["A1", "2022-11-11 20:00:00", "2022-11-11 20:00:05", "1,020.00", "P2", "1", "", "小王", "上海", "交易成功", "20"],
    ["A2", "2022-11-11 21:00:00", "", "50", "P1", "1", "50", "", "", "等待买家付款", ""],
    ["A3", "2022-11-11 22:00:00", "", "x", "P1", "1", "50", "", "", "", ""],
    ["A3", "2022-11-11 22:00:00", "", "10", "P2", "-1", "50", "", "", "", ""],
    ["A3", "2022-11-11 22:00:00", "", "10", "P3", "1", "50", "", "", "", ""],
]


@pytest.fixture
async def shop_id(house):
    async with house.database.transaction() as tx:
        (shop_id,) = await shops.ensure_shops(tx, [NewShop("t", "1", "店", "CNY", house.clock.now())])
    return shop_id


def _write(path, rows, header=HEADER, encoding="utf-8"):
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return path


async def _import(house, shop_id, path, kind=FileKind.ORDERS, columns=COLUMNS, zone="Asia/Shanghai"):
    wanted = CsvImport(kind, path, columns, "CNY", zone)
    async with house.database.transaction() as tx:
        run = await open_csv_import(house, tx, SYSTEM, shop_id, wanted)
    return await run_csv_import(house, run, wanted)


async def _orders(house, shop_id):
    async with house.database.read() as tx:
        page = await orders.list_orders(tx, SYSTEM, shop_id, OrderFilter())
        return [await orders.get_order(tx, SYSTEM, shop_id, order.order_id) for order in reversed(page.items)]


async def _problems(house):
    async with house.database.read() as tx:
        rows = await tx.fetch("select row_no, field, code from kernel.import_problem order by problem_no")
    return [tuple(row) for row in rows]


async def test_orders_come_in_with_lines_discounts_and_refunds(house, shop_id, tmp_path):
    done = await _import(house, shop_id, _write(tmp_path / "a.csv", ROWS))
    assert (done.rows_read, done.rows_accepted, done.rows_refused) == (6, 3, 3)
    first, second = await _orders(house, shop_id)
    assert (first.order.source_ref, first.order.status, first.order.paid_minor) == (
        "A1",
        OrderStatus.COMPLETED,
        120_000,
    )
    assert (first.order.list_minor, first.order.discount_minor, first.order.refund_minor) == (122_000, 2_000, 2_000)
    assert [(line.item_id, line.quantity, line.paid_minor) for line in first.lines] == [
        (item_id_of(shop_id, "P1"), 2, 18_000), (item_id_of(shop_id, "P2"), 1, 102_000),
    ]  # fmt: skip
    assert first.order.paid_at.isoformat() == "2022-11-11T12:00:05+00:00"
    assert OrderFlag.REFUND_TIME_UNKNOWN in first.order.flags
    assert (second.order.status, second.order.paid_at) == (OrderStatus.AWAITING_PAYMENT, None)
    assert await _problems(house) == [
        (5, "amount", "not_an_amount"), (6, "quantity", "negative"), (7, "order_ref", "order_refused"),
    ]  # fmt: skip


async def test_the_same_orders_in_another_file_change_nothing_and_others_are_refused(house, shop_id, tmp_path):
    await _import(house, shop_id, _write(tmp_path / "a.csv", ROWS[:3]))
    before = await _orders(house, shop_id)
    other = [*ROWS[:2], [*ROWS[2][:3], "99", *ROWS[2][4:]]]
    done = await _import(house, shop_id, _write(tmp_path / "b.csv", other))
    assert (done.rows_accepted, done.rows_refused) == (2, 1)
    assert await _problems(house) == [(4, "order_ref", "order_differs")]
    assert await _orders(house, shop_id) == before


async def test_the_rows_of_an_order_may_cross_blocks(house, shop_id, tmp_path, monkeypatch):
    monkeypatch.setattr(records.read_blocks, "__defaults__", (300,))
    rows = [[*ROWS[0][:4], f"P{line}", "1", "", "", "", "交易成功", ""] for line in range(4)]
    many = [[f"B{order}", *row[1:]] for order in range(10) for row in rows]
    done = await _import(house, shop_id, _write(tmp_path / "a.csv", many))
    assert (done.rows_accepted, done.rows_refused, done.status) == (40, 0, ImportStatus.RUNNING)
    assert [len(one.lines) for one in await _orders(house, shop_id)] == [4] * 10


async def test_a_file_without_items_gives_each_order_one_line_for_all_of_it(house, shop_id, tmp_path):
    columns = {"order_ref": "order id", "created_at": "date", "amount": "total"}
    path = _write(tmp_path / "a.csv", [["1", "2022-11-11T00:00:00Z", "12.34"]], list(columns.values()))
    await _import(house, shop_id, path, columns=columns, zone=None)
    ((order,),) = [await _orders(house, shop_id)]
    assert (order.order.paid_minor, order.order.flags) == (1234, (OrderFlag.ORDER_LEVEL_ONLY,))


async def test_times_without_a_zone_are_refused_when_the_file_has_none(house, shop_id, tmp_path):
    done = await _import(house, shop_id, _write(tmp_path / "a.csv", ROWS[2:3]), zone=None)
    assert (done.rows_accepted, await _problems(house)) == (0, [(2, "created_at", "time_without_zone")])


async def test_events_come_in_once(house, shop_id, tmp_path):
    columns = {"ts": "时间", "user_id": "用户", "type": "行为", "item_ref": "商品"}
    rows = [["2022-11-11 20:00:00", "u1", "浏览", "P1"], ["2022-11-11 20:00:01", "u1", "加购", "P1"],
            ["2022-11-11 20:00:02", "u1", "???", "P1"]]  # fmt: skip
    path = _write(tmp_path / "a.csv", rows, list(columns.values()), "gbk")
    async with open_web_engines(house):
        done = await _import(house, shop_id, path, FileKind.EVENTS, columns)
        again = await _import(house, shop_id, path, FileKind.EVENTS, columns)
    assert (done.rows_accepted, done.rows_refused, again.rows_accepted) == (2, 1, 2)
    assert await _problems(house) == [(4, "type", "unknown_type")]


async def test_the_preview_proposes_columns_and_shows_what_is_wrong_and_stores_nothing(house, shop_id, tmp_path):
    looked = await inspect_file(house, shop_id, FileKind.ORDERS, _write(tmp_path / "a.csv", ROWS), zone="Asia/Shanghai")
    assert looked.missing == []
    assert looked.columns["order_ref"] == "订单编号"
    assert {(problem.row, problem.code) for problem in looked.problems} >= {(5, "not_an_amount"), (6, "negative")}
    assert await _orders(house, shop_id) == []


async def test_a_missing_column_is_refused_before_anything_is_stored(house, shop_id, tmp_path):
    path = _write(tmp_path / "a.csv", ROWS)
    with pytest.raises(Invalid) as refusal:
        await _import(house, shop_id, path, columns={"order_ref": "订单编号", "amount": "no such column"})
    assert {problem.field for problem in refusal.value.problems} == {"created_at", "amount"}
    async with house.database.read() as tx:
        assert await tx.fetchval("select count(*) from kernel.import_run") == 0


async def test_orders_are_imported_only_by_who_may_edit_trade_and_see_figures(house, shop_id, tmp_path):
    wanted = CsvImport(FileKind.ORDERS, _write(tmp_path / "a.csv", ROWS), COLUMNS)
    async with house.database.transaction() as tx:
        blind = Actor(ActorKind.MERCHANT, None, shop_id, frozenset({"trade:edit"}))
        with pytest.raises(NotAllowed):
            await open_csv_import(house, tx, blind, shop_id, wanted)
        stranger = Actor(ActorKind.MERCHANT, None, item_id_of(shop_id, "x"), frozenset({"*"}))
        with pytest.raises(NotFound):
            await open_csv_import(house, tx, stranger, shop_id, wanted)


async def test_the_job_carries_an_upload_on_and_forgets_the_file(house, shop_id):
    folder = house.settings.uploads_dir
    folder.mkdir(parents=True)
    path = _write(folder / "a.csv", ROWS[:3])
    async with house.database.transaction() as tx:
        run = await csv_mapping.ask_for_csv_import(
            house, tx, SYSTEM, shop_id, CsvImport(FileKind.ORDERS, path, COLUMNS, "CNY", "Asia/Shanghai")
        )
    await csv_mapping.carry_on(house, {"run_id": str(run.run_id)})
    assert len(await _orders(house, shop_id)) == 2
    assert not path.exists()
