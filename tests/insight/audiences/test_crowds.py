"""Are the right people in a crowd, from the moment of the fact on, and out of it from the moment of a withdrawal?"""

import hashlib

import pytest

from peakday.insight.audiences import api
from peakday.insight.audiences.audit import audit
from peakday.insight.audiences.errors import CrowdInUse, CrowdNameTaken, CrowdNotFound, CrowdTooSmall
from peakday.insight.audiences.queries import CrowdReader
from peakday.insight.audiences.rules.crowd_size import SHOWN_MIN, USED_MIN
from peakday.kernel.actor import SYSTEM, Actor, ActorKind
from peakday.kernel.clock import day_of
from peakday.kernel.ids import new_id, show_id
from peakday.kernel.refusal import Invalid, NotAllowed, NotFound
from tests.insight.audiences.scenes import ago, crowded, opened
from tests.insight.metrics.small_market import RIVAL


async def people(house, shop, expression) -> set[str]:
    node = api.parse_expression(expression, api.TAGS)
    reader = house.get(CrowdReader)
    day = day_of(house.clock.now())
    numbers = await reader.members(shop, node, day)
    assert len(numbers) == await reader.count(shop, node, day)
    known = {number: word for word, number in reader._people[shop]._numbers.items()}
    return {known[number] for number in numbers}


@pytest.mark.capability("AD-06")
async def test_added_twice_in_seven_days_and_did_not_buy(house, market, shop):
    for who, days in [("a", 6), ("a", 0), ("b", 7), ("b", 0), ("c", 1), ("c", 2), ("d", 1), ("d", 1)]:
        market.event(who, "cart", ago(house, days))
    market.order("c", ago(house, 0), ago(house, 0))
    market.order("d", ago(house, 0))
    market.event("elsewhere", "cart", ago(house, 1), shop_id=str(RIVAL))
    market.event("elsewhere", "cart", ago(house, 1), shop_id=str(RIVAL))
    market.event("robot", "cart", ago(house, 1), simulated=True)
    market.event("robot", "cart", ago(house, 1), simulated=True)
    opened(house, market, shop)
    expression = {"and": [{"did": "cart", "times": 2, "days": 7}, {"not": {"did": "buy", "days": 7}}]}
    assert await people(house, shop, expression) == {"a", "d"}
    assert await people(house, shop, {"not": {"tag": "carted"}}) == set()


async def test_a_sequence_is_in_that_order_with_anything_between(house, market, shop):
    for who, acts in {"in order": "pv cart fav", "wrong way": "fav cart pv", "twice": "cart pv cart"}.items():
        for hour, act in enumerate(acts.split()):
            market.event(who, act, ago(house, 1, hour))
    market.event("buys", "pv", ago(house, 2))
    market.order("buys", ago(house, 1), ago(house, 1))
    opened(house, market, shop)
    assert await people(house, shop, {"sequence": ["pv", "cart"], "days": 2}) == {"in order", "twice"}
    assert await people(house, shop, {"sequence": ["pv", "cart", "fav"], "days": 2}) == {"in order"}
    assert await people(house, shop, {"sequence": ["pv", "buy"], "days": 3}) == {"buys"}
    assert await people(house, shop, {"sequence": ["pv", "buy"], "days": 2}) == set()


async def test_every_tag_is_asked_and_the_edges_of_the_buyers_tags_are_where_they_say(house, market, shop):
    for who, days in {"new": [29], "old and new": [30, 0], "lapsed": [90], "not lapsed": [89], "gone": [365]}.items():
        for one in days:
            market.order(who, ago(house, one), ago(house, one), discount_minor=250 if who == "new" else 0)
    opened(house, market, shop)
    tags = {name: await people(house, shop, {"tag": name}) for name in api.TAGS}
    assert tags["buyer"] == {"new", "old and new", "lapsed", "not lapsed"}
    assert tags["new_buyer"] == {"new"}
    assert tags["repeat_buyer"] == {"old and new"}
    assert tags["lapsed"] == {"lapsed"}
    assert tags["bargain"] == {"new"}
    assert tags["top_spender"] == {"old and new"}
    assert tags["app"] == {"new", "old and new", "not lapsed"}


