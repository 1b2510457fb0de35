"""Can a figure be followed to its facts, filtered, labelled, ranked, and only by who may see it?"""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
import sqlglot

from peakday.insight.metrics import api
from peakday.insight.metrics.errors import CursorUnreadable, DimensionNotOffered, MetricUnknown
from peakday.insight.metrics.facts import FactStore
from peakday.insight.metrics.model import Dimension, Question, Ranked, RankQuestion
from peakday.kernel.actor import SYSTEM, Actor, ActorKind
from peakday.kernel.refusal import NotAllowed, NotFound
from tests.insight.metrics.small_market import RIVAL, SHOP, SmallMarket, at

NOW = datetime(2026, 11, 12, 4, 0, tzinfo=UTC)
DAY = api.parse_window("day:2026-11-11", NOW)
ASKED = Question(("paid_amount",), SHOP, DAY)


def a_market() -> SmallMarket:
    market = SmallMarket()
    for number in range(7):
        market.order(f"p{number}", at("2026-11-11 10:00"), at("2026-11-11 10:00"), lines=[
            ("i1", "c1", 1, 100 * (number + 1)), ("i2", None, 2, 50),
        ])  # fmt: skip
    market.order("q", at("2026-11-11 11:00"))
    market.item("i1", "c1")
    market._add("categories", {"category_id": "c1", "name_zh": "鞋", "name_en": "Shoes"})
    return market


@pytest.fixture
async def store(house):
    stores = []

    def open_store(market: SmallMarket) -> FactStore:
        stores.append(api.open_fact_store(house, market.csv_providers()))
        return stores[-1]

    yield open_store
    for one in stores:
        one.close()


async def test_the_rows_behind_a_figure_add_up_to_it_page_by_page(store) -> None:
    facts = store(a_market())
    figure = (await api.measure(SYSTEM, facts, ASKED)).values["paid_amount"]
    cursor, rows = None, []
    while True:
        page = await api.rows_of(SYSTEM, facts, "paid_amount", ASKED, cursor, 3)
        rows += page.rows
        cursor = page.next_cursor
        if cursor is None:
            break
    assert sum(row[page.columns.index("paid_minor")] for row in rows) == figure == 2800 + 7 * 50
    assert len({row[page.columns.index("order_id")] for row in rows}) == len(rows) == 7
    assert rows[0][page.columns.index("paid_at")] == datetime(2026, 11, 11, 2, tzinfo=UTC)


async def test_a_formula_shows_the_rows_of_the_first_metric_it_names(store) -> None:
    facts = store(a_market())
    page = await api.rows_of(SYSTEM, facts, "average_order_value", ASKED)
    assert page == await api.rows_of(SYSTEM, facts, "paid_amount", ASKED)


async def test_filters_keep_the_facts_of_one_part(store) -> None:
    facts = store(a_market())
    asked = Question(("item_paid_amount",), SHOP, DAY, filters={Dimension.CATEGORY: ""})
    assert (await api.measure(SYSTEM, facts, asked)).values == {"item_paid_amount": 350}
    assert len((await api.rows_of(SYSTEM, facts, "item_paid_amount", asked)).rows) == 7
    asked = replace(asked, filters={Dimension.ITEM: "i1", Dimension.DAY: "2026-11-11"})
    assert (await api.measure(SYSTEM, facts, asked)).values == {"item_paid_amount": 2800}


async def test_parts_come_largest_first_and_have_names(store) -> None:
    facts = store(a_market())
    asked = Question(
        ("item_paid_amount", "pieces"), SHOP, DAY, Dimension.CATEGORY, order_by="item_paid_amount", limit=5
    )
    rows = (await api.measure(SYSTEM, facts, asked)).rows
    assert [(row.key, row.values["item_paid_amount"]) for row in rows] == [("c1", 2800), ("", 350)]
    labels = await api.labels_of(facts, Dimension.CATEGORY, ["c1", "", "gone"])
    assert [labels[key].en for key in ("c1", "", "gone")] == ["Shoes", "Not known", "gone"]
    assert (await api.labels_of(facts, Dimension.ITEM, ["i1"]))["i1"].zh == "Item i1"


async def test_periods_are_compared(store) -> None:
    market = a_market()
    market.order("p", at("2026-11-10 10:00"), at("2026-11-10 10:00"), lines=[("i1", "c1", 1, 1575)])
    both = await api.compare(SYSTEM, store(market), ASKED)
    assert (both.now.values["paid_amount"], both.previous.values["paid_amount"]) == (3150, 1575)
    assert both.change("paid_amount") == 1.0
    assert both.change_of_year("paid_amount") is None


