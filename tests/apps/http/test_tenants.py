"""Can a merchant read another shop by editing an address, or a sub-account without data rights see a figure?

The walk asks the app itself for its routes, so a new door is tried from its first day.
"""

import re

import pytest
from fastapi.routing import iter_route_contexts
from starlette.routing import Mount

from peakday.apps.http.identity import BUYERS_DOORS, OPEN_TO_VISITORS
from peakday.kernel.ids import show_id
from tests.apps.http.conftest import CANARY_MINOR

METRIC = "paid_amount"
FORMS = [f"{m / 100:.2f}" for m in CANARY_MINOR.values()]


def doors(app) -> list[tuple[str, str]]:
    """Every (method, path pattern) that the app answers."""
    found = []
    for route in iter_route_contexts(app.routes):
        if not isinstance(route.original_route, Mount):
            found += [(method, route.path) for method in sorted(route.methods or ()) if method != "HEAD"]
    return found


def address(path: str, place) -> str:
    """A pattern filled with ids of `place`; unknown fields get a number."""
    values = {
        "shop_id": place.shown,
        "item_id": show_id("itm", place.item_id),
        "order_id": show_id("ord", place.order_id),
        "category_id": show_id("cat", place.category_id),
        "account_id": show_id("acc", place.order_id),
        "key_id": show_id("key", place.order_id),
        "name": METRIC,
        "metric": METRIC,
    }
    return re.sub(r"\{(\w+)(?::\w+)?\}", lambda m: values.get(m.group(1), "1"), path)


def figures_in(text: str, name: str) -> list[str]:
    """The shop's canary amount in any writing: 918273.64, 918,273.64, 91827364."""
    minor = CANARY_MINOR[name]
    forms = [str(minor), f"{minor / 100:.2f}", f"{minor / 100:,.2f}", f"{minor // 100:,}", str(minor // 100)]
    return [form for form in forms if form in text]


@pytest.mark.capability("QN-08", page="/shop/{shop_id}/staff")
async def test_a_merchant_who_edits_ids_never_reads_or_changes_another_shop(market):
    theirs = market.places["south"]
    tried = 0
    async with market.signed_in("north-main") as client:
        page = (await client.get("/account")).text
        csrf = re.search(r'name="csrf-token" content="([^"]+)"', page).group(1)
        for method, path in doors(market.app):
            if "{shop_id}" not in path or BUYERS_DOORS(path):  # the mall shows every shop to everybody
                continue
            answer = await client.request(method, address(path, theirs), headers={"x-csrf-token": csrf}, json={})
            assert answer.status_code in {404, 422}, (method, path, answer.status_code, answer.text[:300])
            assert figures_in(answer.text, "south") == [], (method, path)
            assert "Shop south" not in answer.text, (method, path)
            tried += 1
    assert tried >= 40


async def test_ids_of_another_shop_under_ones_own_shop_lead_nowhere(market):
    ours, theirs = market.places["north"], market.places["south"]
    async with market.signed_in("north-main") as client:
        for path in (
            f"/shop/{ours.shown}/orders/{show_id('ord', theirs.order_id)}",
            f"/shop/{ours.shown}/items/{show_id('itm', theirs.item_id)}",
            f"/v1/shops/{ours.shown}/orders/{show_id('ord', theirs.order_id)}",
            f"/v1/shops/{ours.shown}/items/{show_id('itm', theirs.item_id)}",
        ):
            answer = await client.get(path)
            assert answer.status_code == 404, path
            assert figures_in(answer.text, "south") == [], path


@pytest.mark.capability("QN-08", page="/shop/{shop_id}/staff")
async def test_a_sub_account_without_data_rights_sees_no_figure_behind_any_door(market):
    ours = market.places["north"]
    tried, seen_by_main = 0, set()
    async with market.signed_in("north-main") as owner, market.signed_in("north-shipping") as client:
        for method, path in doors(market.app):
            if method != "GET" or path.startswith(("/static", "/sign-out")):
                continue
            where = address(path, ours)
            if figures_in((await owner.get(where)).text, "north"):
                seen_by_main.add(path)
            answer = await client.get(where)
            assert answer.status_code < 500, (path, answer.status_code)
            assert figures_in(answer.text, "north") == [], (path, answer.status_code)
            tried += 1
    assert tried >= 40
    assert len(seen_by_main) >= 6, seen_by_main  # the canary is really there for who may see it


async def test_a_visitor_who_is_not_signed_in_reaches_only_the_sign_in_page_and_the_mall(market):
    ours = market.places["north"]
    async with market.client() as client:
        for method, path in doors(market.app):
            if method != "GET" or path in {"/sign-in", "/health", "/v1/openapi.json", "/v1/metrics"}:
                continue
            if OPEN_TO_VISITORS(path):
                assert BUYERS_DOORS(path), path
                answer = await client.get(address(path, ours))
                assert answer.status_code < 500, (path, answer.status_code)
                assert figures_in(answer.text, "north") == [], path
                continue
            answer = await client.get(address(path, ours))
            assert answer.status_code in {303, 401}, (path, answer.status_code)
            assert figures_in(answer.text, "north") == [], path


async def test_a_form_without_our_token_changes_nothing(market):
    ours = market.places["north"]
    async with market.signed_in("north-main") as client:
        for headers in (
            {},
            {"x-csrf-token": "guess"},
            {"origin": "https://evil.example"},
            {"sec-fetch-site": "cross-site"},
        ):
            answer = await client.post(f"/shop/{ours.shown}/profile", data={"name": "Stolen"}, headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (403, "csrf_failed")
        assert "Stolen" not in (await client.get(f"/shop/{ours.shown}/profile")).text
