"""Does every definition give the figure that a person would count by hand?"""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from peakday.insight.metrics.definitions.registry import METRICS, dimensions_of
from peakday.insight.metrics.model import Dimension, Question, Unit
from peakday.insight.metrics.queries import fetch_figures
from peakday.insight.metrics.rules.windows import parse_window
from tests.insight.metrics.by_hand import count_by_hand, part_of
from tests.insight.metrics.small_market import RIVAL, SHOP, MemoryFacts, SmallMarket, at

NOW = datetime(2026, 11, 12, 4, 0, tzinfo=UTC)
PEAK = parse_window("day:2026-11-11", NOW)


async def figures(market: SmallMarket, *names: str, window=PEAK, **more):
    facts = MemoryFacts(market)
    try:
        answer = await fetch_figures(facts, Question(names or tuple(METRICS), SHOP, window, **more))
    finally:
        facts.close()
    if answer.question.by is None:
        return answer.rows[0].values if len(names) != 1 else answer.rows[0].values[names[0]]
    return {row.key: row.values if len(names) != 1 else row.values[names[0]] for row in answer.rows}


@pytest.mark.capability("LY-02")
async def test_one_person_on_two_terminals_is_one_visitor_and_one_payer() -> None:
    market = SmallMarket()
    for terminal in ("pc", "app"):
        market.event("ann", "pv", at("2026-11-11 10:00"), terminal=terminal)
        market.order("ann", at("2026-11-11 10:05"), at("2026-11-11 10:06"), terminal=terminal)
    found = await figures(market, "uv", "pv", "paying_buyers", "paid_orders", "pay_conversion")
    assert found == {"uv": 1, "pv": 2, "paying_buyers": 1, "paid_orders": 2, "pay_conversion": 1.0}
    assert await figures(market, "uv", by=Dimension.TERMINAL) == {"app": 1, "pc": 1}


async def test_a_day_begins_at_midnight_in_shanghai_which_is_16_utc() -> None:
    market = SmallMarket()
    market.order("ann", at("2026-11-10 23:59:59.999999"), at("2026-11-10 23:59:59.999999"))
    market.order("bob", datetime.fromisoformat("2026-11-10 16:00"), datetime.fromisoformat("2026-11-10 16:00"))
    market.order("cat", at("2026-11-11 23:59:59.999999"), at("2026-11-11 23:59:59.999999"))
    market.order("dan", at("2026-11-12 00:00"), at("2026-11-12 00:00"))
    assert await figures(market, "paid_amount") == 2000
    assert await figures(market, "paid_orders", by=Dimension.HOUR) == {0: 1, 23: 1}


@pytest.mark.capability("LY-02")
async def test_paid_amount_holds_postage_and_keeps_what_was_refunded() -> None:
    market = SmallMarket()
    order = market.order("ann", at("2026-11-11 09:00"), at("2026-11-11 09:01"), postage_minor=600)
    market.refund(order, 1000, at("2026-11-12 09:00"))
    assert await figures(market, "paid_amount", "refund_amount") == {"paid_amount": 1600, "refund_amount": 0}
    after = await figures(market, "paid_amount", "refund_amount", window=parse_window("day:2026-11-12", NOW))
    assert after == {"paid_amount": 0, "refund_amount": 1000}


async def test_an_order_that_nobody_paid_counts_as_placed_only() -> None:
    market = SmallMarket()
    market.order("ann", at("2026-11-11 09:00"))
    found = await figures(market, "order_buyers", "order_amount", "paying_buyers", "paid_amount", "average_order_value")
    assert found == {
        "order_buyers": 1, "order_amount": 1000, "paying_buyers": 0, "paid_amount": 0, "average_order_value": None,
    }  # fmt: skip


@pytest.mark.capability("LY-02")
async def test_a_presale_counts_on_the_day_the_full_sum_is_paid_at_the_terminal_it_was_placed_on() -> None:
    market = SmallMarket()
    market.order("ann", at("2026-10-24 20:00"), at("2026-11-11 00:10"), kind="presale", terminal="pc")
    assert await figures(market, "paid_amount", by=Dimension.TERMINAL) == {"pc": 1000}
    assert await figures(market, "paid_amount", window=parse_window("day:2026-10-24", NOW)) == 0
    assert await figures(market, "placed_orders", window=parse_window("day:2026-10-24", NOW)) == 1


