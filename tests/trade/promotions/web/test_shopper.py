"""Does a shopper's program see what may be taken, take it once, and find it in the wallet, a page at a time?"""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from peakday.kernel.clock import SystemClock
from peakday.kernel.house import House
from peakday.kernel.ids import show_id
from peakday.kernel.settings import read_settings
from peakday.market.accounts import api as accounts
from peakday.market.accounts.model import BuyerId, BuyerPass
from peakday.trade.promotions import api
from peakday.trade.promotions.claiming import Claimers, Claiming
from tests.market.doors import signed_in, visitor
from tests.trade.promotions.shop_floor import DAY, QUIET, count_rows, open_floor

pytestmark = pytest.mark.capability("TE-08")


@pytest.fixture
async def coupons(floor):
    """Three coupons that may be taken: the last by signed-in customers only, each expiring a day after the other."""
    kept = []
    async with floor.house.database.transaction() as tx:
        for number in range(3):
            wanted = floor.instrument(valid_until=floor.now + (number + 1) * DAY)
            stored = await api.save_draft(tx, floor.owner, floor.shop_id, wanted, floor.now)
            await api.publish(tx, floor.owner, api.Wish(floor.shop_id, stored.instrument_id), QUIET, floor.now)
            who = Claimers.REGISTERED if number == 2 else Claimers.EVERYBODY
            claiming = Claiming(
                instrument_id=stored.instrument_id, shop_id=floor.shop_id, who=who, per_buyer=1, claim_from=floor.now
            )
            await api.open_claiming(tx, floor.owner, claiming, floor.now)
            kept.append(show_id("ins", stored.instrument_id))
    return kept


def bearer(floor, buyer: UUID, is_guest=False) -> dict[str, str]:
    shown = BuyerPass(BuyerId(buyer), is_guest, False, floor.now + timedelta(hours=1), floor.now)
    token = accounts.make_buyer_token(accounts.buyer_secret(floor.house.settings), shown)
    return {"authorization": f"Bearer {token}"}


async def test_a_card_is_seen_taken_once_and_lies_in_the_wallet(floor, coupons):
    shop = show_id("shp", floor.shop_id)
    async with visitor(floor.house, **bearer(floor, floor.buyer)) as client:
        seen = (await client.get("/v1/my/claimable-cards", params={"shop_id": shop})).json()["items"]
        assert [(each["instrument_id"], each["state"]) for each in seen] == [(each, "open") for each in coupons]
        assert (seen[0]["summary"], seen[0]["shop_ids"]) == ("CN¥10 off from CN¥100, on all goods", [shop])
        for coupon in coupons:
            taken = await client.post("/v1/my/cards", json={"instrument_id": coupon, "key": coupon})
            assert taken.status_code == 201, taken.text
        again = await client.post("/v1/my/cards", json={"instrument_id": coupons[2], "key": coupons[2]})
        assert (again.status_code, again.json()["card_id"]) == (200, taken.json()["card_id"])
        more = await client.post("/v1/my/cards", json={"instrument_id": coupons[2], "key": "another"})
        assert (more.status_code, more.json()["code"]) == (409, "claimed_enough")
        first = (await client.get("/v1/my/cards", params={"limit": 2})).json()
        second = (await client.get("/v1/my/cards", params={"limit": 2, "cursor": first["next_cursor"]})).json()
    assert [each["instrument_id"] for each in first["items"] + second["items"]] == coupons
    assert second["next_cursor"] is None


async def test_a_guest_is_told_what_is_for_customers_who_signed_in(floor, coupons):
    shop = show_id("shp", floor.shop_id)
    async with visitor(floor.house, **bearer(floor, floor.buyer, is_guest=True)) as client:
        seen = (await client.get("/v1/my/claimable-cards", params={"shop_id": shop})).json()["items"]
        refused = await client.post("/v1/my/cards", json={"instrument_id": coupons[2], "key": "a"})
    assert [each["state"] for each in seen] == ["open", "open", "not_for_you"]
    assert (refused.status_code, refused.json()["title"]) == (409, "This card is for signed-in customers only")


async def test_merchants_and_strangers_have_no_wallet_here_and_bad_words_are_told(floor, coupons):
    before = await count_rows(floor.house)
    async with signed_in(floor.house, "owner-one") as client:
        assert (await client.get("/v1/my/cards")).status_code in {401, 403}
    async with visitor(floor.house) as client:
        assert (await client.get("/v1/my/cards")).status_code == 401
    async with visitor(floor.house, **bearer(floor, floor.buyer)) as client:
        assert (await client.post("/v1/my/cards", json={"instrument_id": "ins_x", "key": "a"})).status_code == 404
        assert (await client.post("/v1/my/cards", json={"instrument_id": coupons[0], "key": ""})).status_code == 422
        assert (await client.get("/v1/my/cards", params={"cursor": "x"})).status_code == 422
    assert await count_rows(floor.house) == before


class FastClock(SystemClock):
    """The clock of a web process that is half an hour ahead of the others."""

    def now(self):
        return super().now() + timedelta(minutes=30)


async def test_a_process_whose_clock_is_ahead_gives_no_card_before_its_time(settings, database, database_url):
    """The claiming begins in ten minutes by the record's clock, and has begun by the process's."""
    home = read_settings({"PEAKDAY_HOME": str(settings.home), "PEAKDAY_DATABASE_URL": database_url})
    home.home.mkdir(parents=True)
    floor = await open_floor(House(home, FastClock(), database))
    now = datetime.now(UTC)
    async with database.transaction() as tx:
        stored = await api.save_draft(tx, floor.owner, floor.shop_id, floor.instrument(), now)
        await api.publish(tx, floor.owner, api.Wish(floor.shop_id, stored.instrument_id), QUIET, now)
        claiming = Claiming(
            instrument_id=stored.instrument_id, shop_id=floor.shop_id, who=Claimers.EVERYBODY, per_buyer=1,
            claim_from=now + timedelta(minutes=10),
        )  # fmt: skip
        await api.open_claiming(tx, floor.owner, claiming, now)
    card = show_id("ins", stored.instrument_id)
    async with visitor(floor.house, **bearer(floor, floor.buyer)) as client:
        shown = await client.get("/v1/my/claimable-cards", params={"shop_id": show_id("shp", floor.shop_id)})
        refused = await client.post("/v1/my/cards", json={"instrument_id": card, "key": "early"})
    assert [each["state"] for each in shown.json()["items"]] == ["not_yet"]
    assert (refused.status_code, refused.json()["code"]) == (409, "claim_not_open")
