"""Do items find their cluster as they are listed, and does a person's word hold and go back?"""

from datetime import timedelta

import pytest

from peakday.kernel.actor import SYSTEM
from peakday.kernel.refusal import NotAllowed, NotFound
from peakday.market.catalog import api as catalog
from peakday.market.catalog.model import NewCategory, NewItem, item_id_of
from peakday.market.same_products import api, store
from peakday.market.same_products.actions import compare_items as comparing
from peakday.market.same_products.audit import audit
from peakday.market.same_products.model import ItemRef, Judged, Verdict
from peakday.market.same_products.store import save_pairs
from peakday.market.same_products.web import merchant, operator, v1
from tests.conftest import wait_for_older_work
from tests.market.doors import csrf_in, put_behind_the_door, signed_in
from tests.market.people import open_account, open_shop_with_owner

GLOVES = "义乌厂家直销 触屏五指羊绒名媛蝴蝶结毛球女冬季双层保暖手套"
TOLD = {"品牌": "合亨", "货号": "sd27", "材质": "羊绒", "尺码": "均码", "图案": "蝴蝶结", "款式": "五指"}


@pytest.fixture
async def scene(database, clock):
    """Two shops with the same gloves and other goods; compared."""
    one, owner = await open_shop_with_owner(database, "one", clock.now())
    two, rival = await open_shop_with_owner(database, "two", clock.now())
    async with database.transaction() as tx:
        await open_account(tx, None, "staff", clock.now())
        kinds = await catalog.ensure_categories(tx, [NewCategory("test", "gloves", "手套", "Gloves")])
        kind, now = kinds["gloves"], clock.now()
        told = [(one, "gloves", GLOVES, TOLD, 0), (two, "gloves", GLOVES, TOLD, 9), (one, "socks", "纯棉男袜", {}, 1)]
        items = [
            NewItem(shop, "test", ref, title, kind, None, 1990, first_listed_at=now - timedelta(days=days),
                    attributes=attributes)
            for shop, ref, title, attributes, days in told
        ]  # fmt: skip
        await catalog.copy_items(tx, items, now)
    await wait_for_older_work(database)
    refs = [ItemRef(shop, item_id_of(shop, ref)) for shop, ref, *_ in told]
    while await api.compare_items(database, clock):
        pass
    return refs, owner, rival


async def clusters(database, refs):
    async with database.read() as tx:
        found = await api.cluster_of(tx, refs)
    return [found[ref] for ref in refs]


@pytest.mark.capability("TT-07")
async def test_an_item_joins_the_cluster_of_its_copy_and_takes_its_first_listing(scene, database, clock, house):
    refs, owner, _ = scene
    mine, theirs, socks = await clusters(database, refs)
    assert mine == theirs != socks
    async with database.read() as tx:
        first = await api.first_listed_of(tx, refs)
        [(own, others)] = await api.list_own_clusters(tx, owner, refs[0].shop_id)
        matches = await api.match_titles(tx, owner, refs[0].shop_id, [GLOVES])
        assert await api.count_waiting(tx) == (0, 0)
    assert first[refs[0]] == clock.now() - timedelta(days=9)
    assert own.ref == refs[0]
    assert [other.ref for other in others] == [refs[1]]
    assert [match.item for match in matches] == [refs[0]]
    assert await audit(house) == []


async def test_a_new_title_leaves_the_cluster_and_a_new_price_does_not(scene, database, clock):
    refs, *_ = scene
    [before, _, _] = await clusters(database, refs)
    for title, price, stays in ((GLOVES, 990, True), ("男士真皮摩托手套防水", 990, False)):
        async with database.transaction() as tx:
            kinds = await catalog.ensure_categories(tx, [NewCategory("test", "gloves", "手套", "Gloves")])
            again = NewItem(
                refs[1].shop_id, "test", "gloves", title, kinds["gloves"], None, price, attributes=TOLD if stays else {}
            )
            await catalog.copy_items(tx, [again], clock.now())
        await wait_for_older_work(database)
        while await api.compare_items(database, clock):
            pass
        [mine, theirs, _] = await clusters(database, refs)
        assert mine == before
        assert (theirs == mine) is stays


