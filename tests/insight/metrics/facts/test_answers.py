"""Does a change let go of the answers that it touches, and of no others?"""

import asyncio
from datetime import date

import pytest

from peakday.insight.metrics.facts.answers import Answers, Reach, relations_of
from peakday.insight.metrics.facts.changes import ANY, EVERYTHING

OURS, THEIRS = "shop-1", "shop-2"
NINTH, TENTH, ELEVENTH = (date(2026, 11, day) for day in (9, 10, 11))
ALL = {"orders", "yesterday", "items", "theirs", "market", "names"}


@pytest.fixture
async def answers():
    kept = Answers()
    for key, sql, reach in [
        ("orders", "select 1 from orders", Reach(OURS)),
        ("yesterday", "select 1 from orders", Reach(OURS, (NINTH, TENTH))),
        ("items", "select 1 from items", Reach(OURS, (NINTH, TENTH))),
        ("theirs", "select 1 from orders", Reach(THEIRS, (ELEVENTH, ELEVENTH))),
        ("market", "select 1 from orders join items using (item_id)", Reach(None, (TENTH, ELEVENTH))),
        ("names", "select 1 from categories", Reach()),
    ]:
        rows = asyncio.get_running_loop().create_future()
        rows.set_result([(key,)])
        kept.keep((key,), rows, relations_of(sql), reach)
    return kept


def names(answers: Answers) -> set[str]:
    return {key for key in ALL if answers.find((key,)) is not None}


async def test_an_order_of_one_shop_leaves_the_answers_of_others_and_of_other_days(answers) -> None:
    answers.drop({"orders": {OURS: frozenset({ELEVENTH})}})
    assert names(answers) == ALL - {"orders", "market"}


async def test_an_order_of_two_days_touches_the_answers_that_read_either(answers) -> None:
    answers.drop({"orders": {OURS: frozenset({NINTH, date(2026, 9, 1)})}})
    assert names(answers) == ALL - {"orders", "yesterday"}


async def test_changes_of_unknown_days_touch_every_day(answers) -> None:
    answers.drop({"orders": {OURS: None}})
    assert names(answers) == ALL - {"orders", "yesterday", "market"}


async def test_days_of_any_shop_touch_every_shop_that_reads_them(answers) -> None:
    answers.drop({"orders": {None: frozenset({ELEVENTH})}})
    assert names(answers) == ALL - {"orders", "theirs", "market"}


async def test_a_relation_of_all_shops_touches_who_reads_it(answers) -> None:
    answers.drop({"categories": ANY})
    assert names(answers) == ALL - {"names"}


async def test_nothing_changed_leaves_everything_and_other_facts_leave_nothing(answers) -> None:
    answers.drop({})
    answers.drop({"orders": {}})
    assert names(answers) == ALL
    answers.drop(EVERYTHING)
    assert names(answers) == set()


async def test_an_answer_that_failed_is_asked_for_again() -> None:
    answers = Answers()
    rows = asyncio.get_running_loop().create_future()
    rows.set_exception(ValueError("no"))
    answers.keep(("x",), rows, relations_of("select 1 from orders"), Reach(OURS))
    assert answers.find(("x",)) is None
