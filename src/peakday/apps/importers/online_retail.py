"""How do the rows of UCI Online Retail become orders and refunds?

One row is one article of an invoice. What we make of the oddities, all of them facts that are kept:
- A cancellation (invoice number with C) gives back the earliest pieces of the same customer, article and unit price
  that were sold before it and not given back yet: a refund of that sale's line. What finds no sale (bought before the
  file begins, no customer, a discount) is a closed order of its own without any payment, with the refund and the
  flags `unmatched_cancellation` and `refund_exceeds_paid`. So refunds add up to the cancelled amount.
- A row with negative pieces and no C writes off stock, an invoice with A corrects the books: `adjustment`, closed,
  unpaid.
- A price of 0 is flagged `zero_price`; a row without CustomerID has no buyer. Prices of 0.001 round by the line.
Times have no zone and are read as the market's wall clock.
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
from peakday.kernel.refusal import Problem
from peakday.kernel.rowfiles.errors import FileUnreadable
from peakday.kernel.rowfiles.loading import file_key
from peakday.market.accounts.model import NewBuyer
from peakday.market.catalog.model import CATEGORY_UNKNOWN, NewItem
from peakday.market.shops.model import NewRegion, NewShop, ShopKind, shop_id_of

KIND = "online-retail"
SHOP_REF = "shop"
CURRENCY = "GBP"
COLUMNS = MappingProxyType({
    "InvoiceNo": "invoice", "StockCode": "article", "Description": "title", "Quantity": "pieces",
    "InvoiceDate": "moment", "UnitPrice": "price", "CustomerID": "customer", "Country": "country",
})  # fmt: skip

_CHECK = """
create table checked as
select row, invoice, article, title, country, try_cast(pieces as int) as quantity,
    try_cast(price as decimal(18, 6)) as unit_price,
    market_time(coalesce(as_time(moment), try_strptime(moment, ['%m/%d/%Y %H:%M', '%d/%m/%Y %H:%M']))) as created_at,
    try_cast(try_cast(customer as double) as bigint)::varchar as customer, pieces, price, moment
from sheet;
insert into refused
select '', row, f.field, f.value, f.code from checked, lateral (
    select * from (values
        ('InvoiceNo', invoice, case when invoice is null then 'missing' end),
        ('StockCode', article, case when article is null then 'missing' end),
        ('Quantity', pieces, case when quantity is null then 'not_a_number' end),
        ('UnitPrice', price, case when unit_price is null then 'not_an_amount' end),
        ('InvoiceDate', moment, case when created_at is null then 'not_a_time' end)
    ) as t(field, value, code) where code is not null
) f;
delete from checked where row in (select row from refused);
-- every row with its amount in whole pence (half a penny away from zero) and what it is
create table entry as
select *, (round(quantity * unit_price * 100))::bigint as minor,
    case when invoice like 'C%' then 'cancellation' when quantity < 0 or invoice like 'A%' then 'adjustment'
         else 'sale' end as kind
from checked
"""
# The n-th piece given back is the n-th piece sold: both sides as spans of pieces, joined where the spans overlap.
_MATCH = """
create table sale_span as
select row, invoice, customer, article, unit_price, created_at,
    sum(quantity) over sold - quantity as first_piece, sum(quantity) over sold as end_piece
from entry where kind = 'sale' and customer is not null and quantity > 0 and unit_price > 0
window sold as (partition by customer, article, unit_price order by created_at, row);
create table back_span as
select row, customer, article, unit_price, created_at,
    sum(-quantity) over given + quantity as first_piece, sum(-quantity) over given as end_piece
from entry where kind = 'cancellation' and customer is not null and quantity < 0 and unit_price > 0
window given as (partition by customer, article, unit_price order by created_at, row);
create table given_back as
select b.row, s.row as sale_row, s.invoice, b.created_at,
    least(b.end_piece, s.end_piece) - greatest(b.first_piece, s.first_piece) as pieces,
    b.unit_price
from back_span b join sale_span s using (customer, article, unit_price)
where b.first_piece < s.end_piece and s.first_piece < b.end_piece and s.created_at <= b.created_at;
-- pieces of a cancellation that found no sale
create table unmatched as
select e.*, -e.quantity - coalesce(g.pieces, 0) as pieces_left
from entry e left join (select row, sum(pieces) as pieces from given_back group by row) g using (row)
where e.kind = 'cancellation' and -e.quantity > coalesce(g.pieces, 0)
"""
_TRANSLATE = f"""
create table line_place as
select *, row_number() over (partition by invoice order by row)::int as line_no
from entry where kind <> 'cancellation';
-- a cancellation's row counts with the first sale that it gives back from, or by itself
create table extra_row as
select invoice, count(*) as rows from (
    select row, arg_min(invoice, sale_row) as invoice from given_back
    where row not in (select row from unmatched) group by row
) group by invoice;
insert into order_in
select '{SHOP_REF}', p.invoice, p.invoice, any_value(p.customer), 'spot', 'pc', '{KIND}:' || any_value(p.country),
    case when bool_and(p.kind = 'adjustment') then 'closed' else 'completed' end, '{CURRENCY}', min(p.created_at),
    case when not bool_and(p.kind = 'adjustment') then min(p.created_at) end, min(p.created_at), 0, [],
    count(*) + coalesce(any_value(x.rows), 0)
