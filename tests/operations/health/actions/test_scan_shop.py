"""Is every warning kept once, told once, followed while it stands, and closed when it is gone?"""

from dataclasses import replace
from datetime import timedelta

import pytest

from peakday.kernel.refusal import NotAllowed
from peakday.operations.health import api
from peakday.operations.health.actions import scan_shop
from peakday.operations.health.errors import BadRedLine, FindingNotFound, FindingSettled
from peakday.operations.health.model import Exemption, ExemptionReason, FaultKind, FindingState, LineSource
from peakday.trade.price_history import api as price_history
from peakday.trade.price_history.model import Offer, OfferKind
from peakday.trade.promotions import api as promotions
from tests.operations.health.desk import (
    EVERYTHING,
    a_coupon,
    a_price,
    findings,
    go_live,
    look,
    open_tea_shop,
    sent,
    topics,
)


@pytest.mark.capability("QN-02")
async def test_two_discounts_of_tomorrow_are_warned_of_today(house):
    floor = await open_tea_shop(house)
    price, coupon = a_price(floor, 8_000), a_coupon(floor, 5_000, 1_500)
    await go_live(floor, price)
    await go_live(floor, coupon)
    await look(floor)
    [tea] = await findings(floor)
    assert (tea.kind, tea.sku_id, tea.reached_minor) == (FaultKind.BELOW_RED_LINE, floor.tea, 6_500)
    assert tea.red_line.price_minor == 7_000
    assert tea.reached_at == floor.now + timedelta(days=1)
    assert set(tea.instrument_ids) == {price.instrument_id, coupon.instrument_id}


@pytest.mark.capability("QN-05")
async def test_the_warning_shows_the_basket_the_buyer_and_the_minute(house):
    floor = await open_tea_shop(house)
    await go_live(floor, a_price(floor, 6_000, audience=frozenset({"member"})))
    await look(floor)
    [tea] = await findings(floor)
    assert tea.witness["tags"] == ["member"]
    assert tea.witness["at"] == (floor.now + timedelta(days=1)).isoformat()
    assert [(line["title"], line["quantity"]) for line in tea.witness["lines"]] == [("Longjing tea", 1)]
    assert "60.00" in " ".join(text.en for text in tea.trace)


@pytest.mark.capability("QN-04")
async def test_a_look_is_told_once_and_repeating_it_changes_nothing(house):
    floor = await open_tea_shop(house)
    await go_live(floor, a_price(floor, 1_000))
    await look(floor)
    first = await findings(floor, EVERYTHING)
    await look(floor)
    assert [kept.finding_id for kept in await findings(floor, EVERYTHING)] == [kept.finding_id for kept in first]
    [message] = [row for row in await sent(floor) if str(first[0].finding_id) in row[0]]
    assert message[1:] == ("open", True, first[0].loss_minor)
    assert first[0].kind is FaultKind.MISSING_ZERO
    assert await topics(floor) == ["health.RiskFound.v1"]


@pytest.mark.capability("QN-04")
async def test_what_is_fixed_is_closed_and_its_message_resolved(house):
    floor = await open_tea_shop(house)
    price = a_price(floor, 6_000)
    await go_live(floor, price)
    await look(floor)
    async with house.database.transaction() as tx:
        await promotions.pause(tx, floor.owner, floor.shop_id, price.instrument_id, floor.now)
    await look(floor)
    assert await findings(floor) == []
    assert {row[1] for row in await sent(floor)} == {"resolved"}
    assert sorted(await topics(floor)) == ["health.RiskCleared.v1", "health.RiskFound.v1"]
    [old] = await findings(floor, EVERYTHING)
    async with house.database.transaction() as tx:
        with pytest.raises(FindingSettled):
            await api.accept_finding(tx, floor.owner, floor.shop_id, old.finding_id, "on purpose", floor.now)
    [unchanged] = await findings(floor, EVERYTHING)
    assert unchanged.state is FindingState.FIXED


@pytest.mark.capability("QN-04")
async def test_an_accepted_risk_is_silent_until_the_price_falls_lower(house):
    floor = await open_tea_shop(house)
    await go_live(floor, a_price(floor, 6_500))
    await look(floor)
    [tea] = await findings(floor)
    async with house.database.transaction() as tx:
        await api.accept_finding(tx, floor.owner, floor.shop_id, tea.finding_id, "season's end", floor.now)
    await look(floor)
    assert await findings(floor) == []
    assert {row[1] for row in await sent(floor)} == {"accepted"}
    await go_live(floor, a_coupon(floor, 5_000, 500))
    await look(floor)
    [again] = await findings(floor)
    assert (again.finding_id, again.reached_minor) == (tea.finding_id, 6_000)


async def test_a_risk_is_not_accepted_without_a_reason_or_right(house):
    floor = await open_tea_shop(house)
    await go_live(floor, a_price(floor, 6_500))
    await look(floor)
    [tea] = await findings(floor)
    async with house.database.transaction() as tx:
        for reason in ("  ", "a\0b"):
            with pytest.raises(BadRedLine):
                await api.accept_finding(tx, floor.owner, floor.shop_id, tea.finding_id, reason, floor.now)
        with pytest.raises(FindingNotFound):
            await api.accept_finding(tx, floor.owner, floor.shop_id, floor.shop_id, "why", floor.now)
    assert [kept.state for kept in await findings(floor)] == [FindingState.OPEN]


