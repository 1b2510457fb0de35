"""How do other rooms build, size and use crowds?

    size = await size_of_expression(house, actor, shop_id, {"and": [{"tag": "member"}, {"not": {"tag": "lapsed"}}]})
    crowd = await save_crowd(house, actor, shop_id, "Members", expression)
    people, cursor = await people_of(house, actor, shop_id, crowd.crowd_id)     # for ads and coupons
    await deposit_crowd(house, actor, shop_id, "Reached by 11.11", people, note="campaign 7")

Reading needs `data:view`, keeping and using `marketing:edit`; every function is of one shop.
"""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from pyroaring import BitMap

from peakday.insight.audiences import actions, store
from peakday.insight.audiences.actions import EDIT, NewCrowd
from peakday.insight.audiences.errors import CrowdNotFound, CrowdTooSmall
from peakday.insight.audiences.model import (
    BOUGHT,
    Contrast,
    Crowd,
    Did,
    Origin,
    Overlap,
    Size,
    TagState,
    Uploaded,
)
from peakday.insight.audiences.modelled import Experiment, find_lookalikes, find_movable
from peakday.insight.audiences.queries import CrowdReader
from peakday.insight.audiences.rules.crowd_contrast import overlaps_of
from peakday.insight.audiences.rules.crowd_count import count_members
from peakday.insight.audiences.rules.crowd_expression import parse_expression
from peakday.insight.audiences.rules.crowd_size import USED_MIN, size_of
from peakday.insight.audiences.rules.lookalike import score_likeness, shrunk_scores
from peakday.insight.audiences.rules.uplift import qini_of, score_uplift
from peakday.insight.audiences.rules.uploaded_ids import ROWS_MAX, read_ids
from peakday.insight.audiences.store import shown_person
from peakday.insight.audiences.tags import KNOWN_DAYS, TAGS
from peakday.insight.consumers import api as consumers
from peakday.insight.consumers.model import Place
from peakday.insight.metrics.api import FactStore
from peakday.kernel.actor import Actor, require
from peakday.kernel.clock import day_of
from peakday.kernel.house import House
from peakday.kernel.refusal import Invalid, TooLarge
from peakday.market.accounts.api import require_buyer

__all__ = [
    "EDIT",
    "TAGS",
    "VIEW",
    "Expansion",
    "UpliftWish",
    "change_consent",
    "change_my_consent",
    "contrast_crowd",
    "count_crowd",
    "count_members",
    "count_universe",
    "deposit_crowd",
    "expand_crowd",
    "find_upload",
    "get_problems",
    "has_my_consent",
    "list_crowds",
    "list_tags",
    "overlap_crowds",
    "parse_expression",
    "people_of",
    "qini_of",
    "reader_of",
    "remove_crowd",
    "save_cell",
    "save_crowd",
    "score_likeness",
    "score_uplift",
    "shown_person",
    "shrunk_scores",
    "size_of",
    "size_of_expression",
    "target_uplift",
    "upload_ids",
]

VIEW = "data:view"


@dataclass(frozen=True, slots=True)
class Expansion:
    """A look-alike crowd of a chosen size; the seed's people are left out on request."""

    name: str
    size: int
    without_seed: bool = True


@dataclass(frozen=True, slots=True)
class UpliftWish:
    """An experiment (two crowds and its first day) and how many people the new crowd may have."""

    name: str
    treated_id: UUID
    control_id: UUID
    started_on: date
    size: int


PAGE_MAX = 10_000


def reader_of(house: House) -> CrowdReader:
    """The reader of this process, made when it is first asked for."""
    if CrowdReader not in house.engines:
        house.add(CrowdReader(house.database, house.get(FactStore)))
    return house.get(CrowdReader)


async def list_tags(house: House, actor: Actor, shop_id: UUID) -> list[TagState]:
    """Every tag with how many people have it and their share of the universe."""
    require(actor, VIEW, shop_id)
    reader, now = reader_of(house), house.clock.now()
    universe, tagged = await reader.universe(shop_id, day_of(now)), await reader.tag_people(shop_id, day_of(now))
    states = []
    for name, tag in TAGS.items():
        people = size_of(universe.intersection_cardinality(tagged[name])).people
        coverage = people / len(universe) if people is not None and universe else None
        states.append(TagState(tag, people, coverage, now))
    return states


async def count_universe(house: House, actor: Actor, shop_id: UUID) -> Size:
    """How many people the shop knows: what `not` is the complement in."""
    require(actor, VIEW, shop_id)
    return size_of(len(await reader_of(house).universe(shop_id, _today(house))))


async def size_of_expression(house: House, actor: Actor, shop_id: UUID, expression: object) -> Size:
    """How many people meet an expression now, exactly; refuses Invalid naming the node, CrowdNotFound, CrowdLoop."""
    require(actor, VIEW, shop_id)
    node = parse_expression(expression, TAGS)
    return size_of(await reader_of(house).count(shop_id, node, _today(house)))