@pytest.mark.capability("LY-03")
async def test_a_market_list_shows_order_and_no_other_shops_value(store) -> None:
    market = SmallMarket()
    shops = [SHOP, *(UUID(int=number) for number in range(1, 6))]
    for number, shop in enumerate(shops):
        market.order("p", at("2026-11-11 10:00"), at("2026-11-11 10:00"), shop_id=str(shop),
                     lines=[(str(UUID(int=90 + number)), "c1", 1, 10_000 * (number + 1))])  # fmt: skip
    facts = store(market)
    found = await api.market_rank(SYSTEM, facts, RankQuestion(SHOP, DAY))
    assert [row.id for row in found.rows] == shops[::-1]
    assert [row.own_minor for row in found.rows] == [None] * 5 + [10_000]
    assert found.own == (found.rows[-1],)
    assert all(before.index > after.index for before, after in zip(found.rows, found.rows[1:], strict=False))
    items = await api.market_rank(SYSTEM, facts, RankQuestion(SHOP, DAY, ranked=Ranked.ITEMS, limit=2))
    assert [row.place for row in items.rows] == [1, 2]
    assert items.own[0].place == 6


@pytest.mark.capability("LY-03")
async def test_a_market_of_too_few_shops_is_not_shown(store) -> None:
    market = a_market()
    market.order("p", at("2026-11-11 10:00"), at("2026-11-11 10:00"), shop_id=str(RIVAL))
    found = await api.market_rank(SYSTEM, store(market), RankQuestion(SHOP, DAY))
    assert (found.is_suppressed, found.shops, found.rows, found.own) == (True, None, (), ())


async def test_a_category_of_the_market_holds_what_lies_below_it(store) -> None:
    market, top, leaf = SmallMarket(), uuid4(), uuid4()
    market._add("categories", {"category_id": str(top), "name_zh": "鞋", "name_en": "Shoes"})
    market._add("categories", {"category_id": str(leaf), "parent_id": str(top), "name_zh": "靴", "name_en": "Boots"})
    market.order("p", at("2026-11-11 10:00"), at("2026-11-11 10:00"), lines=[("i1", str(leaf), 1, 5)])
    market.order("p", at("2026-11-11 10:00"), at("2026-11-11 10:00"), lines=[("i1", "other", 1, 7)])
    found = await api.market_rank(SYSTEM, store(market), RankQuestion(SHOP, DAY, top, shops_min=1))
    assert found.own[0].own_minor == 5


async def test_only_who_may_see_the_shops_data_gets_a_figure(store) -> None:
    facts = store(a_market())
    outsider = Actor(ActorKind.MERCHANT, uuid4(), RIVAL, frozenset({"*"}))
    blind = Actor(ActorKind.MERCHANT, uuid4(), SHOP, frozenset({"home:view"}))
    for actor, refusal in ((outsider, NotFound), (blind, NotAllowed)):
        for call in (
            api.measure(actor, facts, ASKED),
            api.compare(actor, facts, ASKED),
            api.rows_of(actor, facts, "uv", ASKED),
            api.market_rank(actor, facts, RankQuestion(SHOP, DAY)),
            api.last_day_of(actor, facts, SHOP),
        ):
            with pytest.raises(refusal):
                await call


async def test_what_the_registry_cannot_answer_is_refused(store) -> None:
    facts = store(a_market())
    with pytest.raises(MetricUnknown):
        await api.measure(SYSTEM, facts, replace(ASKED, names=("gmv",)))
    with pytest.raises(DimensionNotOffered):
        await api.measure(SYSTEM, facts, replace(ASKED, by=Dimension.ITEM))
    with pytest.raises(DimensionNotOffered):
        await api.measure(SYSTEM, facts, replace(ASKED, filters={Dimension.ITEM: "i1"}))
    for cursor in ("x", "W10", "é", "WyJhIiwiYiJd", "WzFd"):
        with pytest.raises(CursorUnreadable):
            await api.rows_of(SYSTEM, facts, "paid_amount", ASKED, cursor)


@pytest.mark.parametrize("name", api.METRICS)
def test_each_metric_says_what_it_is_and_shows_the_sql_that_runs(name) -> None:
    metric = api.METRICS[name]
    assert all((metric.title.zh, metric.title.en, metric.definition.zh, metric.definition.en, metric.source))
    assert [bool(metric.aggregate), bool(metric.daily), bool(metric.formula)].count(True) == 1
    sql = api.render_sql(name)
    assert sqlglot.parse_one(sql, read="duckdb").sql(dialect="spark")
    assert sql.rstrip().endswith("from figures")