from line_place p left join extra_row x using (invoice) group by p.invoice;
insert into line_in
select '{SHOP_REF}', invoice, line_no, article, quantity, minor, minor, '[]',
    list_filter([case when kind = 'adjustment' then 'adjustment' end, case when unit_price = 0 then 'zero_price' end],
        lambda f: f is not null)
from line_place;
insert into refund_in
select '{SHOP_REF}', g.invoice, p.line_no, g.row || '/' || g.sale_row, round(g.pieces * g.unit_price * 100)::bigint,
    g.created_at
from given_back g join line_place p on p.row = g.sale_row;
insert into order_in
select '{SHOP_REF}', invoice, invoice, any_value(customer), 'spot', 'pc', '{KIND}:' || any_value(country), 'closed',
    '{CURRENCY}', min(created_at), null, min(created_at), 0, ['unmatched_cancellation', 'refund_exceeds_paid'], count(*)
from unmatched group by invoice;
create table unmatched_line as
select *, row_number() over (partition by invoice order by row)::int as line_no,
    round(pieces_left * unit_price * 100)::bigint as refund_minor
from unmatched;
insert into line_in
select '{SHOP_REF}', invoice, line_no, article, pieces_left, 0, 0, '[]',
    ['unmatched_cancellation', 'refund_exceeds_paid']
from unmatched_line;
insert into refund_in
select '{SHOP_REF}', invoice, line_no, row || '/-', refund_minor, created_at from unmatched_line where refund_minor <> 0
"""


async def import_online_retail(house: House, file: Path, report: Report) -> ImportRun:
    """Import the table (Parquet or CSV), or go on; the same file again changes nothing. Refuses `FileUnreadable`."""
    desk = open_desk()
    faults = await asyncio.to_thread(_lay_sheet, desk, file)
    key = await asyncio.to_thread(file_key, file)
    return await import_translated(house, Translation(KIND, key, desk, _translate, faults), report)


def _lay_sheet(desk: duckdb.DuckDBPyConnection, file: Path) -> list[Problem]:
    if file.suffix != ".parquet" or not file.is_file():
        return lay_file(desk, "sheet", file, COLUMNS)
    names = ", ".join(f'"{theirs}"::varchar as {ours}' for theirs, ours in COLUMNS.items())
    try:
        desk.execute(f"create table sheet as select file_row_number + 1 as row, {names}"
                     f" from read_parquet('{file}', file_row_number = true)")  # fmt: skip
    except duckdb.Error as error:
        raise FileUnreadable(reason=str(error), reason_zh=str(error)) from error
    return []


def _translate(desk: duckdb.DuckDBPyConnection) -> Market:
    lay_inputs(desk)
    for step in (_CHECK, _MATCH, _TRANSLATE):
        desk.execute(step)
    market = _market(desk)
    assemble(desk, KIND, market)
    return market


def _market(desk: duckdb.DuckDBPyConnection) -> Market:
    opened = rows_of(desk, "select min(created_at) from entry")[0][0]
    if opened is None:
        return Market((), (), ())
    customers = rows_of(
        desk,
        "select customer, min(created_at), arg_max(country, row) from entry where customer is not null"
        " group by customer order by customer",
    )
    articles = rows_of(
        desk,
        "select article, mode(title), min(created_at),"
        " arg_max(round(unit_price * 100)::bigint, row) filter (kind = 'sale' and unit_price > 0)"
        " from entry group by article order by article",
    )
    countries = rows_of(desk, "select distinct country from entry where country is not null order by country")
    shop_id = shop_id_of(KIND, SHOP_REF)
    return Market(
        shops=[NewShop(KIND, SHOP_REF, "Online Retail", CURRENCY, as_utc(opened), "Online Retail", ShopKind.INTL)],
        buyers=[NewBuyer(KIND, ref, as_utc(created), {"country": country}) for ref, created, country in customers],
        items=[
            NewItem(
                shop_id, KIND, article, title or article, list_price_minor=price_minor, currency=CURRENCY,
                first_listed_at=as_utc(listed), flags=(CATEGORY_UNKNOWN,),
            )
            for article, title, listed, price_minor in articles
        ],
        regions=[NewRegion(f"{KIND}:{country}", country, KIND) for (country,) in countries],
    )  # fmt: skip
