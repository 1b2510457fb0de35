"""How does a Tmall order report become orders?

The report has one row an order and no lines: number, amount, what the buyer really paid, province, times of creation
and payment, refund. So each order has one line that stands for all of it, flagged `order_level_only`. And:
- An order without a time of payment was not paid: closed. Its amount stays, as agreed and never paid.
- What the buyer "really paid" is the amount less the refund; so the amount is what was paid, and the refund a refund.
  The report does not say when a refund was made: it is dated with the payment and flagged `refund_time_unknown`.
- An order that was refunded whole is closed, any other paid one completed. Times are the market's.
"""

import asyncio
from pathlib import Path
from types import MappingProxyType

import duckdb

from peakday.apps.importers.assembly import assemble, lay_inputs
from peakday.apps.importers.desk import as_utc, open_desk, rows_of
from peakday.apps.importers.loading import Market, Report, Translation, import_translated
from peakday.apps.importers.text_tables import lay_file
from peakday.kernel.house import House
from peakday.kernel.imports import ImportRun
from peakday.kernel.rowfiles.loading import file_key
from peakday.market.catalog.model import CATEGORY_UNKNOWN, NewItem
from peakday.market.shops.model import NewRegion, NewShop, ShopKind, shop_id_of
from peakday.trade.orders.model import OrderFlag

KIND = "tmall-orders"
SHOP_REF = "report"
WHOLE_ORDER = "whole-order"
COLUMNS = MappingProxyType({
    "订单编号": "number", "总金额": "amount", "买家实际支付金额": "kept", "收货地址": "province",
    "订单创建时间": "created", "订单付款时间": "paid", "退款金额": "refund",
})  # fmt: skip

_CHECK = """
create table checked as
select *, minor(amount) as amount_minor, minor(kept) as kept_minor, minor(refund) as refund_minor,
    market_time(as_time(created)) as created_at, market_time(as_time(paid)) as paid_at,
    row_number() over (partition by number order by row) as occurrence
from report;
insert into refused
select '', row, f.field, f.value, f.code from checked, lateral (
    select * from (values
        ('订单编号', number, case when number is null then 'missing' when occurrence > 1 then 'duplicate' end),
        ('总金额', amount, case when amount is null then 'missing' when amount_minor is null then 'not_an_amount'
            when amount_minor < 0 then 'negative' end),
        ('买家实际支付金额', kept, case when kept is null then 'missing' when kept_minor is null then 'not_an_amount'
            when kept_minor < 0 then 'negative' end),
        ('退款金额', refund, case when refund is null then 'missing' when refund_minor is null then 'not_an_amount'
            when refund_minor < 0 then 'negative' end),
        ('订单创建时间', created,
            case when created is null then 'missing' when created_at is null then 'not_a_time' end),
        ('订单付款时间', paid, case when paid is not null and paid_at is null then 'not_a_time' end)
    ) as t(field, value, code) where code is not null
) f;
delete from checked where row in (select row from refused)
"""
_TRANSLATE = f"""
insert into order_in
select '{SHOP_REF}', number, null, null, 'spot', 'app', case when province is not null then '{KIND}:' || province end,
    case when paid_at is null or refund_minor >= amount_minor then 'closed' else 'completed' end, 'CNY',
    created_at, paid_at, paid_at, 0,
    list_filter([
        case when paid_at is not null and kept_minor + refund_minor <> amount_minor
            then 'paid_differs_from_amount' end,
        case when refund_minor > 0 then 'refund_time_unknown' end,
        case when refund_minor > amount_minor then 'refund_exceeds_paid' end], lambda f: f is not null), 1
from checked;
insert into line_in
select '{SHOP_REF}', number, 1, '{WHOLE_ORDER}', 1, amount_minor, amount_minor, '[]',
    list_filter(['order_level_only', case when refund_minor > amount_minor then 'refund_exceeds_paid' end],
        lambda f: f is not null)
from checked;
insert into refund_in
select '{SHOP_REF}', number, 1, number, refund_minor, coalesce(paid_at, created_at) from checked where refund_minor > 0
"""


async def import_tmall_orders(house: House, file: Path, report: Report) -> ImportRun:
    """Import a report, or go on with it; the same file again changes nothing. Refuses `FileUnreadable`."""
    desk = open_desk()
    faults = await asyncio.to_thread(lay_file, desk, "report", file, COLUMNS)
    key = await asyncio.to_thread(file_key, file)
    return await import_translated(house, Translation(KIND, key, desk, _translate, faults), report)


def _translate(desk: duckdb.DuckDBPyConnection) -> Market:
    lay_inputs(desk)
    desk.execute(_CHECK)
    desk.execute(_TRANSLATE)
    market = _market(desk)
    assemble(desk, KIND, market)
    return market


def _market(desk: duckdb.DuckDBPyConnection) -> Market:
    opened = rows_of(desk, "select min(created_at) from checked")[0][0]
    provinces = [row[0] for row in rows_of(desk, "select distinct province from checked where province is not null")]
    if opened is None:
        return Market((), (), ())
    shop_id = shop_id_of(KIND, SHOP_REF)
    item = NewItem(
        shop_id, KIND, WHOLE_ORDER, "整单(来源没有商品明细) / Whole order", currency="CNY",
        flags=(OrderFlag.ORDER_LEVEL_ONLY.value, CATEGORY_UNKNOWN),
    )  # fmt: skip
    return Market(
        shops=[NewShop(KIND, SHOP_REF, "天猫订单报表", "CNY", as_utc(opened), "Tmall order report", ShopKind.TMALL)],
        buyers=(),
        items=[item],
        regions=[NewRegion(f"{KIND}:{province}", province, KIND) for province in sorted(provinces)],
    )
