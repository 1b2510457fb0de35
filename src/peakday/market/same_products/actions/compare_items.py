"""How do new and changed items find their cluster?

In batches: what the catalogue changed is read in order of change; then some of the items that wait are compared with
their leaf category, of which the last CATEGORY_MAX that came are looked at, and with at most KIN_MAX items of other
categories that share a trace with them. Each is compared with its nearest items of other shops and with the clusters of
the likeliest, joins or makes a cluster, and the uncertain pairs wait for a person. One transaction a batch; breaking
off is safe.
"""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache
from typing import NamedTuple
from uuid import UUID

from peakday.kernel.clock import Clock
from peakday.kernel.database import Database, Tx
from peakday.kernel.ids import new_ids
from peakday.market.catalog import api as catalog
from peakday.market.same_products import queries, store
from peakday.market.same_products.model import ItemRef, Judged, Member, Outcome, Verdict
from peakday.market.same_products.rules.blocking import BlockingIndex
from peakday.market.same_products.rules.boosted_trees import shipped_model
from peakday.market.same_products.rules.clustering import Link, choose_cluster
from peakday.market.same_products.rules.firm_evidence import is_firm
from peakday.market.same_products.rules.item_profile import Profile, profile_of
from peakday.market.same_products.rules.nearest import nearest
from peakday.market.same_products.rules.neighbourhood import choose_candidates
from peakday.market.same_products.rules.outcomes import outcome_of
from peakday.market.same_products.rules.pair_evidence import Told
from peakday.market.same_products.rules.rarity import Rarity, usual_rarity
from peakday.market.same_products.rules.traces import traces_of
from peakday.market.same_products.rules.vetoes import find_veto

READ_BATCH = 2_000
BATCH = 100  # items compared in one transaction
CATEGORY_MAX = 1_500
KIN_MAX = 500
NEAR = 60  # items that the index names for one item
PAIRS_AN_ITEM_MAX = 5  # so many uncertain pairs of one item are looked at
ALONE_BATCH = 1_000  # items of no category, or in a category of one shop: little to compare with


class _Scene(NamedTuple):
    """A category's items at hand, with what their rarity is."""

    members: dict[str, Member]
    profiles: dict[str, Profile]
    told: Told
    places: dict[ItemRef, UUID]
    verdicts: dict[tuple[ItemRef, ItemRef], Verdict]
    clusters: dict[UUID, list[str]]  # of the items that are in their place

    def add(self, member: Member) -> None:
        """An item is in its place."""
        self.clusters.setdefault(self.places[member.ref], []).append(member.face.key)

    def beside(self, key: str) -> dict[str, float]:
        """Who is in the cluster of an item that is in its place."""
        return dict.fromkeys(self.clusters[self.places[self.members[key].ref]], 1.0)

    def elsewhere(self, member: Member, keys: Iterable[str]) -> list[Profile]:
        """Of these items those that are in their place, of other shops."""
        found = [self.members[key] for key in keys]
        return [
            self.profiles[other.face.key]
            for other in found
            if other.shop_id != member.shop_id and other.face.key in self.clusters.get(self.places[other.ref], ())
        ]


async def compare_items(database: Database, clock: Clock) -> int:
    """Read one batch of changes and compare one batch of items; how many were compared."""
    async with database.transaction() as tx:
        changed = await catalog.list_changed_faces(tx, await store.read_progress(tx), READ_BATCH)
        if changed:
            await store.save_faces(tx, changed, clock.now())
    async with database.transaction() as tx:
        await store.lock_clusters(tx)
        waits, category_id = await queries.next_category(tx)
        if not waits:
            return 0
        known = await queries.list_category(tx, category_id, CATEGORY_MAX) if category_id else []
        waiting = await queries.list_waiting(tx, category_id, ALONE_BATCH)
        is_alone = category_id is None or len({member.shop_id for member in [*known, *waiting]}) == 1
        waiting = waiting if is_alone else waiting[:BATCH]
        traces = await asyncio.to_thread(_traces, waiting)
        kin = await queries.list_kin(tx, sorted(set().union(*traces.values())), category_id, KIN_MAX)
        if is_alone:
            return await _compare_alone(tx, kin, waiting, traces, clock)
        return await _compare(tx, [*known, *kin], waiting, traces, clock)


async def _compare_alone(
    tx: Tx, kin: Sequence[Member], waiting: Sequence[Member], traces: dict[ItemRef, frozenset[str]], clock: Clock
) -> int:
    """Of a category of one shop: whoever shares a trace with an item elsewhere is compared with those items only."""
    theirs = set().union(*(await asyncio.to_thread(_traces, kin)).values()) if kin else set()
    places = {member.ref: member.cluster_id for member in waiting if not traces[member.ref] & theirs}
    await store.save_clusters(tx, places, traces, clock.now())
    related = [member for member in waiting if traces[member.ref] & theirs][:BATCH]
    return len(places) + (await _compare(tx, kin, related, traces, clock) if related else 0)