async def test_simulated_facts_count_only_when_asked_for() -> None:
    market = SmallMarket()
    market.event("ann", "pv", at("2026-11-11 09:00"), simulated=True)
    order = market.order("ann", at("2026-11-11 09:00"), at("2026-11-11 09:01"), simulated=True)
    market.refund(order, 10, at("2026-11-11 10:00"))
    names = ("uv", "paid_amount", "refund_amount", "sub_orders")
    assert await figures(market, *names) == {"uv": 0, "paid_amount": 0, "refund_amount": 0, "sub_orders": 0}
    assert await figures(market, *names, with_simulated=True) == {
        "uv": 1, "paid_amount": 1000, "refund_amount": 10, "sub_orders": 1,
    }  # fmt: skip


async def test_rates_of_several_days_are_means_of_the_daily_values() -> None:
    market = SmallMarket()
    market.event("ann", "pv", at("2026-11-10 09:00"), dwell_seconds=30.0)
    for user in ("ann", "bob", "cat", "dan"):
        market.event(user, "pv", at("2026-11-11 09:00"), dwell_seconds=10.0)
    market.event("ann", "click", at("2026-11-11 09:01"))
    window = parse_window("2026-11-09..2026-11-11", NOW)  # nobody came on the 9th: it has no daily value
    found = await figures(market, "bounce_rate", "dwell_mean", "uv", window=window)
    assert found == {"bounce_rate": (1 + 0.75) / 2, "dwell_mean": 20.0, "uv": 4}


async def test_a_person_who_came_by_two_sources_counts_in_both_shares() -> None:
    market = SmallMarket()
    for channel in ("search", "live"):
        market.event("ann", "pv", at("2026-11-11 09:00"), channel=channel)
    market.event("bob", "pv", at("2026-11-11 09:00"), channel=None, source_path=["search", "list"])
    assert await figures(market, "visitor_share", by=Dimension.SOURCE) == {"live": 0.5, "search": 1.0}


async def test_a_buyer_returns_when_the_year_before_the_window_holds_a_payment() -> None:
    market = SmallMarket()
    first = PEAK.start.replace(tzinfo=None)
    market.order("old", first - timedelta(days=365), first - timedelta(days=365))
    market.order("long ago", first - timedelta(days=366), first - timedelta(days=365, microseconds=1))
    market.order("unpaid before", first - timedelta(days=3))
    for buyer in ("old", "long ago", "unpaid before", "twice", "twice"):
        market.order(buyer, first, first)
    market.order(None, first, first)
    names = ("new_buyers", "returning_buyers", "repeat_buyers", "paying_buyers", "paid_orders")
    assert await figures(market, *names) == {
        "new_buyers": 3, "returning_buyers": 1, "repeat_buyers": 1, "paying_buyers": 4, "paid_orders": 6,
    }  # fmt: skip


async def test_a_lost_visitor_paid_a_competitor_in_the_same_leaf_category_and_the_shop_nothing_in_it() -> None:
    market = SmallMarket()
    market.item("i1", "shoes")
    for number, user in enumerate(("ann", "bob", "cat", "dan", "eve", "fay")):
        market.event(user, "pv", at("2026-11-11 09:00"), item_id="i1")
        market.order(user, at("2026-11-11 10:00"), at("2026-11-11 10:00"), shop_id=f"rival-{number}",
                     lines=[("x", "shoes", 1, 700), ("y", "bags", 1, 9000)])  # fmt: skip
    market.order("fay", at("2026-11-11 11:00"), at("2026-11-11 11:00"), lines=[("i1", "shoes", 1, 50)])
    found = await figures(market, "lost_people", "lost_amount", "loss_rate")
    assert found == {"lost_people": 5, "lost_amount": 3500, "loss_rate": 5 / 6}


async def test_what_too_few_lost_visitors_spent_elsewhere_is_not_told() -> None:
    market = SmallMarket()
    market.event("ann", "impression", at("2026-11-11 09:00"), category_id="shoes")
    market.order("ann", at("2026-11-11 10:00"), at("2026-11-11 10:00"), shop_id=str(RIVAL),
                 lines=[("x", "shoes", 1, 700)])  # fmt: skip
    assert await figures(market, "lost_people", "lost_amount") == {"lost_people": 1, "lost_amount": None}
    market.order("ann", at("2026-11-11 11:00"), at("2026-11-11 11:00"), lines=[("i1", "shoes", 1, 1)])
    assert await figures(market, "lost_people", "lost_amount") == {"lost_people": 0, "lost_amount": 0}


