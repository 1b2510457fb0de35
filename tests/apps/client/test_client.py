"""Does the typed client reach a real server: pages, refusals, retries that happen once, and every door?"""

from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest

from peakday.apps.client import ApiRefusal, Client
from peakday.kernel.actor import SYSTEM
from peakday.kernel.ids import show_id
from peakday.market.accounts import api as accounts
from peakday.market.accounts.model import NewKey
from peakday.market.catalog import api as catalog
from peakday.market.catalog.model import NewCategory, NewItem
from peakday.market.catalog.web.bodies import NewItemBody
from tests.apps.serving import serving
from tests.market.people import open_shop

SCOPES = frozenset({"shop:read", "catalog:read", "catalog:write", "orders:read", "metrics:read"})


@dataclass(frozen=True)
class Line:
    """A running server, and a shop's key to it."""

    address: str
    secret: str
    shop: str
    category: str

    def client(self, http: httpx.Client | None = None) -> Client:
        return Client(self.address, self.secret, http=http)


class LosesTheFirstAnswer(httpx.HTTPTransport):
    """A line that breaks after the server has done the work, the first time."""

    lost = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = super().handle_request(request)
        if request.method != "GET" and not self.lost:
            self.lost += 1
            answer.read()
            raise httpx.ReadError("the line broke")
        return answer


@pytest.fixture
async def line(house, clock, database_url, tmp_path) -> Iterator[Line]:
    async with house.database.transaction() as tx:
        shop_id = await open_shop(tx, "one", clock.now())
        ids = await catalog.ensure_categories(
            tx, [NewCategory(source="test", source_ref="tea", name_zh="茶", name_en="Tea")]
        )
        items = [
            NewItem(shop_id, "test", f"tea-{n}", f"Tea {n}", leaf_category_id=ids["tea"], list_price_minor=100 + n)
            for n in range(5)
        ]
        await catalog.copy_items(tx, items, clock.now())
        made = await accounts.create_key(tx, SYSTEM, shop_id, NewKey("client", SCOPES), clock.now())
    with serving(tmp_path / "served", database_url) as address:
        yield Line(address, made.secret, show_id("shp", shop_id), show_id("cat", ids["tea"]))


def titles_of(client: Client, shop: str) -> list[str]:
    """All titles, read two at a time."""
    found, cursor = [], None
    while True:
        page = client.list_items(shop, cursor=cursor, limit=2)
        assert len(page.items) <= 2
        found += [item.title for item in page.items]
        cursor = page.next_cursor
        if cursor is None:
            return sorted(found)


async def test_pages_follow_one_another_until_all_is_read(line):
    with line.client() as client:
        assert titles_of(client, line.shop) == [f"Tea {n}" for n in range(5)]
        assert client.read_me().shop_id == line.shop


async def test_a_refusal_is_raised_with_its_code_and_status(line):
    with line.client() as client:
        with pytest.raises(ApiRefusal) as unknown:
            client.read_item(line.shop, "itm_" + "0" * 26)
        with pytest.raises(ApiRefusal) as forbidden:
            client.list_keys(line.shop)
    assert (unknown.value.status, unknown.value.code) == (404, "item_not_found")
    assert (forbidden.value.status, forbidden.value.code) == (403, "not_allowed")


async def test_a_change_whose_answer_was_lost_is_tried_again_and_happens_once(line):
    transport = LosesTheFirstAnswer()
    with line.client(httpx.Client(base_url=line.address, transport=transport)) as client:
        wanted = NewItemBody(item_ref="new-1", title="New tea", category_id=line.category, list_price_minor=990)
        made = client.create_item(line.shop, wanted)
        assert transport.lost == 1
        assert made.title == "New tea"
        assert titles_of(client, line.shop).count("New tea") == 1


async def test_every_door_of_the_description_has_a_method_and_every_method_a_door(line):
    document = httpx.get(f"{line.address}/v1/openapi.json").json()
    doors = {
        operation["operationId"].split("_v1_")[0]
        for operations in document["paths"].values()
        for operation in operations.values()
    }
    methods = {name for kind in Client.__bases__[:-1] for name in vars(kind) if not name.startswith("_")}
    assert methods == doors
    assert len(doors) >= 25
