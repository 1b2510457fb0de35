"""Are shops, regions and warehouses written once, read only by their own people, and streamed as facts?"""

from uuid import uuid4

import pytest

from peakday.kernel.actor import SYSTEM, Actor, ActorKind
from peakday.kernel.refusal import NotAllowed, NotFound
from peakday.market.shops import api
from peakday.market.shops.model import NewRegion, NewWarehouse, ProfileChanges
from tests.conftest import wait_for_older_work
from tests.market.people import a_shop, open_shop_with_owner

STAFF = Actor(ActorKind.STAFF, uuid4(), permissions=frozenset({"*"}))


async def test_ensuring_shops_again_changes_nothing_not_even_what_the_merchant_changed(database, clock):
    rows = [a_shop(str(n), clock.now(), city="Hangzhou") for n in range(3)]
    async with database.transaction() as tx:
        ids = await api.ensure_shops(tx, rows)
        await api.edit_profile(tx, SYSTEM, ids[1], ProfileChanges(name="Lin's teahouse"), clock.now())
        before = await tx.fetch("select * from shops.shop order by shop_id")
        assert await api.ensure_shops(tx, [*rows, *rows]) == [*ids, *ids]
        assert await tx.fetch("select * from shops.shop order by shop_id") == before
    assert [api.shop_id_of("test", str(n)) for n in range(3)] == ids


async def test_regions_and_warehouses_are_written_once(database):
    regions = [NewRegion(f"store:{n}", f"Store {n}", "journey") for n in range(457)]
    warehouses = [NewWarehouse("journey", str(n), f"store:{n}", f"Store {n}") for n in range(457)]
    async with database.transaction() as tx:
        for _ in range(2):
            await api.ensure_regions(tx, regions)
            ids = await api.ensure_warehouses(tx, warehouses)
        assert len(await api.list_regions(tx)) == len(await api.list_warehouses(tx)) == len(set(ids)) == 457


@pytest.mark.capability("QN-08")
async def test_another_shop_and_no_shop_look_alike_to_a_merchant(database, clock):
    shop_id, owner = await open_shop_with_owner(database, "one", clock.now())
    other_id, _ = await open_shop_with_owner(database, "two", clock.now())
    async with database.read() as connection:
        assert (await api.get_shop(connection, owner, shop_id)).name == "Shop one"
        for read in (api.get_shop, api.get_profile):
            refused = []
            for address in (other_id, uuid4()):
                with pytest.raises(NotFound) as error:
                    await read(connection, owner, address)
                refused.append((error.value.code, error.value.data))
            assert refused[0] == refused[1]
        with pytest.raises(NotFound):
            await api.get_shop(connection, STAFF, uuid4())


async def test_a_merchant_lists_the_own_shop_and_staff_all_of_them_in_pages(database, clock):
    async with database.transaction() as tx:
        ids = sorted(await api.ensure_shops(tx, [a_shop(str(n), clock.now(), city="Yiwu") for n in range(5)]))
        merchant = Actor(ActorKind.MERCHANT, uuid4(), ids[2], frozenset({"home:view"}))
        assert [shop.shop_id for shop in await api.list_shops(tx, merchant)] == [ids[2]]
        first = await api.list_shops(tx, STAFF, limit=3)
        rest = await api.list_shops(tx, STAFF, after=first[-1].shop_id, limit=3)
        assert [shop.shop_id for shop in [*first, *rest]] == ids
        assert [shop.source_ref for shop in await api.list_shops(tx, STAFF, search="sHOp 4")] == ["4"]
        assert len(await api.list_shops(tx, STAFF, search="yiwu")) == 5
        assert await api.list_shops(tx, STAFF, search="%") == []
        assert await api.list_shops(tx, Actor(ActorKind.BUYER, uuid4())) == []


async def test_the_profile_needs_the_menu_of_the_shop_and_its_figures_the_right_to_figures(database, clock):
    shop_id, owner = await open_shop_with_owner(database, "one", clock.now())
    packer = Actor(ActorKind.MERCHANT, uuid4(), shop_id, frozenset({"logistics:edit"}))
    designer = Actor(ActorKind.MERCHANT, uuid4(), shop_id, frozenset({"shop:view"}))
    async with database.read() as connection:
        with pytest.raises(NotAllowed):
            await api.get_profile(connection, packer, shop_id)
        shop = await api.get_profile(connection, designer, shop_id)
    assert api.standing_of(designer, shop) is None
    assert api.standing_of(owner, shop).violation_points == 0


async def test_facts_are_all_shops_or_those_changed_since_a_transaction(database, clock):
    async with database.transaction() as tx:
        ids = await api.ensure_shops(tx, [a_shop(str(n), clock.now(), name=f'Tea, "{n}"') for n in range(3)])
    await wait_for_older_work(database)
    async with database.read() as connection:
        mark = int(await connection.fetchval("select pg_snapshot_xmin(pg_current_snapshot())::text"))
    async with database.transaction() as tx:
        await api.edit_profile(tx, SYSTEM, ids[0], ProfileChanges(name="Lin's teahouse"), clock.now())

    async def streamed(since, is_async):
        chunks = []

        async def sink(chunk):
            chunks.append(chunk)

        async with database.read() as connection:
            await api.copy_facts(connection, "shops", since, sink if is_async else chunks.append)
        return sorted(b"".join(chunks).decode().splitlines())

    whole = await streamed(None, True)
    assert whole[-1] == "shop_id,name,currency"
    assert len(whole) == 4
    assert f'{ids[1]},"Tea, ""1""",CNY' in whole
    assert await streamed(mark, False) == [f"{ids[0]},Lin's teahouse,CNY", "shop_id,name,currency"]
