"""Does a change let go of the answers that it touches, and of no others?"""

import asyncio

import pytest

from peakday.insight.metrics.facts.answers import EVERYTHING, Answers, relations_of

OURS, THEIRS = "shop-1", "shop-2"


@pytest.fixture
async def answers():
    kept = Answers()
    for key, sql, shop in [
        ("orders", "select 1 from orders", OURS),
        ("items", "select 1 from items", OURS),
        ("theirs", "select 1 from orders", THEIRS),
        ("market", "select 1 from orders join items using (item_id)", None),
        ("names", "select 1 from categories", None),
    ]:
        rows = asyncio.get_running_loop().create_future()
        rows.set_result([(key,)])
        kept.keep((key,), rows, relations_of(sql), shop)
    return kept


def names(answers: Answers) -> set[str]:
    return {key for key in ("orders", "items", "theirs", "market", "names") if answers.find((key,)) is not None}


async def test_an_order_of_one_shop_leaves_the_answers_of_others(answers) -> None:
    answers.drop({"orders": frozenset({OURS})})
    assert names(answers) == {"items", "theirs", "names"}


async def test_a_relation_of_all_shops_touches_who_reads_it(answers) -> None:
    answers.drop({"categories": None})
    assert names(answers) == {"orders", "items", "theirs", "market"}


async def test_nothing_changed_leaves_everything_and_new_files_leave_nothing(answers) -> None:
    answers.drop({})
    assert names(answers) == {"orders", "items", "theirs", "market", "names"}
    answers.drop(EVERYTHING)
    assert names(answers) == set()


async def test_an_answer_that_failed_is_asked_for_again() -> None:
    answers = Answers()
    rows = asyncio.get_running_loop().create_future()
    rows.set_exception(ValueError("no"))
    answers.keep(("x",), rows, relations_of("select 1 from orders"), OURS)
    assert answers.find(("x",)) is None
