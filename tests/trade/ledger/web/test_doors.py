"""Does a merchant see the shop's money, all of it, in both languages, and nobody else's?"""

import pytest

from peakday.kernel.ids import show_id
from peakday.market.accounts.model import Role
from peakday.trade.ledger.api import account_id_of
from peakday.trade.ledger.model import AccountKind
from peakday.trade.ledger.web import merchant, v1
from peakday.trade.payments import api as payments
from peakday.trade.payments.model import NewRefund
from tests.market.doors import put_behind_the_door, signed_in
from tests.market.people import open_account, open_shop_with_owner
from tests.trade.payments.builders import NOW, a_part, a_wish, an_id, paid


@pytest.fixture(autouse=True)
def _ledger_behind_the_door(monkeypatch):
    put_behind_the_door(monkeypatch, v1, merchant)


@pytest.fixture
async def shown(house):
    """Two orders of 100.00 and 50.00 paid; of the first 30.00 went back; the second was received, 5 % are fees."""
    shop_id, _ = await open_shop_with_owner(house.database, "one", NOW)
    await open_shop_with_owner(house.database, "two", NOW)
    async with house.database.transaction() as tx:
        await open_account(tx, shop_id, "bookkeeper", NOW, Role.CUSTOM, {"finance:view", "data:view"})
        await open_account(tx, shop_id, "blind", NOW, Role.CUSTOM, {"finance:view"})
        await open_account(tx, shop_id, "packer", NOW, Role.CUSTOM, {"trade:view", "data:view"})
    first, second = (
        a_part(10_000, shop_id=shop_id, order_id=an_id("first")),
        a_part(5_000, shop_id=shop_id, order_id=an_id("second"), commission_bp=500),
    )
    await paid(house.database, a_wish(first, second))
    async with house.database.transaction() as tx:
        await payments.refund(tx, NewRefund(an_id("r"), an_id("first"), 3_000, "torn"), NOW)
        await payments.release_to_merchant(tx, an_id("second"), NOW)
    return show_id("shp", shop_id)


async def accounts_of(client, shop):
    items = (await client.get(f"/v1/shops/{shop}/ledger/accounts")).json()["items"]
    return {item["kind"]: item for item in items}


async def test_a_merchant_sees_the_money_in_escrow_after_a_paid_order(house, shown):
    async with signed_in(house, "owner-one") as client:
        found = await accounts_of(client, shown)
        page = (await client.get(f"/shop/{shown}/finance")).text
    assert {kind: item["balance_minor"] for kind, item in found.items()} == {"escrow": 7_000, "merchant": 4_750}
    assert found["escrow"]["available_minor"] == 7_000
    for text in ("In escrow", "Free to be drawn", "¥70.00", "¥47.50", "A buyer paid", "Refund before receipt",
                 show_id("ord", an_id("first")), "no real money moves"):  # fmt: skip
        assert text in page, text


async def test_the_statement_runs_and_pages(house, shown):
    async with signed_in(house, "owner-one") as client:
        escrow = (await accounts_of(client, shown))["escrow"]["account_id"]
        door = f"/v1/shops/{shown}/ledger/accounts/{escrow}/entries"
        first = (await client.get(f"{door}?limit=3")).json()
        rest = (await client.get(f"{door}?limit=3&cursor={first['next_cursor']}")).json()
    rows = [*first["items"], *rest["items"]]
    assert [(row["rule"], row["change_minor"], row["balance_minor"]) for row in rows] == [
        ("escrow_release", -4_750, 7_000), ("escrow_release", -250, 11_750), ("refund_from_escrow", -3_000, 12_000),
        ("escrow_payment", 10_000, 15_000), ("escrow_payment", 5_000, 5_000),
    ]  # fmt: skip
    assert rest["next_cursor"] is None
    assert {row["ref"] for row in rows} == {show_id("ord", an_id("first")), show_id("ord", an_id("second"))}
    assert all(row["simulated"] for row in rows)


async def test_days_bound_the_statement(house, shown):
    async with house.database.read() as connection:
        today = await connection.fetchval("select (now() at time zone 'Asia/Shanghai')::date")
    async with signed_in(house, "owner-one") as client:
        escrow = (await accounts_of(client, shown))["escrow"]["account_id"]
        door = f"/v1/shops/{shown}/ledger/accounts/{escrow}/entries"
        inside = (await client.get(f"{door}?first_day={today}&last_day={today}")).json()["items"]
        after = (await client.get(f"{door}?first_day=2099-01-01")).json()["items"]
        before = (await client.get(f"{door}?last_day=2001-01-01")).json()["items"]
        page = (await client.get(f"/shop/{shown}/finance?end=2001-01-01")).text
        reversed_days = await client.get(f"{door}?first_day=2026-02-02&last_day=2026-01-01")
    assert (len(inside), after, before) == (5, [], [])
    assert "No entries in this time" in page
    assert reversed_days.status_code == 422


async def test_the_export_holds_every_entry(house, shown):
    async with signed_in(house, "owner-one") as client:
        answer = await client.get(f"/shop/{shown}/finance.csv")
    rows = answer.content.decode("utf-8-sig").splitlines()
    assert rows[0].startswith("entry_no,at,rule,ref")
    assert [row.split(",")[5] for row in rows[1:]] == ["-47.50", "-2.50", "-30.00", "100.00", "50.00"]


async def test_the_page_speaks_chinese_and_says_when_there_is_nothing(house, shown):
    async with house.database.read() as connection:
        other = await connection.fetchval("select shop_id from shops.shop where source_ref = 'two'")
    async with signed_in(house, "owner-two") as client:
        client.headers["accept-language"] = "zh"
        page = await client.get(f"/shop/{show_id('shp', other)}/finance")
        empty = await client.get(f"/shop/{show_id('shp', other)}/finance.csv")
    assert page.status_code == 200
    assert "还没有资金" in page.text
    assert len(empty.text.splitlines()) == 1


@pytest.mark.parametrize("login, status", [("bookkeeper", 200), ("blind", 403), ("packer", 403), ("owner-two", 404)])
async def test_only_who_may_see_the_shops_money_sees_it(house, shown, login, status):
    async with signed_in(house, "owner-one") as client:
        escrow = (await accounts_of(client, shown))["escrow"]["account_id"]
    async with signed_in(house, login) as client:
        for address in (f"/v1/shops/{shown}/ledger/accounts", f"/v1/shops/{shown}/ledger/accounts/{escrow}/entries",
                        f"/shop/{shown}/finance", f"/shop/{shown}/finance.csv"):  # fmt: skip
            assert (await client.get(address)).status_code == status, address


@pytest.mark.parametrize("kind", [AccountKind.CLEARING, AccountKind.COMMISSION, AccountKind.SUBSIDY])
async def test_the_platforms_own_accounts_are_no_shops(house, shown, kind):
    platforms = show_id("lac", account_id_of(kind, None, "CNY"))
    async with house.database.transaction() as tx:
        await open_account(tx, None, "staff", NOW)
    for login in ("owner-one", "staff"):  # staff may see them, but not as if they were a shop's
        async with signed_in(house, login) as client:
            answer = await client.get(f"/v1/shops/{shown}/ledger/accounts/{platforms}/entries")
        assert answer.status_code == 404
