"""Does an API key reach every door that its scopes speak of, and no other?"""

import pytest

from peakday.kernel.ids import show_id
from peakday.market.accounts.permissions import SCOPES
from tests.apps.http.test_security import key_for
from tests.apps.http.test_tenants import address, doors

PEOPLES = ("/staff", "/keys", "/audit-trail")  # doors of sub-accounts, keys and the trail are for people


async def test_a_key_of_all_scopes_reads_behind_every_door_but_those_of_sub_accounts_keys_and_the_trail(market):
    north = market.places["north"]
    key = await key_for(market, "north", *SCOPES)
    tried = {"may": 0, "may not": 0}
    async with market.client() as client:
        for method, path in doors(market.app):
            if method != "GET" or not path.startswith("/v1/shops/{shop_id}"):
                continue
            is_peoples = path.removeprefix("/v1/shops/{shop_id}").startswith(PEOPLES)
            answer = await client.get(address(path, north), headers=key)
            assert (answer.status_code == 403) == is_peoples, (path, answer.status_code, answer.text[:200])
            tried["may not" if is_peoples else "may"] += 1
    assert tried["may"] >= 12
    assert tried["may not"] >= 3


@pytest.mark.parametrize(
    "scope, reads, writes",
    [("catalog:write", 403, 403), ("marketing:read", 200, 403), ("marketing:write", 200, 201)],
)
async def test_prices_are_read_and_set_with_the_scopes_of_marketing(market, scope, reads, writes):
    north = market.places["north"]
    item = f"/v1/shops/{north.shown}/items/{show_id('itm', north.item_id)}"
    key = await key_for(market, "north", scope)
    async with market.client() as client:
        async with market.house.database.read() as connection:
            sku_id = await connection.fetchval("select sku_id from catalog.sku where item_id = $1", north.item_id)
        low = await client.get(f"{item}/low-price?first_day=2026-11-01&last_day=2026-11-11", headers=key)
        since = market.house.clock.now().isoformat()
        offer = {"sku_id": show_id("sku", sku_id), "price_minor": 70_00, "currency": "CNY", "valid_from": since}
        made = await client.post(f"{item}/offers", json={"offers": [offer]}, headers=key)
    assert (low.status_code, made.status_code) == (reads, writes), made.text
