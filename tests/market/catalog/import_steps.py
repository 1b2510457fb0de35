"""How do tests of the catalogue make a shop's file and import it?"""

import csv
from dataclasses import replace

from peakday.kernel.actor import SYSTEM
from peakday.kernel.ids import derived_id
from peakday.market.catalog import api
from peakday.market.catalog.model import NewCategory

SHOP = derived_id(None, "test", "shop")
OTHER_SHOP = derived_id(None, "test", "other shop")
HEADER = ("item_ref", "title", "list_price", "category", "quantity")


def write_rows(path, rows, header=HEADER, encoding="utf-8"):
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return path


def good_rows(count, first=0):
    return [[f"P{n}", f"红裙 {n}", f"{n}.50", "连衣裙", str(n)] for n in range(first, first + count)]


async def open_categories(database):
    async with database.transaction() as tx:
        return await api.ensure_categories(tx, [NewCategory("test", "1", "连衣裙", "Dress")])


async def import_file(database, clock, path, shop_id=SHOP, **how):
    wanted = replace(api.ItemImport(path), **how)
    async with database.transaction() as tx:
        run = await api.open_item_import(tx, SYSTEM, shop_id, wanted, clock)
    return await api.run_item_import(database, clock, run, wanted)


async def stored_items(database, shop_id=SHOP):
    async with database.read() as tx:
        rows = await tx.fetch(
            "select i.source_ref, i.title, i.list_price_minor, s.price_minor, s.quantity_stated from catalog.item i"
            " join catalog.sku s using (shop_id, item_id) where shop_id = $1 order by i.import_row, s.import_row",
            shop_id,
        )
    return [tuple(row) for row in rows]


async def reported(database, run_id):
    async with database.read() as tx:
        rows = await tx.fetch(
            "select row_no, field, code from kernel.import_problem where run_id = $1 order by problem_no", run_id
        )
    return [tuple(row) for row in rows]