def _lost_to(rivals: list[str], minor: list[int]) -> SmallMarket:
    """A buyer lost for each amount, the first to the first rival, and so on in turn."""
    market = SmallMarket()
    for number, paid in enumerate(minor):
        market.event(f"buyer-{number}", "pv", at("2026-11-11 09:00"), category_id="shoes")
        market.order(f"buyer-{number}", at("2026-11-11 10:00"), at("2026-11-11 10:00"),
                     shop_id=rivals[number % len(rivals)], lines=[("x", "shoes", 1, paid)])  # fmt: skip
    return market


@pytest.mark.parametrize(
    "rivals, minor, shown",
    [
        (4, [100] * 8, None), (5, [100] * 4, None), (5, [100] * 5, 500), (5, [0] * 5, 0), (5, [1, 1, 1, 1, 3], 7),
        (5, [1000, 1000, 1000, 1000, 949], 4900), (5, [1000, 1000, 1000, 1000, 950], 5000),
        (5, [20_000_000_000, 3_500_000_000, 0, 0, 0, 0], 24_000_000_000), (5, [99_400, 0, 0, 0, 99], 99_000),
        (5, [99_500, 0, 0, 0, 0], 100_000),
    ],
)  # fmt: skip
async def test_money_lost_to_competitors_is_rounded_and_told_for_five_people_and_five_shops(
    rivals, minor, shown
) -> None:
    market = _lost_to([f"rival-{number}" for number in range(rivals)], minor)
    assert await figures(market, "lost_people", "lost_amount") == {"lost_people": len(minor), "lost_amount": shown}


async def test_who_sends_a_buyers_visit_sees_the_money_lost_change_by_two_digits_at_most() -> None:
    rivals = [f"rival-{number}" for number in range(5)]
    before = await figures(_lost_to(rivals, [100_000] * 10), "lost_amount")
    after = await figures(_lost_to(rivals, [*[100_000] * 10, 12_345]), "lost_amount")
    assert (before, after) == (1_000_000, 1_000_000)


async def test_households_that_checked_out_where_the_shop_was_on_display_are_exposed() -> None:
    market = SmallMarket()
    market.exposure("r1", date(2026, 11, 5))
    market.exposure("r1", date(2026, 11, 5), item="i2", mailer="A")
    market.exposure("r2", date(2026, 11, 5), display="0", mailer="0")
    market.order("ann", at("2026-11-11 23:59"), at("2026-11-11 23:59"), shop_id=str(RIVAL))
    market.order("bob", at("2026-11-11 10:00"), at("2026-11-11 10:00"))
    market.order("cat", at("2026-11-11 10:00"), at("2026-11-11 10:00"), region_id="r2")
    market.event("dan", "impression", at("2026-11-11 10:00"))
    found = await figures(market, "exposed_people", "exposed_buyers", "exposure_conversion")
    assert found == {"exposed_people": 3, "exposed_buyers": 1, "exposure_conversion": 1 / 3}
    window = parse_window("day:2026-11-12", NOW)
    market.order("eve", at("2026-11-12 00:00"), None, shop_id=str(RIVAL))
    assert await figures(market, "exposed_people", window=window) == 0


async def test_an_empty_market_has_zero_counts_and_no_rates() -> None:
    found = await figures(SmallMarket())
    for name, metric in METRICS.items():
        is_count = metric.unit in {Unit.MONEY, Unit.PEOPLE, Unit.COUNT} and not metric.formula
        assert found[name] == (0 if is_count else None), name


async def test_every_metric_is_counted_by_hand_too() -> None:
    assert set(count_by_hand(SmallMarket(), PEAK)) == set(METRICS)


def assert_same(found: object, expected: object, what: object) -> None:
    """Counts and money to the unit, rates to nine digits."""
    same = found == (
        pytest.approx(expected, rel=1e-9) if isinstance(found, float) and expected is not None else expected
    )
    assert same, (what, found, expected)