async def test_a_persons_word_moves_an_item_and_goes_back(scene, database, clock, house):
    refs, owner, _ = scene
    one, two = sorted((refs[1], refs[2]))
    async with database.transaction() as tx:
        await save_pairs(tx, [], [Judged(one, two, 0.5, None)], clock.now())
    before = await clusters(database, refs)
    async with database.transaction() as tx:
        with pytest.raises(NotAllowed):
            await api.judge_pair(tx, owner, (one, two), Verdict.SAME, clock.now())
        with pytest.raises(NotFound):
            await api.judge_pair(tx, SYSTEM, (two, one), Verdict.SAME, clock.now())
    assert await clusters(database, refs) == before
    async with database.transaction() as tx:
        await api.judge_pair(tx, SYSTEM, (one, two), Verdict.SAME, clock.now())
    assert len(set(await clusters(database, [one, two]))) == 1
    async with database.transaction() as tx:
        await api.judge_pair(tx, SYSTEM, (one, two), Verdict.NOT_SAME, clock.now())
    assert await clusters(database, refs) == before
    async with database.transaction() as tx:
        await api.judge_pair(tx, SYSTEM, (one, two), Verdict.SAME, clock.now())
        await api.undo_verdict(tx, SYSTEM, (one, two), clock.now())
        await api.undo_verdict(tx, SYSTEM, (one, two), clock.now())
        assert [(pair.one.ref, pair.other.ref) for pair in await api.list_uncertain(tx, SYSTEM)] == [(one, two)]
    assert await clusters(database, refs) == before
    assert await audit(house) == []


async def test_a_category_of_one_shop_is_not_compared(scene, database, clock, monkeypatch):
    refs, *_ = scene
    async with database.transaction() as tx:
        kinds = await catalog.ensure_categories(tx, [NewCategory("test", "cups", "杯", "Cups")])
        await catalog.copy_items(
            tx, [NewItem(refs[0].shop_id, "test", f"cup{n}", "青瓷盖碗", kinds["cups"]) for n in range(3)], clock.now()
        )
    await wait_for_older_work(database)
    monkeypatch.setattr(comparing, "READ_BATCH", 2)
    assert [await api.compare_items(database, clock) for _ in range(3)] == [2, 1, 0]


async def test_staff_settle_a_pair_on_the_page_and_a_merchant_sees_public_prices_only(
    scene, database, clock, house, monkeypatch
):
    refs, *_ = scene
    put_behind_the_door(monkeypatch, operator, merchant)
    one, two = sorted((refs[1], refs[2]))
    async with database.transaction() as tx:
        await save_pairs(tx, [], [Judged(one, two, 0.5, "size")], clock.now())
    async with signed_in(house, "staff") as client:
        page = await client.get("/platform/same-products")
        assert "another size" in page.text
        form = {"csrf_token": csrf_in(page), "shop": shown("shp", one[0]), "item": shown("itm", one[1]),
                "other_shop": shown("shp", two[0]), "other_item": shown("itm", two[1])}  # fmt: skip
        answer = await client.post("/platform/same-products/verdict", data=form | {"verdict": "not_same"})
        assert answer.status_code == 303
        page = await client.get("/platform/same-products")
        assert "No pair waits" in page.text
        assert "纯棉男袜" in (await client.get("/platform/same-products/pairs.csv")).text
        assert (await client.post("/platform/same-products/undo", data=form)).status_code == 303
        assert "Are these the same product?" in (await client.get("/platform/same-products")).text
    address = f"/shop/{shown('shp', refs[0].shop_id)}/data/same-products"
    async with signed_in(house, "owner-one") as client:
        page = await client.get(address)
        assert "Shop two" in page.text
        assert "19.90" in page.text
        assert len((await client.get(f"{address}/same-products.csv")).text.splitlines()) == 2
        assert (await client.get("/platform/same-products")).status_code == 403
        foreign = f"/shop/{shown('shp', refs[1].shop_id)}/data/same-products"
        assert (await client.get(foreign)).status_code in {403, 404}


async def test_the_queue_keeps_the_likeliest_and_what_was_said(scene, database, clock, monkeypatch):
    refs, *_ = scene
    monkeypatch.setattr(store, "QUEUE_MAX", 1)
    one, two, three = (tuple(sorted(pair)) for pair in ((refs[0], refs[1]), (refs[1], refs[2]), (refs[0], refs[2])))
    async with database.transaction() as tx:
        await save_pairs(tx, [], [Judged(*one, 0.3, None)], clock.now())
        await api.judge_pair(tx, SYSTEM, one, Verdict.SKIPPED, clock.now())
        await save_pairs(tx, [], [Judged(*two, 0.4, None), Judged(*three, 0.5, None)], clock.now())
        assert [pair.probability for pair in await api.list_uncertain(tx, SYSTEM)] == [0.5]
        assert [pair.probability for pair in await api.list_said(tx, SYSTEM)] == [0.3]


