"""Can a merchant build every kind on the pages, see it while typing, meet an objection, confirm, and go back?"""

import re

import pytest

from peakday.kernel.text import Text
from peakday.market.accounts.model import Role
from peakday.trade.promotions import api
from peakday.trade.promotions.guard import Finding, Severity, Witness
from peakday.trade.promotions.model import Kind
from peakday.trade.promotions.stored import InstrumentFilter
from tests.market.people import open_account
from tests.trade.promotions.builders import a_cart
from tests.trade.promotions.shop_floor import a_finding, count_rows
from tests.trade.promotions.web.doors import at_desk

pytestmark = pytest.mark.capability("TE-08", page="/shop/{shop_id}/promotions")
TIERS = {"counts": "money", "gives": "reduction", "at1": "300", "off1": "50"}
TYPED = {
    Kind.SINGLE_PRICE: {"price_how": "price", "price_value": "80"},
    Kind.LIVE_PRICE: {"price_how": "rate", "price_value": "15"},
    Kind.NTH_PIECE: {"nth": "2", "nth_off": "50"},
    Kind.BUNDLE: {"parts": "tea/big × 1\n2 x cup", "bundle_price": "250"},
    Kind.GIFT: {"counts": "money", "at1": "300", "gift_sku": "cup", "gift_quantity": "1"},
    Kind.TIERED_RATE: {"counts": "pieces", "gives": "rate", "at1": "3", "off1": "10"},
    Kind.PIECE_TIERS: {"counts": "pieces", "gives": "rate", "at1": "2", "off1": "5", "at2": "3", "off2": "10"},
    Kind.TIERED_REDUCTION: TIERS | {"at2": "600", "off2": "120"},
    Kind.CROSS_SHOP_TIER: TIERS | {"repeats": "1"},
}
SAID = {
    Kind.SINGLE_PRICE: "每件80元", Kind.LIVE_PRICE: "每件打8.5折", Kind.NTH_PIECE: "第2件打5折",
    Kind.BUNDLE: "3件搭配共250元", Kind.GIFT: "满300赠1件赠品", Kind.TIERED_RATE: "满3件打9折",
    Kind.PIECE_TIERS: "满2件打9.5折,满3件打9折", Kind.TIERED_REDUCTION: "满300减50,满600减120",
    Kind.CROSS_SHOP_TIER: "每满300减50,上不封顶",
}  # fmt: skip


def typed_for(kind: Kind) -> dict[str, str]:
    return {"kind": kind.value, "name": "试一试", **TYPED.get(kind, TIERS)}


@pytest.mark.parametrize("kind", Kind)
async def test_a_kind_is_typed_seen_in_words_saved_and_shown_again(floor, kind):
    async with at_desk(floor, language="zh") as desk:
        fields = await desk.type("/fields", kind=kind.value)
        for name in TYPED.get(kind, TIERS):
            assert f'name="{name}"' in fields.text, name
        seen = await desk.type("/preview", **typed_for(kind))
        assert SAID.get(kind, "满300减50") in seen.text
        assert "样例购物车" in seen.text, seen.text
        saved = await desk.type("", **typed_for(kind))
        assert saved.status_code == 303, saved.text
        shown = await desk.get(saved.headers["location"])
        assert SAID.get(kind, "满300减50") in shown.text
        again = await desk.get(saved.headers["location"].split("?")[0] + "/edit")
        same = await desk.client.post(saved.headers["location"].split("?")[0], data=fields_in(again.text, desk))
        assert same.status_code == 303, same.text
    async with floor.house.database.read() as tx:
        ((stored, _),) = await api.list_instruments(tx, floor.owner, floor.shop_id, InstrumentFilter())
    assert (stored.instrument.kind, stored.version) == (kind, 1)  # what the form shows says the same


