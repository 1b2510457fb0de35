"""Does the audit pass on a sound catalogue and name each planted corruption?"""

import pytest

from peakday.market.catalog.audit import audit
from tests.market.catalog.import_steps import good_rows, import_file, open_categories, write_rows

CORRUPTIONS = {
    "sku_price_not_negative": (
        "alter table catalog.sku drop constraint sku_price_minor_check;"
        " update catalog.sku set price_minor = -1 where source_ref = 'P1'"
    ),
    "item_price_not_negative": (
        "alter table catalog.item drop constraint item_list_price_minor_check;"
        " update catalog.item set list_price_minor = -1 where source_ref = 'P1'"
    ),
    "item_category_is_a_leaf": "update catalog.item set leaf_category_id = null where source_ref = 'P1'",
    "item_brand_exists": "update catalog.item set brand_id = gen_random_uuid() where source_ref = 'P1'",
    "sku_has_an_item": "update catalog.sku set item_id = gen_random_uuid() where source_ref = 'P1'",
    "item_has_a_sku": "delete from catalog.sku where source_ref = 'P1'",
    "leaf_has_no_children": "update catalog.category set is_leaf = false",
    "import_counts_add_up": "update kernel.import_run set rows_accepted = rows_accepted + 1",
}


@pytest.fixture
async def shelf(house, database, clock, tmp_path):
    await open_categories(database)
    await import_file(database, clock, write_rows(tmp_path / "a.csv", [*good_rows(3), ["P9", "", "1", "", "1"]]))
    return house


async def test_a_sound_catalogue_passes(shelf):
    assert await audit(shelf) == []


@pytest.mark.parametrize("invariant", list(CORRUPTIONS))
async def test_a_corruption_is_found(shelf, invariant):
    async with shelf.database.transaction() as tx:
        await tx.execute(CORRUPTIONS[invariant])
    assert invariant in {finding.invariant for finding in await audit(shelf)}