@pytest.mark.capability("TT-07")
async def test_programs_read_a_cluster_and_settle_pairs_page_by_page(scene, database, clock, house, monkeypatch):
    refs, *_ = scene
    put_behind_the_door(monkeypatch, v1)
    pairs = [tuple(sorted(pair)) for pair in ((refs[1], refs[2]), (refs[0], refs[1]))]
    async with database.transaction() as tx:
        await save_pairs(tx, [], [Judged(*pairs[0], 0.5, "size"), Judged(*pairs[1], 0.25, None)], clock.now())
    queue, bodies = "/v1/platform/same-products", [body_of(pair) for pair in pairs]
    async with signed_in(house, "staff") as client:
        first = (await client.get(f"{queue}/pairs", params={"limit": 1})).json()
        rest = (await client.get(f"{queue}/pairs", params={"limit": 1, "cursor": first["next_cursor"]})).json()
        assert [[item["probability"] for item in page["items"]] for page in (first, rest)] == [[0.5], [0.25]]
        assert (first["items"][0]["veto"], rest["next_cursor"]) == ("size", None)
        csrf = {"x-csrf-token": csrf_in(await client.get("/account"))}
        turned = {name.replace("other_", ""): value for name, value in bodies[0].items() if "other_" in name}
        turned |= {f"other_{name}": value for name, value in bodies[0].items() if "other_" not in name}
        said = await client.post(f"{queue}/verdicts", json=turned | {"verdict": "same"}, headers=csrf)
        assert said.json()["verdict"] == "same"
        assert len(set(await clusters(database, refs[1:]))) == 1
        undone = await client.post(f"{queue}/verdicts/undo", json=bodies[0], headers=csrf)
        assert undone.json()["verdict"] is None
        assert (await client.get(f"{queue}/pairs", params={"cursor": "no cursor"})).status_code == 422
        nowhere = body_of(tuple(sorted((refs[0], refs[2])))) | {"verdict": "same"}
        assert (await client.post(f"{queue}/verdicts", json=nowhere, headers=csrf)).status_code == 404
    async with signed_in(house, "owner-one") as client:
        mine = f"/v1/shops/{shown('shp', refs[0].shop_id)}/items"
        body = (await client.get(f"{mine}/{shown('itm', refs[0].item_id)}/same-products")).json()
        assert [other["item_id"] for other in body["others"]] == [shown("itm", refs[1].item_id)]
        assert body["first_listed_at"].startswith("2026-11-02")
        assert (await client.get(f"{mine}/{shown('itm', refs[1].item_id)}/same-products")).status_code == 404
        theirs = f"/v1/shops/{shown('shp', refs[1].shop_id)}/items/{shown('itm', refs[1].item_id)}/same-products"
        assert (await client.get(theirs)).status_code == 404
        before = await clusters(database, refs)
        csrf = {"x-csrf-token": csrf_in(await client.get("/account"))}
        assert (await client.get(f"{queue}/pairs")).status_code == 403
        for door, more in (("verdicts", {"verdict": "not_same"}), ("verdicts/undo", {})):
            assert (await client.post(f"{queue}/{door}", json=bodies[1] | more, headers=csrf)).status_code == 403
        assert await clusters(database, refs) == before


async def test_a_copy_in_another_category_is_found_by_its_traces(scene, database, clock):
    refs, *_ = scene
    three, _ = await open_shop_with_owner(database, "three", clock.now())
    async with database.transaction() as tx:
        kinds = await catalog.ensure_categories(tx, [NewCategory("test", "gifts", "礼品", "Gifts")])
        copy = NewItem(three, "test", "gloves again", GLOVES, kinds["gifts"], None, 2990, attributes=TOLD)
        await catalog.copy_items(tx, [copy], clock.now())
    await wait_for_older_work(database)
    while await api.compare_items(database, clock):
        pass
    elsewhere = ItemRef(three, item_id_of(three, "gloves again"))
    assert len(set(await clusters(database, [refs[0], elsewhere]))) == 1


def body_of(pair):
    one, other = pair
    return {"shop_id": shown("shp", one[0]), "item_id": shown("itm", one[1]),
            "other_shop_id": shown("shp", other[0]), "other_item_id": shown("itm", other[1])}  # fmt: skip


def shown(prefix, value):
    from peakday.kernel.ids import show_id

    return show_id(prefix, value)
