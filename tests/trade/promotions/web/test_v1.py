"""Do the JSON doors keep, publish, change and price instruments, and refuse in the words of the house?"""

from itertools import count

import pytest

from peakday.kernel.ids import show_id
from peakday.market.accounts.model import Role
from peakday.trade.promotions.guard import Severity
from peakday.trade.promotions.model import Kind
from tests.market.people import open_account
from tests.trade.promotions.shop_floor import a_finding, count_rows, open_floor
from tests.trade.promotions.web.doors import at_desk

pytestmark = pytest.mark.capability("TE-08", page="/v1/shops/{shop_id}/instruments")
TIERS = {"type": "tiers", "tiers": [{"at": 10_000, "off": 1_000}]}
COUPON = {"kind": "shop_coupon", "name_zh": "十月券", "name_en": "October coupon", "benefit": TIERS}
_wishes = count(1)


def anew():
    """A client's key that no wish had before."""
    return f"wish-{next(_wishes)}"


def benefits(floor) -> dict[Kind, dict]:
    """A benefit for every kind."""
    tea, cup = show_id("sku", floor.tea), show_id("sku", floor.cup)
    own = {
        Kind.SINGLE_PRICE: {"type": "piece_price", "price_minor": 9_000,
                            "by_sku": [{"sku_id": tea, "price_minor": 8_000}]},
        Kind.LIVE_PRICE: {"type": "piece_rate", "off_bp": 1_500},
        Kind.NTH_PIECE: {"type": "nth_piece", "nth": 2, "off_bp": 5_000, "times_max": None, "is_mixed": False},
        Kind.BUNDLE: {"type": "bundle", "components": [{"sku_id": tea, "quantity": 1}, {"sku_id": cup, "quantity": 2}],
                      "price_minor": 15_000, "sets_max": None},
        Kind.GIFT: {"type": "gift", "at": 20_000, "sku_id": cup, "quantity": 1, "counts": "money", "repeats": False,
                    "times_max": None},
    }  # fmt: skip
    return {kind: own.get(kind, TIERS) for kind in Kind}


async def test_every_kind_is_kept_and_comes_back_as_it_was_sent(floor):
    async with at_desk(floor) as desk:
        for kind, benefit in benefits(floor).items():
            made = await desk.send(
                "/instruments", {"terms": COUPON | {"kind": kind, "benefit": benefit}, "client_key": anew()}
            )
            assert made.status_code == 201, (kind, made.text)
            body = (await desk.get(f"{desk.door}/instruments/{made.json()['instrument_id']}")).json()
            for name, value in benefit.items():
                assert body["terms"]["benefit"][name] == value, (kind, name)
            assert (body["status"], body["version"], body["tally"]["used"]) == ("draft", 1, 0)
        page = (await desk.get(f"{desk.door}/instruments?limit=10")).json()
        rest = (await desk.get(f"{desk.door}/instruments?limit=200&cursor={page['next_cursor']}")).json()
    assert (len(page["items"]), len(rest["items"]), rest["next_cursor"]) == (10, 8, None)