async def save_crowd(
    house: House, actor: Actor, shop_id: UUID, name: str, expression: Mapping[str, Any], *, is_static: bool = False
) -> Crowd:  # fmt: skip
    """Keep an expression as a crowd: read anew at every look, or static, as its people are now."""
    _require_edit(actor, shop_id)
    node = parse_expression(expression, TAGS)
    members = await reader_of(house).members(shop_id, node, _today(house))
    new = NewCrowd(name, Origin.BUILT, len(members), None if is_static else expression, members if is_static else None)
    return await _keep(house, actor, shop_id, new)


async def save_cell(
    house: House, actor: Actor, shop_id: UUID, name: str, cell: tuple[tuple[date, Place], tuple[date, Place]]
) -> Crowd:  # fmt: skip
    """Keep the people of one cell of the consumers' flow as a static crowd (LY-05)."""
    _require_edit(actor, shop_id)
    before, after = cell
    people = await consumers.people_in_cell(actor, house.get(FactStore), shop_id, before, after)
    note = f"{before[0]} {before[1] or '∅'} → {after[0]} {after[1] or '∅'}"
    return await _keep_people(house, actor, shop_id, (name, Origin.FLOW, note), people)


async def deposit_crowd(
    house: House, actor: Actor, shop_id: UUID, name: str, people: Collection[str], note: str = ""
) -> Crowd:  # fmt: skip
    """Keep whom a campaign reached as a static crowd (AD-09)."""
    _require_edit(actor, shop_id)
    return await _keep_people(house, actor, shop_id, (name, Origin.CAMPAIGN, note), people)


async def upload_ids(house: House, actor: Actor, shop_id: UUID, name: str, lines: Iterable[str]) -> Uploaded:
    """Keep the people of a list of hashed ids; bad rows are kept for the error file. Refuses Invalid for no good row.

    At most a million rows. Only people whom the shop knows are matched.
    """
    _require_edit(actor, shop_id)
    read = await asyncio.to_thread(read_ids, lines)
    if read.rows > ROWS_MAX:
        raise TooLarge(limit=ROWS_MAX)
    if not read.hashes:
        raise Invalid(*read.problems[:20])
    await reader_of(house).universe(shop_id, _today(house))  # whoever is new gets a number first
    async with house.database.transaction() as tx:
        members = await store.match_hashes(tx, shop_id, read.hashes)
        now, row = house.clock.now(), NewCrowd(name, Origin.UPLOADED, len(members), members=members)
        crowd = await actions.keep_crowd(tx, actor, shop_id, row, now)
        kept = store.UploadRow(read.rows, len(read.hashes), len(members), read.refused, read.problems)
        await store.insert_upload(tx, shop_id, crowd.crowd_id, kept, now)
    return Uploaded(crowd.crowd_id, read.rows, len(read.hashes), len(members), read.refused)


async def get_problems(house: House, actor: Actor, shop_id: UUID, crowd_id: UUID) -> list[list[object]]:
    """The refused rows of an upload (row, code, value); refuses CrowdNotFound."""
    require(actor, VIEW, shop_id)
    async with house.database.read() as connection:
        problems = await store.fetch_problems(connection, shop_id, crowd_id)
    if problems is None:
        raise CrowdNotFound
    return problems


async def find_upload(house: House, actor: Actor, shop_id: UUID, crowd_id: UUID) -> Uploaded | None:
    """What became of the list that a crowd was uploaded as; None for any other crowd."""
    require(actor, VIEW, shop_id)
    async with house.database.read() as connection:
        return await store.fetch_upload(connection, shop_id, crowd_id)


async def list_crowds(house: House, actor: Actor, shop_id: UUID) -> list[Crowd]:
    """The shop's crowds, the latest first; `people` is of the last refresh."""
    require(actor, VIEW, shop_id)
    async with house.database.read() as connection:
        return await store.fetch_crowds(connection, shop_id)


async def count_crowd(house: House, actor: Actor, shop_id: UUID, crowd_id: UUID) -> tuple[Crowd, Size]:
    """A crowd with the people it has now; refuses CrowdNotFound."""
    require(actor, VIEW, shop_id)
    crowd, members = await reader_of(house).crowd_members(shop_id, crowd_id, _today(house))
    if len(members) != crowd.people:
        async with house.database.transaction() as tx:
            await store.refresh_crowd(tx, shop_id, crowd_id, len(members), house.clock.now())
    return crowd, size_of(len(members))


async def overlap_crowds(
    house: House, actor: Actor, shop_id: UUID, crowd_id: UUID, others: Sequence[UUID]
) -> list[Overlap]:  # fmt: skip
    """How many people a crowd has in common with each of others, and whether by chance; refuses CrowdNotFound."""
    require(actor, VIEW, shop_id)
    reader, day = reader_of(house), _today(house)
    _, own = await reader.crowd_members(shop_id, crowd_id, day)
    shared = []
    for other_id in others:
        _, members = await reader.crowd_members(shop_id, other_id, day)
        shared.append((len(members), own.intersection_cardinality(members)))
    return overlaps_of(len(own), len(await reader.universe(shop_id, day)), shared)


