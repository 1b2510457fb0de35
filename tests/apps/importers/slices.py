"""Which part of the Complete Journey do fast tests import? Some households' baskets, with every oddity in them."""

from pathlib import Path

import duckdb

from peakday.apps.importers.complete_journey import Sample, find_sample

# baskets of every 40th household, and all with a product that the product table lacks in the first weeks
_LINES = """
select * from read_parquet('{lines}') where basket_id in (
    select basket_id from read_parquet('{lines}') where household_id % 40 = 1
    union select basket_id from read_parquet('{lines}')
    where week <= 3 and product_id not in (select product_id from read_parquet('{products}')))
"""


def write_slice(folder: Path) -> Sample:
    whole = find_sample()
    lines, products = whole.file("transactions"), whole.file("products")
    desk = duckdb.connect()
    desk.execute(f"create table line as {_LINES.format(lines=lines, products=products)}")
    bought = "product_id in (select product_id from line)"
    for table, query in {
        "transactions": "from line",
        "products": f"from read_parquet('{products}') where {bought} or product_id % 500 = 0",
        "promotions": f"from read_parquet('{whole.file('promotions')}') where {bought} and store_id % 10 = 0",
        "demographics": f"from read_parquet('{whole.file('demographics')}')",
    }.items():
        desk.execute(f"copy ({query}) to '{folder / f'{table}.parquet'}' (format parquet)")
    return Sample(folder, orders_a_chunk=3_000)