@pytest.mark.capability("AD-06")
async def test_a_withdrawn_consent_counts_at_the_next_read_in_saved_crowds_too(house, market, shop):
    crowded(house, market)
    opened(house, market, shop)
    static = await api.save_crowd(house, SYSTEM, shop, "static", {"tag": "visitor"}, is_static=True)
    moving = await api.save_crowd(house, SYSTEM, shop, "moving", {"not": {"tag": "buyer"}})
    page, after = await api.people_of(house, SYSTEM, shop, static.crowd_id, limit=60)
    rest, end = await api.people_of(house, SYSTEM, shop, static.crowd_id, after=after or 0, limit=60)
    assert (len(page), len(rest), end, len({*page, *rest})) == (60, 40, None, USED_MIN)
    assert await api.change_consent(house, SYSTEM, shop, "p7", is_given=False)
    for crowd in (static, moving):
        assert (await api.count_crowd(house, SYSTEM, shop, crowd.crowd_id))[1].people == USED_MIN - 1
        with pytest.raises(CrowdTooSmall):
            await api.people_of(house, SYSTEM, shop, crowd.crowd_id)
    assert await api.change_consent(house, SYSTEM, shop, "p7", is_given=True)
    assert (await api.count_crowd(house, SYSTEM, shop, static.crowd_id))[1].people == USED_MIN


async def test_two_people_are_suppressed_and_nobody_is_told_as_nobody(house, market, shop):
    crowded(house, market, 2)
    opened(house, market, shop)
    size = await api.size_of_expression(house, SYSTEM, shop, {"tag": "visitor"})
    assert (size.people, size.can_be_used) == (None, False)
    assert (await api.size_of_expression(house, SYSTEM, shop, {"tag": "buyer"})).people == 0
    state = {one.tag.name: one for one in await api.list_tags(house, SYSTEM, shop)}["visitor"]
    assert (state.people, state.coverage) == (None, None)


async def test_a_list_of_hashes_becomes_a_crowd_and_its_bad_rows_a_file(house, market, shop):
    buyer = new_id(house.clock.now())
    market.order(str(buyer), ago(house, 1), ago(house, 1))
    crowded(house, market, 3)
    opened(house, market, shop)
    words = [show_id("byr", buyer), "p1", "nobody here"]
    lines = [*(hashlib.sha256(word.encode()).hexdigest() for word in words), "zz"]
    done = await api.upload_ids(house, SYSTEM, shop, "list", lines)
    assert (done.rows, done.accepted, done.matched, done.refused) == (4, 3, 2, 1)
    assert await api.get_problems(house, SYSTEM, shop, done.crowd_id) == [[4, "bad_hash", "zz"]]
    assert await people(house, shop, {"crowd": show_id("crd", done.crowd_id)}) == {str(buyer), "p1"}
    with pytest.raises(Invalid):
        await api.upload_ids(house, SYSTEM, shop, "all bad", ["zz"])
    assert [crowd.name for crowd in await api.list_crowds(house, SYSTEM, shop)] == ["list"]


async def test_a_crowd_of_crowds_stands_until_it_is_removed_itself(house, market, shop):
    crowded(house, market, 30)
    market.order("p1", ago(house, 1), ago(house, 1))
    opened(house, market, shop)
    inner = await api.save_crowd(house, SYSTEM, shop, "inner", {"tag": "buyer"})
    named = {"and": [{"tag": "visitor"}, {"not": {"crowd": show_id("crd", inner.crowd_id)}}]}
    outer = await api.save_crowd(house, SYSTEM, shop, "outer", named)
    assert outer.people == 29
    (overlap,) = await api.overlap_crowds(house, SYSTEM, shop, inner.crowd_id, [outer.crowd_id])
    assert (overlap.first, overlap.second, overlap.both, overlap.index) == (None, 29, 0, None)
    with pytest.raises(CrowdInUse):
        await api.remove_crowd(house, SYSTEM, shop, inner.crowd_id)
    with pytest.raises(CrowdNameTaken):
        await api.save_crowd(house, SYSTEM, shop, "outer", {"tag": "buyer"})
    await api.remove_crowd(house, SYSTEM, shop, outer.crowd_id)
    await api.remove_crowd(house, SYSTEM, shop, inner.crowd_id)
    assert await api.list_crowds(house, SYSTEM, shop) == []
    with pytest.raises(CrowdNotFound):
        await api.size_of_expression(house, SYSTEM, shop, named)