async def _compare(
    tx: Tx, known: Sequence[Member], waiting: Sequence[Member], traces: dict[ItemRef, frozenset[str]], clock: Clock
) -> int:
    now, refs = clock.now(), [member.ref for member in waiting]
    verdicts = await queries.verdicts_of(tx, refs)
    places = await queries.cluster_of(tx, sorted({ref for pair in verdicts for ref in pair}))
    scene = await asyncio.to_thread(_scene, [*known, *waiting], verdicts, places)
    uncertain = await asyncio.to_thread(_decide, scene, known, waiting, now)
    await store.save_pairs(tx, refs, uncertain, now)
    await store.save_clusters(tx, {ref: scene.places[ref] for ref in refs}, traces, now)
    return len(waiting)


def _traces(members: Sequence[Member]) -> dict[ItemRef, frozenset[str]]:
    usual = _usual()
    return {member.ref: traces_of(profile_of(member.face), usual) for member in members}


@cache
def _usual() -> Rarity:
    """The counts that come with the house, with nothing added."""
    return usual_rarity()


def _decide(scene: _Scene, known: Sequence[Member], waiting: Sequence[Member], now: datetime) -> list[Judged]:
    """Put each item that waits in its place, in turn; what is to be looked at."""
    index = BlockingIndex([scene.profiles[member.face.key] for member in (*known, *waiting)])
    asked = [scene.profiles[member.face.key] for member in waiting]
    for member in known:
        scene.add(member)
    fresh = dict(zip((member.ref for member in waiting), new_ids(now, len(waiting)), strict=True))
    uncertain: list[Judged] = []
    for key, near in index.candidates(asked, NEAR):
        member = scene.members[key]
        links = _links(scene, member, near)
        said = [(pair, verdict) for pair, verdict in scene.verdicts.items() if member.ref in pair]
        if any(verdict is Verdict.SAME for _, verdict in said):
            scene.places[member.ref] = member.cluster_id
        else:
            barred = {scene.places[ref] for pair, verdict in said if verdict is Verdict.NOT_SAME for ref in pair}
            open_links = [link for _, link in links if link.cluster_id not in barred]
            scene.places[member.ref] = choose_cluster(open_links, shipped_model().same_from) or fresh[member.ref]
        uncertain += _to_be_seen(scene, member.ref, links)
        scene.add(member)
    return uncertain


def _scene(
    members: Sequence[Member], verdicts: dict[tuple[ItemRef, ItemRef], Verdict], places: dict[ItemRef, UUID]
) -> _Scene:
    by_key = {member.face.key: member for member in members}
    profiles = {key: profile_of(member.face) for key, member in by_key.items()}
    rarity = usual_rarity()
    rarity.learn(profiles.values())
    places = places | {member.ref: member.cluster_id for member in members}
    return _Scene(by_key, profiles, Told(rarity), places, verdicts, {})


def _links(scene: _Scene, member: Member, near: dict[str, float]) -> list[tuple[Judged, Link]]:
    """How the item stands to its candidates; what a person said goes before what the matcher says.

    A lead tells its likeness by its cluster: its other members become candidates too.
    """
    mine, model = scene.profiles[member.face.key], shipped_model()
    likely = dict(nearest(mine, scene.elsewhere(member, near), scene.told, model, NEAR))
    chosen = choose_candidates(likely, near, scene.beside)
    more = scene.elsewhere(member, [key for key in chosen if key not in likely])
    likely |= dict(nearest(mine, more, scene.told, model))
    found = []
    for key in sorted((key for key in chosen if key in likely), key=lambda key: (-likely[key], key)):
        other, probability = scene.members[key], likely[key]
        one, two = sorted((member.ref, other.ref))
        veto, said = find_veto(mine, scene.profiles[key]), scene.verdicts.get((one, two))
        outcome = outcome_of(probability, veto, model, is_firm=is_firm(mine, scene.profiles[key]))
        if said in (Verdict.SAME, Verdict.NOT_SAME):
            outcome, veto = Outcome(said.value), None
        link = Link(scene.places[other.ref], probability, outcome, veto is not None)
        found.append((Judged(one, two, probability, veto), link))
    return found


def _to_be_seen(scene: _Scene, item: ItemRef, links: Iterable[tuple[Judged, Link]]) -> list[Judged]:
    """The likeliest pairs that are not settled: uncertain ones, and sure ones that did not come together."""
    return [
        judged
        for judged, link in links
        if link.outcome is not Outcome.NOT_SAME
        and link.cluster_id != scene.places[item]
        and (judged.one, judged.other) not in scene.verdicts
    ][:PAIRS_AN_ITEM_MAX]