async def test_a_life_over_the_doors(floor, guard):
    async with at_desk(floor) as desk, at_desk(floor, "second-one") as second:
        made = (await desk.send("/instruments", {"terms": COUPON, "client_key": "k1"})).json()
        again = (await desk.send("/instruments", {"terms": COUPON, "client_key": "k1"})).json()
        assert again["instrument_id"] == made["instrument_id"]
        one = f"/instruments/{made['instrument_id']}"
        guard.findings = (a_finding(Severity.HOLD),)
        waiting = (await desk.send(f"{one}/publish", {})).json()
        assert waiting["instrument"]["status"] == "waiting_confirmation"
        (finding,) = waiting["inspection"]["findings"]
        assert (finding["code"], finding["severity"], finding["loss_minor"]) == ("below_red_line", "hold", 12_300)
        token = {"confirmed": waiting["inspection"]["token"]}
        assert (await desk.send(f"{one}/publish", token)).json()["instrument"]["status"] == "held"
        own = await desk.send(f"{one}/approve", token)
        assert (own.status_code, own.json()["code"]) == (409, "second_person_needed")
        assert (await second.send(f"{one}/approve", token)).json()["instrument"]["status"] == "live"
        changed = {"terms": COUPON | {"name_zh": "新名"}, "since_version": 1}
        refused = await desk.send(one, changed, "PUT")
        assert (refused.status_code, refused.json()["code"]) == (409, "instrument_move_refused")
        assert (await desk.send(f"{one}/pause", {"reason": "too deep"})).json()["reason"] == "too deep"
        assert (await desk.send(one, changed, "PUT")).json()["version"] == 2
        stale = await desk.send(one, changed | {"terms": COUPON | {"name_zh": "又改"}}, "PUT")
        assert stale.json()["code"] == "instrument_changed_since"
        assert (await desk.send(f"{one}/roll-back", {"version": 1})).json()["version"] == 3
        copied = await desk.send(f"{one}/copy", {})
        assert (copied.status_code, copied.json()["terms"]["name_en"]) == (201, "October coupon copy")
        assert (await desk.send(f"{one}/end", {})).json()["status"] == "ended"
        history = (await desk.get(f"{desk.door}{one}/versions")).json()
    assert [row["version"] for row in history["items"]] == [3, 2, 1]
    assert [row["to_status"] for row in history["moves"]] == [
        "ended", "draft", "draft", "paused", "live", "held", "waiting_confirmation", "draft",
    ]  # fmt: skip


async def test_without_a_guard_nothing_is_published_and_the_draft_stays(floor):
    async with at_desk(floor) as desk:
        made = (await desk.send("/instruments", {"terms": COUPON, "client_key": anew()})).json()
        before = await count_rows(floor.house)
        for door in ("publish", "approve", "resume"):
            answer = await desk.send(f"/instruments/{made['instrument_id']}/{door}", {})
            assert (answer.status_code, answer.json()["code"]) == (409, "no_guard")
        answer = await desk.send("/instruments/inspect", COUPON)
        assert (answer.status_code, answer.json()["code"]) == (409, "no_guard")
    assert await count_rows(floor.house) == before


async def test_what_is_wrong_is_told_by_field_in_both_languages(floor):
    before = await count_rows(floor.house)
    async with at_desk(floor) as desk:
        wrong = COUPON | {"currency": "USD", "benefit": TIERS | {"tiers": [{"at": 100, "off": 100}]}}
        answer = await desk.send("/instruments", {"terms": wrong, "client_key": anew()})
        assert answer.status_code == 422
        problems = {row["code"]: row for row in answer.json()["problems"]}
        assert set(problems) == {"currencies_mixed", "face_not_below_threshold"}
        assert problems["currencies_mixed"]["message_zh"] == "币种与店铺定价的币种不同"
        misspelt = await desk.send("/instruments", {"terms": COUPON | {"per_byer": 1}, "client_key": anew()})
        assert misspelt.status_code == 422
        naive = await desk.send(
            "/instruments", {"terms": COUPON | {"valid_from": "2026-12-01T00:00:00"}, "client_key": anew()}
        )
        assert naive.json()["problems"][0]["code"] == "zone_missing"
        foreign = COUPON | {"scope": {"item_ids": [show_id("itm", floor.shop_id)]}}
        assert (await desk.send("/instruments", {"terms": foreign, "client_key": anew()})).json()["problems"][0][
            "code"
        ] == "unknown_goods"
    assert await count_rows(floor.house) == before


