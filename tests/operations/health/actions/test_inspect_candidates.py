"""Does the guard object before an instrument goes live, with proof, and does what-if tell the change?"""

from dataclasses import replace

import pytest

from peakday.operations.health import api
from peakday.trade.promotions import api as promotions
from peakday.trade.promotions.guard import Severity
from peakday.trade.promotions.model import Limits
from peakday.trade.promotions.stored import InstrumentStatus
from tests.operations.health.desk import GUARD, a_coupon, a_price, go_live, open_tea_shop


async def inspect(floor, instrument):
    async with floor.house.database.read() as tx:
        return await GUARD.inspect(tx, floor.shop_id, instrument, floor.now)


@pytest.mark.capability("QN-03")
async def test_a_price_that_lacks_a_zero_is_held_before_it_goes_live(house):
    floor = await open_tea_shop(house)
    price = a_price(floor, 900)
    published = await go_live(floor, price, GUARD)
    assert published.stored.status is not InstrumentStatus.LIVE
    [finding] = (await inspect(floor, price)).findings
    assert (finding.code, finding.severity, finding.field) == ("missing_zero", Severity.HOLD, "price_minor")
    assert finding.loss_minor > 0


@pytest.mark.capability("QN-05")
async def test_the_witness_of_an_objection_is_confirmed_by_the_calculator(house):
    floor = await open_tea_shop(house)
    [finding] = (await inspect(floor, a_price(floor, 6_000))).findings
    witness = finding.witness
    rules = promotions.price_rules(witness.rules_name, witness.cart.at.date())
    priced = promotions.price_cart(witness.cart, witness.instruments, rules)
    own = next(line for line in priced.lines if line.line_id == "1")
    assert own.paid_minor // own.quantity == witness.price_minor == 6_000
    assert witness.trace


@pytest.mark.capability("QN-03")
async def test_a_face_above_its_threshold_is_told_though_there_is_no_red_line(house):
    floor = await open_tea_shop(house, line=None)
    found = (await inspect(floor, a_coupon(floor, 1_000, 9_900))).findings
    assert "face_reaches_threshold" in {finding.code for finding in found}


async def test_a_harmless_instrument_passes_and_the_same_look_has_the_same_token(house):
    floor = await open_tea_shop(house)
    assert (await inspect(floor, a_coupon(floor, 10_000, 500))).findings == ()
    price = a_price(floor, 6_000)
    assert (await inspect(floor, price)).token == (await inspect(floor, price)).token


async def test_a_guarded_instrument_goes_live_once_its_findings_are_confirmed(house):
    floor = await open_tea_shop(house)
    price = a_price(floor, 6_900)
    waiting = await go_live(floor, price, GUARD)
    assert waiting.stored.status is InstrumentStatus.WAITING_CONFIRMATION
    async with house.database.transaction() as tx:
        wish = promotions.Wish(floor.shop_id, price.instrument_id, waiting.inspection.token, "season's end")
        live = await promotions.publish(tx, floor.owner, wish, GUARD, floor.now)
    assert live.stored.status is InstrumentStatus.LIVE


@pytest.mark.capability("QN-05")
async def test_what_if_tells_each_skus_price_before_and_after(house):
    floor = await open_tea_shop(house)
    price = a_price(floor, 8_000)
    await go_live(floor, price)
    lower = replace(price, benefit=replace(price.benefit, by_sku={floor.tea: 6_000, floor.big_tea: 20_000}))
    async with house.database.read() as tx:
        changes = await api.what_if(tx, floor.owner, floor.shop_id, lower, floor.now)
    told = {one.ware.sku_id: (one.before.price_minor, one.after.price_minor, one.is_risk) for one in changes}
    assert told == {floor.tea: (10_000, 6_000, True), floor.big_tea: (20_000, 20_000, False)}
    assert changes[0].ware.sku_id == floor.tea


async def test_a_limit_that_is_missing_on_a_deep_cut_is_asked_for(house):
    floor = await open_tea_shop(house, line=100)
    found = (await inspect(floor, a_price(floor, 4_000, limits=Limits()))).findings
    assert [finding.code for finding in found] == ["buyer_limit_missing"]
    assert (await inspect(floor, a_price(floor, 4_000))).findings == ()


@pytest.mark.capability("QN-05")
async def test_what_if_tells_what_a_change_of_a_live_instrument_would_do(house):
    floor = await open_tea_shop(house)
    price = a_price(floor, 8_000)
    await go_live(floor, price)

    async def told(change):
        async with house.database.read() as tx:
            changes = await api.what_if(tx, floor.owner, floor.shop_id, price, floor.now, change)
        return {one.ware.sku_id: (one.before.price_minor, one.after.price_minor, one.is_risk) for one in changes}

    assert await told(api.Change(gives_bp=7_500)) == {
        floor.tea: (8_000, 6_000, True), floor.big_tea: (16_000, 12_000, False),
    }  # fmt: skip
    assert await told(api.Change(is_stopped=True)) == {
        floor.tea: (8_000, 10_000, False), floor.big_tea: (16_000, 20_000, False),
    }  # fmt: skip


@pytest.mark.capability("QN-03")
async def test_of_a_large_shop_the_most_endangered_are_searched_and_the_number_is_a_least(house, monkeypatch):
    monkeypatch.setattr("peakday.operations.health.actions.inspect_candidates.SEARCHED_MAX", 2)
    floor = await open_tea_shop(house, line=None)
    async with house.database.transaction() as tx:
        await api.set_shop_rule(tx, floor.owner, floor.shop_id, 8_000, floor.now)
    found = (await inspect(floor, a_coupon(floor, 5_000, 4_900))).findings
    assert any("至少 2 个 SKU" in finding.text.zh for finding in found), [finding.text.zh for finding in found]
    assert min(finding.witness.price_minor for finding in found if finding.witness) <= 100