# One small market after another, with every kind of trouble close together: few people, few items, hours at midnight.
PEOPLE = st.sampled_from(["ann", "bob", "cat", "dan", "eve", "fay", "gus"])
SHOPS = st.sampled_from([str(SHOP), str(SHOP), str(RIVAL)])
INSTANTS = st.sampled_from(
    [
        at("2025-11-10 23:59:59"),
        at("2025-11-11 00:00"),
        at("2026-11-04 00:00"),
        at("2026-11-10 23:59:59.999999"),
        at("2026-11-11 00:00"),
        at("2026-11-11 20:00"),
        at("2026-11-12 00:00"),
        at("2026-11-09 12:30"),
        at("2026-10-13 08:00"),
    ]
)
LINES = st.lists(
    st.tuples(
        st.sampled_from(["i1", "i2", "i3"]), st.sampled_from(["c1", "c2", None]), st.integers(0, 3),
        st.integers(0, 60_000),
    ),
    min_size=1, max_size=3,
)  # fmt: skip
EVENTS = st.fixed_dictionaries({
    "user": PEOPLE, "kind": st.sampled_from(["pv", "pv", "click", "cart", "fav", "impression", "inquiry", "search"]),
    "ts": INSTANTS, "shop_id": SHOPS, "item_id": st.sampled_from(["i1", "i2", None]),
    "category_id": st.sampled_from(["c1", "c2", None]), "channel": st.sampled_from(["live", None]),
    "source_path": st.sampled_from([[], ["search", "list"]]), "terminal": st.sampled_from(["pc", "app", None]),
    "dwell_seconds": st.sampled_from([None, 0.0, 2.5, 600.0]), "page": st.sampled_from(["home", None]),
    "search_query": st.sampled_from(["shoe", None]), "simulated": st.booleans(),
})  # fmt: skip
ORDERS = st.fixed_dictionaries({
    "buyer": st.one_of(PEOPLE, st.none()), "created": INSTANTS, "paid": st.one_of(st.none(), INSTANTS),
    "shop_id": SHOPS, "lines": LINES, "terminal": st.sampled_from(["pc", "app"]), "discount_minor": st.integers(0, 500),
    "postage_minor": st.integers(0, 900), "region_id": st.sampled_from(["r1", "r2", None]), "simulated": st.booleans(),
    "refund": st.one_of(st.none(), st.tuples(st.integers(1, 900), INSTANTS)),
})  # fmt: skip
ITEMS = st.fixed_dictionaries({
    "category": st.sampled_from(["c1", "c2", None]), "status": st.sampled_from(["on_sale", "off_shelf"]),
    "listed": st.sampled_from([None, date(2026, 11, 11), date(2026, 10, 12), date(2026, 11, 30)]),
})  # fmt: skip
EXPOSED = st.tuples(st.sampled_from(["r1", "r2"]), st.sampled_from([date(2026, 11, 5), date(2026, 11, 9)]))


@st.composite
def markets(draw: st.DrawFn) -> SmallMarket:
    market = SmallMarket()
    for event in draw(st.lists(EVENTS, max_size=25)):
        market.event(event.pop("user"), event.pop("kind"), event.pop("ts"), **event)
    for order in draw(st.lists(ORDERS, max_size=12)):
        refund = order.pop("refund")
        order_id = market.order(order.pop("buyer"), order.pop("created"), order.pop("paid"), **order)
        if refund:
            market.refund(order_id, *refund, shop_id=order["shop_id"])
    for name, item in zip(("i1", "i2", "i3"), draw(st.lists(ITEMS, max_size=3)), strict=False):
        market.item(name, **item)
    for region, week in draw(st.lists(EXPOSED, max_size=2)):
        market.exposure(region, week)
    return market


WINDOWS = st.sampled_from(["day:2026-11-11", "2026-11-04..2026-11-11", "30d", "today"])


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(markets(), WINDOWS, st.sampled_from([None, *Dimension]), st.booleans())
async def test_any_small_market_counted_by_hand_gives_the_same_figures(market, text, by, simulated) -> None:
    window = parse_window(text, NOW)
    names = tuple(name for name in METRICS if by is None or by in dimensions_of(name))
    facts = MemoryFacts(market)
    try:
        answer = await fetch_figures(facts, Question(names, SHOP, window, by, with_simulated=simulated))
    finally:
        facts.close()
    for row in answer.rows:
        cut = (
            (lambda kind, fact: True)
            if by is None
            else (lambda kind, fact, key=row.key: part_of(kind, fact, by) == key)
        )
        expected = count_by_hand(market, window, cut, simulated=simulated)
        for name in names:
            assert_same(row.values[name], expected[name], (name, row.key))
