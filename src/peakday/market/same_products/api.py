"""What may other rooms and doors ask of same products?

`cluster_of` and `first_listed_of` for rooms above (no actor: they show figures under their own permission);
`match_titles` and `find_named_goods` propose own items for outside titles; `compare_items` is the worker's batch.
Staff: `list_uncertain`, `list_said`, `judge_pair`, `undo_verdict`. Merchants: `list_own_clusters`, `get_cluster`,
their items beside public faces of others.
The bench learns and measures the engine by its parts: `profile_of`, `pair_evidence`, `BlockingIndex`, `learn`.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from peakday.kernel.actor import Actor, require
from peakday.kernel.database import Tx
from peakday.kernel.refusal import NotFound
from peakday.kernel.switches.model import require_staff
from peakday.market.same_products import queries
from peakday.market.same_products.actions.compare_items import compare_items
from peakday.market.same_products.actions.judge_pair import judge_pair, undo_verdict
from peakday.market.same_products.learning import Labelled, learn
from peakday.market.same_products.model import Face, ItemRef, Match, Member, Outcome, Pair
from peakday.market.same_products.rules import title_match
from peakday.market.same_products.rules.blocking import CANDIDATES_MAX, WIDE, BlockingIndex
from peakday.market.same_products.rules.boosted_trees import MODEL_FILE, PairModel, shipped_model
from peakday.market.same_products.rules.firm_evidence import is_firm
from peakday.market.same_products.rules.item_profile import Profile, profile_of
from peakday.market.same_products.rules.nearest import nearest
from peakday.market.same_products.rules.neighbourhood import Neighbourhood
from peakday.market.same_products.rules.outcomes import outcome_of
from peakday.market.same_products.rules.pair_evidence import Told, pair_evidence
from peakday.market.same_products.rules.rarity import COUNTS_FILE, Rarity, usual_rarity
from peakday.market.same_products.rules.vetoes import find_veto

VIEW = "data:view"
SHOWN_MAX = 100
FACES_MAX = 200
CLUSTER_ROWS_MAX = 1_000
EXPORTED_MAX = 10_000
OWN_MAX = 5_000  # own items that outside titles are matched with
TITLES_MAX = 200

cluster_of = queries.cluster_of
first_listed_of = queries.first_listed_of
count_waiting = queries.count_waiting

__all__ = [
    "CANDIDATES_MAX",
    "CLUSTER_ROWS_MAX",
    "COUNTS_FILE",
    "EXPORTED_MAX",
    "MODEL_FILE",
    "SHOWN_MAX",
    "TITLES_MAX",
    "VIEW",
    "WIDE",
    "BlockingIndex",
    "Labelled",
    "Neighbourhood",
    "PairModel",
    "Profile",
    "Rarity",
    "Told",
    "cluster_of",
    "compare_items",
    "count_waiting",
    "find_named_goods",
    "find_veto",
    "first_listed_of",
    "get_cluster",
    "get_pair",
    "is_firm",
    "judge_pair",
    "learn",
    "list_own_clusters",
    "list_said",
    "list_uncertain",
    "match_titles",
    "nearest",
    "pair_evidence",
    "profile_of",
    "shipped_model",
    "undo_verdict",
]


async def list_uncertain(
    tx: Tx, actor: Actor, limit: int = SHOWN_MAX, after: tuple[ItemRef, ItemRef] | None = None
) -> list[Pair]:
    """Pairs of all shops that wait for a person, the likeliest first, from behind a pair; for the platform's staff."""
    require_staff(actor)
    return await queries.list_uncertain(tx, limit, after)


async def get_pair(tx: Tx, actor: Actor, items: tuple[ItemRef, ItemRef]) -> Pair:
    """One pair that people look at; for the platform's staff. Refuses `NotFound`."""
    require_staff(actor)
    found = await queries.find_pair(tx, *items)
    if found is None:
        raise NotFound
    return found[0]


async def list_said(tx: Tx, actor: Actor, limit: int = SHOWN_MAX) -> list[Pair]:
    """What people said of pairs, the last first; for the platform's staff."""
    require_staff(actor)
    return await queries.list_said(tx, limit)


async def list_own_clusters(tx: Tx, actor: Actor, shop_id: UUID) -> list[tuple[Member, list[Member]]]:
    """The shop's items beside the same products of other shops: public faces, on sale, list price; cheapest first."""
    require(actor, VIEW, shop_id)
    mine = await queries.list_shared(tx, shop_id, SHOWN_MAX)
    found = await queries.list_clusters(tx, [member.cluster_id for member in mine], CLUSTER_ROWS_MAX)
    others = [member for member in found if member.shop_id != shop_id and member.is_on_sale]
    return [(member, [other for other in others if other.cluster_id == member.cluster_id]) for member in mine]


async def get_cluster(tx: Tx, actor: Actor, item: ItemRef) -> tuple[Member, list[Member], datetime | None]:
    """The shop's item, its same products on sale in other shops, the cheapest first, and the cluster's first listing.

    Refuses `NotFound` for an item that is not the shop's or that was not read yet.
    """
    require(actor, VIEW, item.shop_id)
    places = await queries.cluster_of(tx, [item])
    if item not in places:
        raise NotFound
    members = await queries.list_clusters(tx, [places[item]], CLUSTER_ROWS_MAX)
    [mine] = [member for member in members if member.ref == item] or await queries.list_members(tx, [item])
    others = [member for member in members if member.shop_id != item.shop_id and member.is_on_sale]
    first = await queries.first_listed_of(tx, [item])
    return mine, others[:FACES_MAX], first.get(item)


async def match_titles(tx: Tx, actor: Actor, shop_id: UUID, titles: Sequence[str]) -> list[Match]:
    """The shop's own item that each outside title is likeliest to be, where it is not held to be none; TITLES_MAX."""
    require(actor, VIEW, shop_id)
    own = await queries.list_own(tx, shop_id, OWN_MAX)
    return await asyncio.to_thread(_match, own, titles[:TITLES_MAX]) if own else []


def find_named_goods(own: Mapping[UUID, str], titles: Sequence[str]) -> list[tuple[str, UUID, float]]:
    """(outside title, our item, probability) for each title that names one of our items; `own`: titles by item.

    No database and no actor: for a room above that has both lists before it. Work of milliseconds a title: in a thread.
    """
    by_name = {str(item_id): (item_id, title) for item_id, title in own.items()}
    names = {name: title for name, (_, title) in by_name.items()}
    found = title_match.match_titles(names, titles[:TITLES_MAX], usual_rarity(), shipped_model())
    return [(title, by_name[name][0], probability) for title, name, probability in found]


def _match(own: Sequence[Member], titles: Sequence[str]) -> list[Match]:
    members = {member.face.key: member for member in own}
    profiles = {key: profile_of(Face(key, member.title, "", "", member.brand)) for key, member in members.items()}
    asked = [profile_of(Face(f"title {place}", title)) for place, title in enumerate(titles)]
    rarity, model, found = usual_rarity(), shipped_model(), []
    rarity.learn([*profiles.values(), *asked])
    told, index = Told(rarity), BlockingIndex(list(profiles.values()))
    for title, profile, (_, near) in zip(titles, asked, index.candidates(asked, 50), strict=True):
        for key, probability in nearest(profile, [profiles[other] for other in near], told, model, 1):
            veto, firm = find_veto(profile, profiles[key]), is_firm(profile, profiles[key])
            outcome = outcome_of(probability, veto, model, is_firm=firm)
            if outcome is not Outcome.NOT_SAME:
                found.append(Match(title, ItemRef(members[key].shop_id, members[key].item_id), probability, outcome))
    return found