async def test_an_exempted_item_may_go_down_to_its_lowest_price(house):
    floor = await open_tea_shop(house)
    await go_live(floor, a_price(floor, 6_000))
    exemption = Exemption(floor.tea_item, ExemptionReason.CLEARANCE, floor.now + timedelta(days=30), 5_000)
    async with house.database.transaction() as tx:
        await api.exempt(tx, floor.owner, floor.shop_id, exemption, "season's end", floor.now)
    await look(floor)
    assert await findings(floor) == []
    await go_live(floor, a_coupon(floor, 5_000, 1_500))
    await look(floor)
    assert [kept.reached_minor for kept in await findings(floor)] == [4_500]


async def test_the_shops_rule_is_a_share_of_the_displayed_price_and_an_item_goes_before_it(house):
    floor = await open_tea_shop(house, line=None)
    async with house.database.transaction() as tx:
        await api.set_shop_rule(tx, floor.owner, floor.shop_id, 9_000, floor.now)
        await api.set_red_line(tx, floor.owner, floor.shop_id, (floor.tea_item, floor.big_tea), 100, floor.now)
    await go_live(floor, a_price(floor, 8_500))
    await look(floor)
    [tea] = await findings(floor)
    assert (tea.sku_id, tea.red_line.price_minor, tea.red_line.source) == (floor.tea, 9_000, LineSource.SHOP_RULE)


async def test_an_enrolled_price_of_a_wave_is_counted(house):
    floor = await open_tea_shop(house)
    start = floor.now + timedelta(days=2)
    offer = Offer(
        floor.shop_id, floor.tea_item, floor.tea, OfferKind.EVENT, 7_500, "CNY", start, start + timedelta(days=1)
    )  # fmt: skip
    async with house.database.transaction() as tx:
        await price_history.record_offers(tx, [offer], floor.now)
    await go_live(floor, a_coupon(floor, 5_000, 1_000, valid_until=start + timedelta(days=2)))
    await look(floor)
    [tea] = await findings(floor)
    assert (tea.reached_minor, tea.reached_at) == (6_500, start)


async def test_red_lines_out_of_range_are_refused_and_nothing_is_written(house):
    floor = await open_tea_shop(house, line=None)
    async with house.database.transaction() as tx:
        for share in (0, 10_001):
            with pytest.raises(BadRedLine):
                await api.set_shop_rule(tx, floor.owner, floor.shop_id, share, floor.now)
        with pytest.raises(BadRedLine):
            await api.set_red_line(tx, floor.owner, floor.shop_id, (floor.tea_item, None), -1, floor.now)
        gone = Exemption(floor.tea_item, ExemptionReason.OTHER, floor.now - timedelta(seconds=1))
        with pytest.raises(BadRedLine):
            await api.exempt(tx, floor.owner, floor.shop_id, gone, "", floor.now)
        later = replace(gone, expires_at=floor.now + timedelta(days=1))
        with pytest.raises(BadRedLine):
            await api.exempt(tx, floor.owner, floor.shop_id, later, "a\0b", floor.now)
        for table in ("red_line", "shop_rule", "exemption", "scan"):
            assert await tx.fetchval(f"select count(*) from health.{table}") == 0


async def test_who_may_not_see_figures_sees_no_risks(house):
    floor = await open_tea_shop(house)
    blind = replace(floor.owner, permissions=frozenset({"marketing:view"}))
    async with house.database.read() as tx:
        with pytest.raises(NotAllowed):
            await api.risk_items(tx, blind, floor.shop_id)


@pytest.mark.capability("QN-02")
async def test_a_coupon_that_lies_in_wallets_is_counted_with_the_terms_under_which_it_was_issued(house):
    floor = await open_tea_shop(house)
    coupon = a_coupon(floor, 5_000, 4_000, valid_from=None)
    await go_live(floor, coupon)
    issue = promotions.Issue(coupon.instrument_id, floor.buyer, "once", 1)
    async with house.database.transaction() as tx:
        await promotions.issue_cards(tx, issue, floor.now)
        await promotions.pause(tx, floor.owner, floor.shop_id, coupon.instrument_id, floor.now)
    await look(floor)
    [tea] = await findings(floor)
    assert (tea.reached_minor, tea.instrument_ids) == (6_000, (coupon.instrument_id,))


async def test_many_warnings_are_told_one_by_one_up_to_a_limit_and_the_rest_by_one_message(house, monkeypatch):
    monkeypatch.setattr(scan_shop, "MESSAGES_MAX", 1)
    floor = await open_tea_shop(house)
    async with house.database.transaction() as tx:
        await api.set_red_line(tx, floor.owner, floor.shop_id, (floor.cup_item, None), 4_500, floor.now)
    await go_live(floor, a_coupon(floor, 5_000, 4_000))
    await look(floor)
    assert len(await findings(floor)) >= 2
    assert len(await sent(floor)) == 2