@pytest.mark.capability("AD-09")
async def test_a_campaign_leaves_whom_it_reached_as_a_crowd_and_the_universe_bounds_it(house, market, shop):
    crowded(house, market, SHOWN_MIN)
    market.order("p3", ago(house, 9), ago(house, 9), terminal="pc")
    opened(house, market, shop)
    reached = [f"p{number}" for number in range(SHOWN_MIN)]
    crowd = await api.deposit_crowd(house, SYSTEM, shop, "reached", [*reached, "a stranger"], note="campaign 7")
    assert (await api.count_crowd(house, SYSTEM, shop, crowd.crowd_id))[1].people == SHOWN_MIN
    contrasts = await api.contrast_crowd(house, SYSTEM, shop, crowd.crowd_id)
    told = [(one.tag.name, one.index, one.is_significant) for one in contrasts]  # the tag of one buyer is not told
    assert told == [("app", 100.0, False), ("visitor", 100.0, False)]


async def test_another_shops_actor_and_one_without_the_right_are_refused(house, market, shop):
    opened(house, market, shop)
    stranger = Actor(ActorKind.MERCHANT, None, RIVAL, frozenset({"*"}))
    reader = Actor(ActorKind.MERCHANT, None, shop, frozenset({"data:view"}))
    with pytest.raises(NotFound):
        await api.size_of_expression(house, stranger, shop, {"tag": "buyer"})
    with pytest.raises(NotFound):
        await api.deposit_crowd(house, stranger, shop, "x", ["p1"])
    with pytest.raises(NotAllowed):
        await api.save_crowd(house, reader, shop, "x", {"tag": "buyer"})
    assert await api.list_crowds(house, reader, shop) == []


@pytest.mark.capability("AD-06")
async def test_a_shopper_who_says_not_me_is_out_of_the_crowds_of_all_shops(house, market, shop):
    buyer = new_id(house.clock.now())
    market.order(str(buyer), ago(house, 1), ago(house, 1))
    market.order("other", ago(house, 1), ago(house, 1))
    opened(house, market, shop)
    me = Actor(ActorKind.BUYER, buyer, permissions=frozenset({"buy"}))
    assert await people(house, shop, {"tag": "buyer"}) == {str(buyer), "other"}
    assert await api.change_my_consent(house, me, is_given=False)
    assert not await api.change_my_consent(house, me, is_given=False)
    assert await people(house, shop, {"tag": "buyer"}) == {"other"}
    assert await api.change_my_consent(house, me, is_given=True)
    assert await people(house, shop, {"tag": "buyer"}) == {str(buyer), "other"}
    with pytest.raises(NotAllowed):
        await api.change_my_consent(house, SYSTEM, is_given=False)


async def test_the_audit_finds_a_gap_in_the_numbers_and_a_crowd_of_nobodies(house, market, shop):
    crowded(house, market, 5)
    opened(house, market, shop)
    crowd = await api.save_crowd(house, SYSTEM, shop, "all", {"tag": "visitor"}, is_static=True)
    assert await audit(house) == []
    await house.database.pool.execute("delete from audiences.person where person_no = 3")
    await house.database.pool.execute("update audiences.numbering set people = 4")
    assert [(one.invariant, one.subject) for one in await audit(house)] == [
        ("people_numbered_densely", show_id("shp", shop)), ("crowd_of_own_people", show_id("crd", crowd.crowd_id)),
    ]  # fmt: skip
