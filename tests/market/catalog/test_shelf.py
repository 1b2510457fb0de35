"""Does the shelf follow the catalogue, and do shoppers find on it what they look for?"""

from datetime import timedelta
from uuid import uuid4

import pytest

from peakday.kernel.actor import SYSTEM
from peakday.market.catalog import api
from peakday.market.catalog.model import ItemEdit, ItemStatus, NewBrand, NewCategory, NewItem, NewSku, item_id_of
from peakday.market.catalog.shelf import ShelfQuestion, ShelfSort
from tests.conftest import wait_for_older_work
from tests.market.people import open_shop

TITLES = {
    "longjing": ("西湖龙井茶 250克", "green", 88_00), "sencha": ("Sencha green tea", "green", 45_00),
    "cup": ("青瓷盖碗", "cups", 120_00), "mug": ("Tea mug, blue", "cups", 45_00),
}  # fmt: skip


@pytest.fixture
async def shelf(database, clock):
    async with database.transaction() as tx:
        shop_id = await open_shop(tx, "one", clock.now())
        kinds = await api.ensure_categories(
            tx,
            [NewCategory("test", "tea", "茶叶", "Tea leaves"), NewCategory("test", "green", "绿茶", "Green tea", "tea"),
             NewCategory("test", "cups", "茶具", "Tea ware")],
        )  # fmt: skip
        brands = await api.ensure_brands(tx, [NewBrand("test", "b", "明前")])
        items = [
            NewItem(shop_id, "test", ref, title, kinds[kind], brands["b"] if ref == "cup" else None, price,
                    first_listed_at=clock.now() + timedelta(seconds=at))
            for at, (ref, (title, kind, price)) in enumerate(TITLES.items())
        ]  # fmt: skip
        await api.copy_items(tx, items, clock.now())
    await refresh(database)
    return shop_id, kinds


async def found(database, limit=50, cursor=None, **asked) -> list[str]:
    async with database.read() as connection:
        rows = await api.search_shelf(connection, ShelfQuestion(**asked), cursor, limit)
        assert await api.count_shelf(connection, ShelfQuestion(**asked)) >= len(rows)
    return [next(ref for ref, known in TITLES.items() if known[0] == row.title) for row in rows]


async def refresh(database) -> int:
    await wait_for_older_work(database)
    async with database.transaction() as tx:
        return await api.refresh_shelf(tx)


@pytest.mark.parametrize(
    ("search", "refs"),
    [("龙井", {"longjing"}), ("井茶", {"longjing"}), ("茶叶", {"longjing", "sencha"}), ("茶", {*TITLES}),
     ("green tea", {"longjing", "sencha"}), ("TEA", {*TITLES}), ("senc", {"sencha"}), ("明前", {"cup"}),
     ("tea ware blue", {"mug"}), ("咖啡", set()), ("!!!", set()), ("' | 'x", set())],
)  # fmt: skip
async def test_words_of_title_brand_and_category_are_found_in_both_languages(database, shelf, search, refs):
    assert set(await found(database, search=search)) == refs


async def test_what_has_the_words_in_its_title_comes_first(database, shelf):
    assert (await found(database, search="green tea"))[0] == "sencha"


async def test_some_of_the_words_are_enough_where_that_is_asked(database, shelf):
    assert await found(database, search="龙井 coffee") == []
    assert await found(database, search="龙井 coffee", is_any=True) == ["longjing"]


async def test_a_category_holds_all_below_it_and_prices_and_shops_narrow(database, shelf):
    shop_id, kinds = shelf
    assert set(await found(database, category_id=kinds["tea"])) == {"longjing", "sencha"}
    assert set(await found(database, price_min_minor=80_00, price_max_minor=90_00)) == {"longjing"}
    assert len(await found(database, shop_id=shop_id)) == 4
    assert await found(database, shop_id=uuid4()) == []


@pytest.mark.parametrize(
    ("sort", "refs"),
    [(ShelfSort.NEWEST, ["mug", "cup", "sencha", "longjing"]), (ShelfSort.PRICE_DOWN, ["cup", "longjing", "?", "?"]),
     (ShelfSort.PRICE_UP, ["?", "?", "longjing", "cup"]), (ShelfSort.POPULAR, ["cup", "sencha", "?", "?"])],
)  # fmt: skip
async def test_pages_follow_each_order_without_a_gap_or_a_double(database, shelf, sort, refs):
    shop_id, _ = shelf
    async with database.transaction() as tx:
        await api.write_popularity(tx, [(item_id_of(shop_id, "cup"), 9), (item_id_of(shop_id, "sencha"), 3)])
    seen, cursor = [], None
    for _ in TITLES:
        [one] = await found(database, limit=1, cursor=cursor, sort=sort)
        seen.append(one)
        cursor = item_id_of(shop_id, one)
    assert await found(database, limit=1, cursor=cursor, sort=sort) == []
    assert sorted(seen) == sorted(TITLES)
    assert all(want in {"?", got} for want, got in zip(refs, seen, strict=True))


async def test_popularity_of_what_is_not_named_falls_to_nothing(database, shelf):
    shop_id, _ = shelf
    cup = item_id_of(shop_id, "cup")
    for sold, expected in [([(cup, 9)], 9), ([], 0)]:
        async with database.transaction() as tx:
            await api.write_popularity(tx, sold)
            assert (await api.find_shelf_items(tx, [cup]))[cup].popularity == expected


async def test_an_edit_reaches_the_shelf_and_nothing_else_is_looked_at(database, clock, shelf):
    shop_id, _ = shelf
    cup = item_id_of(shop_id, "cup")
    assert await refresh(database) == 0
    async with database.transaction() as tx:
        await api.edit_item(tx, SYSTEM, shop_id, cup, ItemEdit(status=ItemStatus.OFF_SHELF), clock.now())
    assert await refresh(database) == 1
    assert "cup" not in await found(database)
    async with database.transaction() as tx:
        await api.edit_item(tx, SYSTEM, shop_id, cup, ItemEdit(status=ItemStatus.ON_SALE), clock.now())
    await refresh(database)
    assert "cup" in await found(database)


async def test_a_renamed_category_is_found_by_its_new_name(database, shelf):
    async with database.transaction() as tx:
        await api.ensure_categories(tx, [NewCategory("test", "tea", "茗茶", "Fine leaves")])
    assert await refresh(database) == 2
    assert set(await found(database, search="茗茶")) == {"longjing", "sencha"}


async def test_the_price_on_the_shelf_is_the_cheapest_skus_and_what_has_none_is_not_there(database, clock, shelf):
    shop_id, _ = shelf
    skus = (NewSku("s1", {"size": "S"}, 30_00), NewSku("s2", {"size": "L"}, 20_00),
            NewSku("s3", {"size": "XL"}, 10_00, status=ItemStatus.OFF_SHELF))  # fmt: skip
    async with database.transaction() as tx:
        await api.copy_items(
            tx,
            [NewItem(shop_id, "test", "cup", TITLES["cup"][0], skus=skus), NewItem(shop_id, "test", "mug", "Tea mug")],
            clock.now(),
        )
        await api.refresh_shelf(tx)
        kept = await api.find_shelf_items(tx, [item_id_of(shop_id, ref) for ref in ("cup", "mug")])
    assert {item.price_minor for item in kept.values()} == {20_00}


async def test_two_refreshes_at_once_do_the_work_once(database, shelf):
    async with database.transaction() as first:
        await api.refresh_shelf(first)
        assert await first.fetchval("select count(*) from catalog.shelf_mark") == 1
