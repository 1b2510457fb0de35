"""Does what leaves as a file come back the same?"""

import io

import openpyxl

from peakday.kernel.actor import SYSTEM
from peakday.market.catalog import api
from peakday.market.catalog.model import ItemFilter, NewItem, NewSku
from tests.market.catalog.import_steps import OTHER_SHOP, SHOP, import_file, open_categories, stored_items

HEADER_LENGTH = 16


async def _fill(database, clock):
    ids = await open_categories(database)
    skus = (NewSku("S", {"尺码": "S"}, 1000, 400, 3), NewSku("L", {"尺码": "L"}, 1200, None, 0))
    async with database.transaction() as tx:
        items = [
            NewItem(SHOP, "t", "P1", '红裙, "新款"\n第二行', ids["1"], None, 1000, 2000, first_listed_at=clock.now(),
                    skus=skus, attributes={"材质": "棉"}, images=("https://img.example/1.jpg", "https://img.example/2.jpg")),
            NewItem(SHOP, "t", "P2", "=1+1", ids["1"], None, 50),
        ]  # fmt: skip
        await api.copy_items(tx, items, clock.now())


async def test_an_exported_file_imports_into_the_same_items(database, clock, tmp_path):
    await _fill(database, clock)
    path = tmp_path / "items.csv"
    async with database.transaction() as tx:
        path.write_bytes(b"".join([part async for part in api.export_csv(tx, SYSTEM, SHOP, ItemFilter())]))
    assert b"'=1+1" in path.read_bytes()
    done = await import_file(database, clock, path, OTHER_SHOP)
    assert (done.rows_accepted, done.rows_refused) == (3, 0)
    assert sorted(await stored_items(database, OTHER_SHOP)) == sorted(await stored_items(database))
    columns = "source_ref, title, leaf_category_id, attributes, images, list_price_minor, strike_price_minor, status"
    async with database.read() as tx:
        ours, theirs = [
            await tx.fetch(f"select {columns} from catalog.item where shop_id = $1 order by 1", shop)
            for shop in (SHOP, OTHER_SHOP)
        ]
    assert ours == theirs


async def test_a_workbook_holds_text_and_no_formulas(database, clock):
    await _fill(database, clock)
    async with database.transaction() as tx:
        content = b"".join([part async for part in api.export_xlsx(tx, SYSTEM, SHOP, ItemFilter())])
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    rows = list(sheet.iter_rows(values_only=True))
    assert (len(rows), len(rows[0])) == (4, HEADER_LENGTH)
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n"}
