"""Is an edit kept with what was before, undone on wish, and refused whole when something is wrong?"""

from datetime import timedelta

import pytest

from peakday.kernel.actor import Actor, ActorKind
from peakday.kernel.refusal import Invalid, NotAllowed, NotFound
from peakday.market.catalog import api
from peakday.market.catalog.errors import CategoryNotLeaf, EditNotUndoable, ItemExists
from peakday.market.catalog.model import (
    CATEGORY_UNKNOWN,
    ItemEdit,
    ItemFilter,
    ItemSort,
    ItemStatus,
    NewBrand,
    NewCategory,
    NewItem,
    NewSku,
    item_id_of,
)
from tests.market.catalog.import_steps import OTHER_SHOP, SHOP

EDITOR = Actor(ActorKind.MERCHANT, None, SHOP, frozenset({"items:view", "items:edit", "data:view"}))
VIEWER = Actor(ActorKind.MERCHANT, None, SHOP, frozenset({"items:view"}))
STRANGER = Actor(ActorKind.MERCHANT, None, OTHER_SHOP, frozenset({"*"}))
ITEM = item_id_of(SHOP, "P1")


@pytest.fixture
async def shelf(database, clock):
    """Two categories, four items of the shop, one of another."""
    async with database.transaction() as tx:
        ids = await api.ensure_categories(
            tx, [NewCategory("t", "1", "服装", "Clothes"), NewCategory("t", "2", "连衣裙", "Dress", "1")]
        )
        now = clock.now()
        items = [
            NewItem(SHOP, "t", "P1", "红色连衣裙", ids["2"], None, 9900, first_listed_at=now,
                    skus=(NewSku("P1", price_minor=9900, cost_minor=4000),)),
            NewItem(SHOP, "t", "P2", "Blue dress", ids["2"], None, 19900, first_listed_at=now - timedelta(days=1)),
            NewItem(SHOP, "t", "P3", "帽子", None, None, 500, flags=(CATEGORY_UNKNOWN,), status=ItemStatus.OFF_SHELF),
            NewItem(SHOP, "t", "P4", "旧款", None, None, 700, flags=(CATEGORY_UNKNOWN,), status=ItemStatus.DELETED),
            NewItem(OTHER_SHOP, "t", "P1", "别家的连衣裙", ids["2"], None, 1),
        ]  # fmt: skip
        await api.copy_items(tx, items, now)
    return ids


async def _refs(tx, wanted, cursor=None, limit=50):
    return [item.source_ref for item in await api.list_items(tx, VIEWER, SHOP, wanted, cursor, limit)]


async def test_the_list_searches_filters_and_sorts(database, shelf):
    async with database.read() as tx:
        assert await _refs(tx, ItemFilter()) == ["P1", "P2", "P3"]
        assert await _refs(tx, ItemFilter(search="连衣")) == ["P1"]
        assert await _refs(tx, ItemFilter(search="BLUE")) == ["P2"]
        assert await _refs(tx, ItemFilter(search="P3")) == ["P3"]
        assert await _refs(tx, ItemFilter(category_id=shelf["1"])) == ["P1", "P2"]
        assert await _refs(tx, ItemFilter(status=ItemStatus.DELETED)) == ["P4"]
        assert await _refs(tx, ItemFilter(price_min_minor=600, price_max_minor=9900)) == ["P1"]
        assert await _refs(tx, ItemFilter(sort=ItemSort.PRICE_UP)) == ["P3", "P1", "P2"]
        assert await api.count_items(tx, VIEWER, SHOP, ItemFilter()) == 3


@pytest.mark.parametrize("sort", list(ItemSort))
async def test_pages_hold_each_item_once(database, shelf, sort):
    async with database.read() as tx:
        whole = await _refs(tx, ItemFilter(sort=sort))
        seen, cursor = [], None
        while page := await api.list_items(tx, VIEWER, SHOP, ItemFilter(sort=sort), cursor, 1):
            seen += [item.source_ref for item in page]
            cursor = page[-1].item_id
    assert seen == whole


async def test_another_shop_s_items_are_never_read(database, shelf):
    async with database.read() as tx:
        for read in (
            api.list_items(tx, STRANGER, SHOP, ItemFilter()), api.get_item(tx, STRANGER, SHOP, ITEM),
            api.count_items(tx, STRANGER, SHOP, ItemFilter()), api.list_changes(tx, STRANGER, SHOP, ITEM),
        ):  # fmt: skip
            with pytest.raises(NotFound):
                await read
        with pytest.raises(NotFound):
            await api.get_item(tx, EDITOR, SHOP, item_id_of(OTHER_SHOP, "P1"))


async def test_costs_are_hidden_from_who_may_not_see_figures(database, shelf):
    async with database.transaction() as tx:
        assert (await api.get_item(tx, EDITOR, SHOP, ITEM)).skus[0].cost_minor == 4000
        assert (await api.get_item(tx, VIEWER, SHOP, ITEM)).skus[0].cost_minor is None
        for actor, is_shown in ((EDITOR, True), (VIEWER, False)):
            text = b"".join([part async for part in api.export_csv(tx, actor, SHOP, ItemFilter())])
            assert (b"40.00" in text, b"cost" in text) == (is_shown, is_shown)


