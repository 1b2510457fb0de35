"""Do the catalogue's doors list, edit, import and export for the shop's people, and for nobody else?"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI, Request

from peakday.apps.importers import csv_mapping
from peakday.apps.importers.web import router as importers_router
from peakday.apps.opening import open_web_engines
from peakday.kernel.actor import Actor, ActorKind
from peakday.kernel.house import House
from peakday.kernel.ids import show_id
from peakday.kernel.jobs import run_due_jobs
from peakday.kernel.refusal import Refusal
from peakday.kernel.text import Language
from peakday.kernel.web.context import Visit
from peakday.kernel.web.problems import answer_refusal
from peakday.market.catalog import api, jobs
from peakday.market.catalog.model import NewCategory, NewItem, NewSku, item_id_of
from peakday.market.catalog.web import merchant, v1
from peakday.market.shops import api as shops
from peakday.market.shops.model import NewShop
from tests.kept_apps import app_of

COST_TEXT = "4,321.09"


@dataclass
class Door:
    """The rooms' doors without the house's door before them: who asks is said by `actor`."""

    house: House
    client: httpx.AsyncClient
    shop_id: UUID
    actor: Actor
    language: Language = "en"

    @property
    def pages(self) -> str:
        return f"/shop/{show_id('shp', self.shop_id)}"

    @property
    def api(self) -> str:
        return f"/v1/shops/{show_id('shp', self.shop_id)}"

    @property
    def item(self) -> str:
        return show_id("itm", item_id_of(self.shop_id, "P1"))

    def be(self, *permissions: str) -> None:
        self.actor = Actor(ActorKind.MERCHANT, None, self.shop_id, frozenset(permissions))

    def be_stranger(self) -> None:
        self.actor = Actor(ActorKind.MERCHANT, None, item_id_of(self.shop_id, "x"), frozenset({"*"}))


def _build() -> FastAPI:
    app = FastAPI()
    for router in (v1.router, merchant.router, importers_router):
        app.include_router(router)
    app.add_exception_handler(Refusal, answer_refusal)
    return app


@pytest.fixture
async def door(house) -> AsyncIterator[Door]:
    app = app_of(_build, house)
    async with open_web_engines(house), house.database.transaction() as tx:
        (shop_id,) = await shops.ensure_shops(tx, [NewShop("t", "1", "店", "CNY", house.clock.now())])
        ids = await api.ensure_categories(tx, [NewCategory("t", "1", "连衣裙", "Dress")])
        skus = (NewSku("P1", price_minor=9900, cost_minor=432_109),)
        item = NewItem(shop_id, "t", "P1", "<b>红裙</b>", ids["1"], None, 9900, skus=skus)
        await api.copy_items(tx, [item], house.clock.now())
    async with open_web_engines(house), httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://peakday.test"
    ) as client:  # fmt: skip
        found = Door(house, client, shop_id, Actor(ActorKind.STAFF, None, None, frozenset({"*"})))

        @app.middleware("http")
        async def recognise(request: Request, call_next):
            request.state.visit = Visit(found.actor, found.language, "token", "test")
            return await call_next(request)

        yield found


async def test_the_list_and_the_page_of_an_item_escape_titles_and_show_costs_to_who_sees_figures(door):
    page = await door.client.get(f"{door.pages}/items?q=红裙")
    assert (page.status_code, "&lt;b&gt;红裙&lt;/b&gt;" in page.text, "¥99.00" in page.text) == (200, True, True)
    assert COST_TEXT in (await door.client.get(f"{door.pages}/items/{door.item}")).text
    door.be("items:view")
    assert COST_TEXT not in (await door.client.get(f"{door.pages}/items/{door.item}")).text
    assert (await door.client.get(f"{door.api}/items/{door.item}")).json()["skus"][0]["cost_minor"] is None
    assert "4321.09" not in (await door.client.get(f"{door.api}/exports/items")).text


async def test_a_page_names_categories_from_the_root_in_its_readers_language(door):
    tree = [
        NewCategory("t", "r", "服装", "Apparel"), NewCategory("t", "w", "女装", "", "r"),
        NewCategory("t", "1", "连衣裙", "Dress", "w"),
    ]  # fmt: skip
    async with door.house.database.transaction() as tx:
        await api.ensure_categories(tx, tree)
    for path in ("/items", f"/items/{door.item}"):
        english = (await door.client.get(f"{door.pages}{path}")).text
        assert ("Apparel / 女装 / Dress" in english, "服装 /" in english) == (True, False), path
        door.language = "zh"
        chinese = (await door.client.get(f"{door.pages}{path}")).text
        assert ("服装 / 女装 / 连衣裙" in chinese, "Apparel" in chinese) == (True, False), path
        door.language = "en"
    row = (await door.client.get(f"{door.api}/items")).json()["items"][0]
    assert (row["category_path"], row["category_path_en"]) == ("服装 / 女装 / 连衣裙", "Apparel / 女装 / Dress")


async def test_an_empty_list_says_what_to_do(door):
    page = await door.client.get(f"{door.pages}/items?q=nothing+like+it")
    assert "No item matches" in page.text


async def test_an_edit_in_the_browser_is_kept_and_undone(door):
    form = {"title": "新标题", "list_price": "1,288.00", "strike_price": "", "status": "off_shelf"}
    answer = await door.client.post(f"{door.pages}/items/{door.item}", data=form)
    assert answer.status_code == 303
    kept = (await door.client.get(f"{door.api}/items/{door.item}")).json()
    assert (kept["title"], kept["list_price_minor"], kept["status"]) == ("新标题", 128_800, "off_shelf")
    number = (await door.client.get(f"{door.api}/items/{door.item}/edits")).json()["items"][0]["edit_no"]
    assert "off_shelf" not in (await door.client.get(f"{door.pages}/items/{door.item}")).text.split("Edits")[1]
    assert (await door.client.post(f"{door.pages}/items/{door.item}/edits/{number}/undo")).status_code == 303
    assert (await door.client.get(f"{door.api}/items/{door.item}")).json()["list_price_minor"] == 9900
    again = await door.client.post(f"{door.api}/items/{door.item}/edits/{number}/undo")
    assert (again.status_code, again.json()["code"]) == (409, "edit_not_undoable")


async def test_a_wrong_edit_in_the_browser_keeps_what_was_typed(door):
    form = {"title": "新标题", "list_price": "much", "strike_price": "", "status": "on_sale"}
    answer = await door.client.post(f"{door.pages}/items/{door.item}", data=form)
    assert (answer.status_code, 'value="much"' in answer.text) == (422, True)
    assert (await door.client.get(f"{door.api}/items/{door.item}")).json()["title"] == "<b>红裙</b>"


@pytest.mark.parametrize("form", ["raw", "multipart"])
@pytest.mark.capability("QN-07")
async def test_a_file_is_sent_stored_by_the_worker_and_its_errors_are_fetched(door, form):
    content = "item_ref,title,list_price\nN1,新品,1\nN2,,2\n".encode()
    sent = {"content": content} if form == "raw" else {"files": {"file": ("items.csv", content, "text/csv")}}
    answer = await door.client.post(f"{door.api}/imports", **sent)
    assert (answer.status_code, answer.json()["status"]) == (202, "running")
    assert await run_due_jobs(door.house, jobs.JOB_KINDS) == 1
    address = f"{door.api}/imports/{answer.json()['import_id']}"
    done = (await door.client.get(address)).json()
    assert (done["status"], done["rows_accepted"], done["rows_refused"], done["share_done"]) == ("done", 1, 1, 1.0)
    errors = (await door.client.get(f"{address}/errors")).text
    assert errors.splitlines()[1].startswith("3,title,,missing,")
    assert [path for path in door.house.settings.uploads_dir.rglob("*") if path.is_file()] == []


async def test_a_file_that_is_no_table_is_refused_and_not_kept(door):
    answer = await door.client.post(f"{door.api}/imports", content=b"PK\x03\x04 a workbook")
    assert (answer.status_code, answer.json()["code"]) == (400, "file_unreadable")
    assert [path for path in door.house.settings.uploads_dir.rglob("*") if path.is_file()] == []


async def test_the_browser_goes_from_upload_to_columns_to_progress(door):
    content = "货号,品名,售价\nN1,新品,1\nN2,,2\n".encode("gbk")
    answer = await door.client.post(f"{door.pages}/imports?kind=items", files={"file": ("a.csv", content, "text/csv")})
    assert answer.status_code == 303
    address = answer.headers["location"]
    columns = (await door.client.get(address)).text
    assert "GB18030" in columns
    assert "row 3, Title: a required value is missing" in columns
    form = {"column_item_ref": "货号", "column_title": "品名", "column_list_price": "售价", "act": "import"}
    started = await door.client.post(address, data=form)
    assert started.status_code == 303
    assert 'hx-trigger="every 2s"' in (await door.client.get(started.headers["location"])).text
    assert await run_due_jobs(door.house, csv_mapping.JOB_KINDS) == 1
    result = (await door.client.get(f"{started.headers['location']}?part=1")).text
    assert "The import is done" in result
    assert "every 2s" not in result
    assert (await door.client.get(f"{started.headers['location']}/errors.csv")).text.count("\n") == 2
    assert started.headers["location"] in (await door.client.get(f"{door.pages}/imports")).text


async def test_nobody_reads_or_writes_another_shop(door):
    door.be_stranger()
    for path in ("/items", f"/items/{door.item}", f"/items/{door.item}/edits", "/exports/items", "/imports"):
        assert (await door.client.get(f"{door.api}{path}")).status_code == 404, path
    for path in ("/items", f"/items/{door.item}", "/items/export", "/imports"):
        assert (await door.client.get(f"{door.pages}{path}")).status_code == 404, path
    assert (await door.client.patch(f"{door.api}/items/{door.item}", json={"title": "x"})).status_code == 404
    assert (await door.client.post(f"{door.api}/imports", content=b"item_ref,title,list_price\n")).status_code == 404
    door.be("items:view")
    assert (await door.client.patch(f"{door.api}/items/{door.item}", json={"title": "x"})).status_code == 403
    assert (await door.client.post(f"{door.api}/imports", content=b"item_ref,title,list_price\n")).status_code == 403
    assert (await door.client.get(f"{door.api}/items/{door.item}")).json()["title"] == "<b>红裙</b>"
