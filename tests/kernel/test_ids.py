"""Do names sort by time, read back, and refuse to be swapped?"""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peakday.kernel.ids import derived_id, new_id, new_ids, read_id, show_id

NOON = datetime(2022, 11, 11, 12, 0, tzinfo=UTC)
uuids = st.integers(0, 2**128 - 1).map(lambda number: UUID(int=number))


def test_ids_sort_by_the_instant_they_were_made_for():
    ids = [new_id(NOON + timedelta(milliseconds=n)) for n in range(200)]
    assert ids == sorted(ids)
    assert [show_id("ord", one) for one in ids] == sorted(show_id("ord", one) for one in ids)


def test_an_id_is_a_uuid_of_version_7_that_holds_its_instant():
    one = new_id(NOON)
    assert (one.version, one.variant) == (7, "specified in RFC 4122")
    assert one.int >> 80 == int(NOON.timestamp() * 1000)


def test_many_ids_of_one_instant_differ_and_come_in_ascending_order():
    ids = new_ids(NOON, 5_000)
    assert len(set(ids)) == 5_000
    assert ids == sorted(ids)
    assert {(one.version, one.variant, one.int >> 80) for one in ids} == {
        (7, "specified in RFC 4122", int(NOON.timestamp() * 1000))
    }


def test_two_ids_of_one_instant_differ():
    assert len({new_id(NOON) for _ in range(10_000)}) == 10_000


def test_the_same_fact_gets_the_same_id_and_another_fact_another():
    assert derived_id(NOON, "olist", "order", "1") == derived_id(NOON, "olist", "order", "1")
    others = {
        derived_id(NOON, "olist", "order", "1"),
        derived_id(NOON, "olist", "order", "2"),
        derived_id(NOON, "olist", "order1", ""),
        derived_id(NOON + timedelta(seconds=1), "olist", "order", "1"),
        derived_id(None, "olist", "order", "1"),
    }
    assert len(others) == 5
    assert all(one.version == 7 for one in others)


def test_a_derived_id_with_an_instant_sorts_by_it():
    assert derived_id(NOON, "b") < derived_id(NOON + timedelta(milliseconds=1), "a")


@given(uuids)
def test_a_shown_id_is_read_back(value):
    shown = show_id("shp", value)
    assert len(shown) == 30
    assert read_id("shp", shown) == value
    assert read_id("shp", shown[:4] + shown[4:].upper()) == value
    assert read_id("shp", str(value)) == value


@pytest.mark.parametrize("text", [
    show_id("ord", UUID(int=7)), "shp_", "shp_123", "shp_" + "0" * 25 + "u", "shp_" + "z" * 26, "shp_" + "0" * 27,
    "", "hello", "shp_0000000000000000000000000é", "12345",
])  # fmt: skip
def test_a_swapped_or_broken_id_is_refused(text):
    with pytest.raises(ValueError):  # noqa: PT011 - UUID and we word it differently
        read_id("shp", text)