async def test_an_edit_changes_price_and_its_single_sku_and_can_be_undone(database, clock, shelf):
    async with database.transaction() as tx:
        edited = await api.edit_item(tx, EDITOR, SHOP, ITEM, ItemEdit("新标题", 8800, None, None), clock.now())
        assert (edited.title, edited.list_price_minor, edited.skus[0].price_minor) == ("新标题", 8800, 8800)
        (change,) = await api.list_changes(tx, EDITOR, SHOP, ITEM)
        assert change.before == {"title": "红色连衣裙", "list_price_minor": 9900, "sku_price_minor": 9900}
        undone = await api.undo_edit(tx, EDITOR, SHOP, ITEM, change.edit_no, clock.now())
        assert (undone.title, undone.list_price_minor, undone.skus[0].price_minor) == ("红色连衣裙", 9900, 9900)
        with pytest.raises(EditNotUndoable):
            await api.undo_edit(tx, EDITOR, SHOP, ITEM, change.edit_no, clock.now())
        assert await tx.fetchval("select count(*) from kernel.outbox where topic = 'catalog.ItemEdited.v1'") == 2


async def test_an_edit_cannot_be_undone_over_a_later_one(database, clock, shelf):
    async with database.transaction() as tx:
        await api.edit_item(tx, EDITOR, SHOP, ITEM, ItemEdit(title="one"), clock.now())
        await api.edit_item(tx, EDITOR, SHOP, ITEM, ItemEdit(title="two"), clock.now())
        first = (await api.list_changes(tx, EDITOR, SHOP, ITEM))[1]
        with pytest.raises(EditNotUndoable):
            await api.undo_edit(tx, EDITOR, SHOP, ITEM, first.edit_no, clock.now())
        assert (await api.get_item(tx, EDITOR, SHOP, ITEM)).title == "two"


@pytest.mark.parametrize(
    ("ref", "edit", "field"),
    [("P1", ItemEdit(title=" "), "title"), ("P1", ItemEdit(title="长" * 256), "title"),
     ("P1", ItemEdit(title="ok", list_price_minor=-1), "list_price"),
     ("P4", ItemEdit(status=ItemStatus.ON_SALE), "status")],
)  # fmt: skip
async def test_a_wrong_edit_is_refused_and_changes_nothing(database, clock, shelf, ref, edit, field):
    item_id = item_id_of(SHOP, ref)
    async with database.transaction() as tx:
        before = await api.get_item(tx, EDITOR, SHOP, item_id)
        with pytest.raises(Invalid) as refusal:
            await api.edit_item(tx, EDITOR, SHOP, item_id, edit, clock.now())
        assert [problem.field for problem in refusal.value.problems] == [field]
        assert await api.get_item(tx, EDITOR, SHOP, item_id) == before
        assert await api.list_changes(tx, EDITOR, SHOP, item_id) == []


async def test_who_may_only_view_cannot_edit(database, clock, shelf):
    async with database.transaction() as tx:
        with pytest.raises(NotAllowed):
            await api.edit_item(tx, VIEWER, SHOP, ITEM, ItemEdit(title="x"), clock.now())
        assert (await api.get_item(tx, VIEWER, SHOP, ITEM)).title == "红色连衣裙"


async def test_an_item_is_made_once_and_on_a_leaf_only(database, clock, shelf):
    async with database.transaction() as tx:
        made = await api.create_item(tx, EDITOR, NewItem(SHOP, "api", "N1", "新品", shelf["2"], None, 100), clock.now())
        assert (made.source_ref, made.category_path, len(made.skus)) == ("N1", "服装 / 连衣裙", 1)
        with pytest.raises(ItemExists):
            await api.create_item(tx, EDITOR, NewItem(SHOP, "api", "N1", "x", shelf["2"], None, 1), clock.now())
        with pytest.raises(CategoryNotLeaf):
            await api.create_item(tx, EDITOR, NewItem(SHOP, "api", "N2", "x", shelf["1"], None, 1), clock.now())
        assert (await api.get_item(tx, EDITOR, SHOP, made.item_id)).title == "新品"
        assert await api.count_items(tx, EDITOR, SHOP, ItemFilter()) == 4


async def test_copying_the_same_items_again_writes_nothing(database, clock, shelf):
    async with database.transaction() as tx:
        before = await tx.fetch("select *, xmin from catalog.item order by 1, 2")
        item = NewItem(OTHER_SHOP, "t", "P1", "别家的连衣裙", shelf["2"], None, 1)
        await api.copy_items(tx, [item], clock.now() + timedelta(days=1))
        assert await tx.fetch("select *, xmin from catalog.item order by 1, 2") == before


async def test_facts_have_the_columns_of_the_relations(database, clock, shelf):
    parts = []
    async with database.transaction() as tx:
        await api.copy_facts(tx, "items", None, parts.append)
        await api.copy_facts(tx, "categories", None, parts.append)
        brands = await api.ensure_brands(tx, [NewBrand("t", "1", "Maple")])
        await api.copy_facts(tx, "brands", None, parts.append)
    text = b"".join(parts).decode()
    assert "shop_id,item_id,category_id,brand_id,title,list_price_minor,status,first_listed_day\n" in text
    assert f"{SHOP},{ITEM},{shelf['2']},,红色连衣裙,9900,on_sale,2026-11-11\n" in text
    assert "category_id,parent_id,name_zh,name_en\n" in text
    assert f"brand_id,name\n{brands['1']},Maple\n" in text


async def test_only_brands_that_got_another_name_are_facts_anew(database, clock, shelf):
    async with database.transaction() as tx:
        ids = await api.ensure_brands(tx, [NewBrand("t", "1", "Maple"), NewBrand("t", "2", "Oak")])
    async with database.transaction() as tx:
        since = int(await tx.fetchval("select pg_current_xact_id()::text"))
        await api.ensure_brands(tx, [NewBrand("t", "1", "Maple & Co"), NewBrand("t", "2", "Oak")])
        parts = []
        await api.copy_facts(tx, "brands", since, parts.append)
    assert b"".join(parts).decode() == f"brand_id,name\n{ids['1']},Maple & Co\n"