async def test_a_basket_is_priced_with_its_shares_and_trace(floor, guard):
    async with at_desk(floor) as desk:
        made = (await desk.send("/instruments", {"terms": COUPON, "client_key": anew()})).json()["instrument_id"]
        await desk.send(f"/instruments/{made}/publish", {})
        pieces = [{"sku_id": show_id("sku", floor.tea), "quantity": 2}]
        body = (await desk.send("/price-baskets", {"pieces": pieces})).json()
        assert (body["list_minor"], body["discount_minor"], body["payable_minor"]) == (20_000, 1_000, 19_000)
        assert body["by_instrument"] == {made: 1_000}
        assert body["lines"][0]["shares"] == [
            {"instrument_id": made, "level": 2, "funder": "merchant", "minor": 1_000}
        ]  # fmt: skip
        assert body["trace_zh"][-1] == "商品 ¥200.00,优惠 ¥10.00,运费 ¥0.00,应付 ¥190.00"
        candidate = COUPON | {"benefit": TIERS | {"tiers": [{"at": 10_000, "off": 5_000}]}}
        what_if = (await desk.send("/price-baskets", {"pieces": pieces, "candidate": candidate})).json()
        assert what_if["payable_minor"] == 15_000
        assert (await desk.send("/price-baskets", {"pieces": pieces, "instrument_ids": []})).json()[
            "discount_minor"
        ] == 0
        doubled = await desk.send("/price-baskets", {"pieces": [*pieces, *pieces]})
        assert doubled.json()["problems"][0]["code"] == "doubled"
        expired = await desk.send("/price-baskets", {"pieces": pieces, "at": "1999-01-01T00:00:00Z"})
        assert (expired.status_code, expired.json()["code"]) == (404, "no_rule_set")


async def test_a_presale_is_offered_listed_and_withdrawn(floor):
    form = {
        "item_id": show_id("itm", floor.tea_item), "sku_id": show_id("sku", floor.tea), "kind": "inflation",
        "currency": "CNY", "price_minor": 100_000, "deposit_minor": 10_000, "off_minor": 10_000,
        "deposit_from": "2026-12-01T00:00:00Z", "deposit_until": "2026-12-02T00:00:00Z",
        "tail_from": "2026-12-02T00:00:00Z", "tail_until": "2026-12-03T00:00:00Z",
    }  # fmt: skip
    async with at_desk(floor) as desk:
        made = await desk.send("/presales", form)
        assert made.status_code == 201, made.text
        clash = await desk.send("/presales", form)
        assert (clash.status_code, clash.json()["code"]) == (409, "presale_overlaps")
        small = await desk.send("/presales", form | {"deposit_minor": 10})
        assert (small.status_code, small.json()["problems"][0]["field"]) == (422, "deposit")
        assert (await desk.send(f"/presales/{made.json()['presale_id']}/end", {})).status_code == 204
        (listed,) = (await desk.get(f"{desk.door}/presales")).json()["items"]
    assert (listed["kind"], listed["off_minor"], listed["ended_at"] is not None) == ("inflation", 10_000, True)


async def test_figures_are_only_for_who_may_see_them_and_edits_for_who_may_edit(floor, guard):
    async with floor.house.database.transaction() as tx:
        await open_account(tx, floor.shop_id, "marketer", floor.now, Role.CUSTOM, {"marketing:edit"})
        await open_account(tx, floor.shop_id, "looker", floor.now, Role.CUSTOM, {"marketing:view"})
    guard.findings = (a_finding(),)
    async with at_desk(floor, "marketer") as desk:
        made = (await desk.send("/instruments", {"terms": COUPON, "client_key": anew()})).json()["instrument_id"]
        assert (await desk.get(f"{desk.door}/instruments/{made}")).json()["tally"] is None
        found = (await desk.send("/instruments/inspect", COUPON)).json()
        assert [finding["loss_minor"] for finding in found["findings"]] == [None]
    async with at_desk(floor, "looker") as desk:
        for path in ("/instruments", f"/instruments/{made}/publish"):
            answer = await desk.send(path, {"terms": COUPON, "client_key": anew()} if path == "/instruments" else {})
            assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")


async def test_another_shops_instrument_is_not_there(floor, guard):
    other = await open_floor(floor.house, "two")
    async with at_desk(floor) as desk:
        made = (await desk.send("/instruments", {"terms": COUPON, "client_key": anew()})).json()["instrument_id"]
    async with at_desk(other, "owner-two") as desk:
        for path in (f"/instruments/{made}", f"/instruments/{made}/versions"):
            assert (await desk.get(desk.door + path)).status_code == 404
        for verb in ("publish", "approve", "pause", "end", "copy"):
            assert (await desk.send(f"/instruments/{made}/{verb}", {})).status_code == 404, verb