async def contrast_crowd(house: House, actor: Actor, shop_id: UUID, crowd_id: UUID) -> list[Contrast]:
    """In which tags a crowd differs from everybody (TGI); nothing of a crowd too small to tell."""
    require(actor, VIEW, shop_id)
    reader, day = reader_of(house), _today(house)
    _, members = await reader.crowd_members(shop_id, crowd_id, day)
    return await reader.contrasts(shop_id, members, day) if size_of(len(members)).people else []


async def people_of(
    house: House, actor: Actor, shop_id: UUID, crowd_id: UUID, after: int = 0, limit: int = PAGE_MAX
) -> tuple[list[str], int | None]:  # fmt: skip
    """A page of a crowd's people for ads and coupons, and where the next begins; refuses CrowdTooSmall.

    It is read at the call: whoever withdrew the consent a moment ago is not in it.
    """
    require(actor, VIEW, shop_id)
    _require_edit(actor, shop_id)
    _, members = await reader_of(house).crowd_members(shop_id, crowd_id, _today(house))
    if not size_of(len(members)).can_be_used:
        raise CrowdTooSmall(least=USED_MIN)
    start = members.rank(after)
    numbers = list(members[start : start + min(limit, PAGE_MAX)])
    async with house.database.read() as connection:
        people = await store.fetch_words(connection, shop_id, numbers)
    return people, numbers[-1] if start + len(numbers) < len(members) else None


async def expand_crowd(
    house: House, actor: Actor, shop_id: UUID, crowd_id: UUID, wish: Expansion
) -> Crowd:  # fmt: skip
    """Keep the people most like a crowd as a static crowd (AD-07); refuses TooFewToLearn, ModelNotHere."""
    _require_edit(actor, shop_id)
    reader, day = reader_of(house), _today(house)
    seed, people = await reader.crowd_members(shop_id, crowd_id, day)
    members = await find_lookalikes(reader, shop_id, people, wish.size, day, without_seed=wish.without_seed)
    note = f"{seed.name} × {wish.size}" + ("" if wish.without_seed else " +")
    return await _keep(house, actor, shop_id, NewCrowd(wish.name, Origin.LOOKALIKE, len(members), None, members, note))


async def target_uplift(house: House, actor: Actor, shop_id: UUID, wish: UpliftWish) -> Crowd:
    """Keep the people whom a message would move most to buy, learnt from an experiment; refuses TooFewToLearn."""
    _require_edit(actor, shop_id)
    reader, day = reader_of(house), _today(house)
    _, treated = await reader.crowd_members(shop_id, wish.treated_id, day)
    _, control = await reader.crowd_members(shop_id, wish.control_id, day)
    since = min(max((day - wish.started_on).days + 1, 1), KNOWN_DAYS)
    answered = await reader.members(shop_id, Did(BOUGHT, 1, since), day)
    experiment = Experiment(treated, control, answered, wish.started_on)
    members = await find_movable(reader, shop_id, experiment, wish.size, day)
    new = NewCrowd(wish.name, Origin.LOOKALIKE, len(members), members=members, note=f"uplift {wish.started_on}")
    return await _keep(house, actor, shop_id, new)


async def remove_crowd(house: House, actor: Actor, shop_id: UUID, crowd_id: UUID) -> None:
    """Forget a crowd; refuses as `actions.remove_crowd`."""
    async with house.database.transaction() as tx:
        await actions.remove_crowd(tx, actor, shop_id, crowd_id)


async def change_consent(house: House, actor: Actor, shop_id: UUID, person: str, *, is_given: bool) -> bool:
    """Withdraw a person's consent to be addressed by a shop, or give it back; whether anything changed."""
    async with house.database.transaction() as tx:
        if is_given:
            return await actions.give_back_consent(tx, actor, shop_id, person)
        return await actions.withdraw_consent(tx, actor, shop_id, person, house.clock.now())


async def change_my_consent(house: House, actor: Actor, *, is_given: bool) -> bool:
    """A buyer's own consent, for all shops; whether anything changed. Refuses who is no buyer."""
    async with house.database.transaction() as tx:
        return await actions.change_own_consent(tx, actor, house.clock.now(), is_given=is_given)


async def has_my_consent(house: House, actor: Actor) -> bool:
    """Whether the acting buyer lets shops put them into crowds. Refuses who is no buyer."""
    async with house.database.read() as connection:
        return not await store.has_withdrawn(connection, None, str(require_buyer(actor)))


async def _keep_people(
    house: House, actor: Actor, shop_id: UUID, named: tuple[str, Origin, str], people: Collection[str]
) -> Crowd:  # fmt: skip
    name, origin, note = named
    members: BitMap = await reader_of(house).numbers_of(shop_id, people)
    return await _keep(house, actor, shop_id, NewCrowd(name, origin, len(members), members=members, note=note))


async def _keep(house: House, actor: Actor, shop_id: UUID, new: NewCrowd) -> Crowd:
    async with house.database.transaction() as tx:
        return await actions.keep_crowd(tx, actor, shop_id, new, house.clock.now())


def _require_edit(actor: Actor, shop_id: UUID) -> None:
    require(actor, EDIT, shop_id)


def _today(house: House) -> date:
    return day_of(house.clock.now())