def fields_in(page: str, desk) -> list | dict:
    """What a browser would send of the builder's form."""
    form = page.split('id="builder"')[1].split("</form>", maxsplit=1)[0]
    typed: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and ('type="checkbox"' not in tag or "checked" in tag):
            typed[name[1]] = value[1] if value else ""
    typed |= dict(re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>(.*?)</textarea>', form, re.DOTALL))
    for name, inner in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.findall(r'<option value="([^"]*)" selected', inner)
        if chosen:
            typed[name] = chosen[0]
        elif "multiple" not in form.split(f'name="{name}"')[1][:20] and name != "category":
            typed[name] = re.findall(r'<option value="([^"]*)"', inner)[0]
    return typed | {"csrf_token": desk.token}


@pytest.mark.capability("QN-05", page="/shop/{shop_id}/promotions/{instrument_id}")
async def test_the_guard_objects_with_its_basket_and_the_merchant_confirms(floor, guard):
    cart = a_cart("A: 100.00")
    line = cart.lines[0]
    proof = Witness(
        type(cart)(lines=(type(line)("x", floor.tea, floor.tea_item, floor.shop_id, 10_000, 3),), currency="CNY",
                   at=cart.at),
        (floor.instrument(),), "tmall_promotions", floor.tea, 1_234, (Text("先减五十", "first fifty off"),),
    )  # fmt: skip
    guard.findings = (
        Finding("below_red_line", Severity.CONFIRM, Text("低于红线", "Below the red line"), proof, 99_900),
    )
    async with at_desk(floor) as desk:
        checked = await desk.type("/inspect", **typed_for(Kind.SHOP_COUPON))
        for words in ("Below the red line", "Longjing tea × 3", "CN¥12.34", "first fifty off", "CN¥999.00"):
            assert words in checked.text, words
        saved = await desk.type("", **typed_for(Kind.SHOP_COUPON))
        page = saved.headers["location"].split("?")[0]
        published = await desk.client.post(f"{page}/publish", data={"csrf_token": desk.token})
        assert published.headers["location"] == f"{page}?done=waiting_confirmation"
        waiting = (await desk.get(published.headers["location"])).text
        assert "I understand: publish" in waiting
        token = re.search(r"name='confirmed' value='([0-9a-f]+)'", waiting)[1]
        live = await desk.client.post(f"{page}/publish", data={"csrf_token": desk.token, "confirmed": token})
        assert live.headers["location"] == f"{page}?done=live"
        assert "Pause and change" in (await desk.get(page)).text


async def test_a_deep_cut_is_approved_on_the_page_by_the_second_person(floor, guard):
    guard.findings = (a_finding(Severity.HOLD),)
    async with at_desk(floor) as desk, at_desk(floor, "second-one") as second:
        page = (await desk.type("", **typed_for(Kind.SHOP_COUPON))).headers["location"].split("?")[0]
        await desk.client.post(f"{page}/publish", data={"csrf_token": desk.token})
        token = re.search(r"name='confirmed' value='([0-9a-f]+)'", (await desk.get(page)).text)[1]
        await desk.client.post(f"{page}/publish", data={"csrf_token": desk.token, "confirmed": token})
        assert "Another account must approve" in (await desk.get(page)).text
        assert ">Approve<" in (await second.get(page)).text
        done = await second.client.post(f"{page}/approve", data={"csrf_token": second.token, "confirmed": token})
        assert done.headers["location"] == f"{page}?done=live"


async def test_versions_are_compared_and_rolled_back(floor):
    async with at_desk(floor) as desk:
        page = (await desk.type("", **typed_for(Kind.SHOP_COUPON))).headers["location"].split("?")[0]
        changed = typed_for(Kind.SHOP_COUPON) | {"off1": "60", "per_buyer": "2", "csrf_token": desk.token}
        assert (await desk.client.post(page, data=changed)).status_code == 303
        versions = (await desk.get(f"{page}/versions")).text
        for words in ("300.00 → 50.00", "300.00 → 60.00", "Per buyer", "What versions 1 and 2 differ in"):
            assert words in versions, words
        back = await desk.client.post(f"{page}/roll-back", data={"csrf_token": desk.token, "version": "1"})
        assert back.headers["location"] == f"{page}?done=rolled_back"
        assert "CN¥50 off from CN¥300" in (await desk.get(page)).text


async def test_wrong_fields_come_back_with_what_was_typed(floor):
    before = await count_rows(floor.house)
    wrong = typed_for(Kind.SHOP_COUPON) | {"off1": "fifty", "per_buyer": "x", "valid_from": "soon", "share_max": "1/3"}
    async with at_desk(floor) as desk:
        answer = await desk.type("", **wrong)
        assert answer.status_code == 422
        for words in ("“fifty”", "it is not a whole number", "it is not a time", 'value="fifty"', 'value="试一试"'):
            assert words in answer.text, words
        assert "it is not an amount of money" in (await desk.type("/preview", **wrong)).text
        deep = await desk.type("", **(typed_for(Kind.SHOP_COUPON) | {"off1": "300"}))
        assert (deep.status_code, "It gives as much as it asks for" in deep.text) == (422, True)
        lost = await desk.type("", **(typed_for(Kind.BUNDLE) | {"parts": "what is this line", "bundle_price": ""}))
        assert "this line cannot be read" in lost.text
    assert await count_rows(floor.house) == before


async def test_the_list_is_searched_and_exported(floor, guard):
    async with at_desk(floor, language="zh") as desk:
        assert "还没有优惠" in (await desk.get(desk.page)).text
        await desk.type("", **(typed_for(Kind.SHOP_COUPON) | {"name": "=HYPERLINK(1)"}))
        await desk.type("", **typed_for(Kind.NTH_PIECE))
        listed = (await desk.get(f"{desk.page}?q=试&status=draft")).text
        assert "第2件打5折" in listed
        assert "HYPERLINK" not in listed
        assert "没有符合条件的优惠" in (await desk.get(f"{desk.page}?status=live")).text
        header, *rows = (await desk.get(f"{desk.page}/export")).text.splitlines()
    assert header.startswith("\ufeffid,name_zh,name_en,kind,status,version,summary,")
    assert header.endswith(",issued,used,spent")
    assert len(rows) == 2
    assert any(",'=HYPERLINK(1),,shop_coupon,draft,1," in row for row in rows)
    assert all(row.endswith(",0,0,0.00") for row in rows)


async def test_whoever_may_only_look_has_no_builder_and_no_figures(floor):
    async with floor.house.database.transaction() as tx:
        await open_account(tx, floor.shop_id, "looker", floor.now, Role.CUSTOM, {"marketing:view"})
    async with at_desk(floor) as desk:
        page = (await desk.type("", **typed_for(Kind.SHOP_COUPON))).headers["location"].split("?")[0]
    before = await count_rows(floor.house)
    async with at_desk(floor, "looker") as desk:
        assert "New instrument" not in (await desk.get(desk.page)).text
        assert "Issued / used" not in (await desk.get(page)).text
        assert "spent" not in (await desk.get(f"{desk.page}/export")).text
        for path in ("/new",):
            assert (await desk.get(desk.page + path)).status_code == 403
        for path in ("", "/preview", "/inspect", "/fields"):
            assert (await desk.type(path, **typed_for(Kind.SHOP_COUPON))).status_code == 403, path
        assert (await desk.client.post(f"{page}/end", data={"csrf_token": desk.token})).status_code == 403
    assert await count_rows(floor.house) == before


async def test_without_a_guard_the_page_says_so_and_the_draft_stays(floor):
    async with at_desk(floor) as desk:
        page = (await desk.type("", **typed_for(Kind.SHOP_COUPON))).headers["location"].split("?")[0]
        answer = await desk.client.post(f"{page}/publish", data={"csrf_token": desk.token})
        assert (answer.status_code, "No health check is available here" in answer.text) == (409, True)
