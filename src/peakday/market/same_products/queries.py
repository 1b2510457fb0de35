"""What is read of clusters, of pairs to look at, and of what waits?"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from peakday.kernel.database import Tx
from peakday.market.same_products.model import ItemRef, Member, Pair, Verdict

_MEMBER = (
    "m.shop_id, m.item_id, m.cluster_id, m.category_id, m.title, m.brand, m.attributes, m.price_minor, m.currency, "
    "m.is_on_sale, m.first_listed_at"
)
_MEMBER_COLUMNS = 11
_PAIR = f"""
select {_MEMBER}, {_MEMBER.replace("m.", "o.")}, p.probability, p.veto, p.verdict, p.said_at
from same_products.pair p
join same_products.member m on (m.shop_id, m.item_id) = (p.shop_id, p.item_id)
join same_products.member o on (o.shop_id, o.item_id) = (p.other_shop_id, p.other_item_id)
"""


async def next_category(tx: Tx) -> tuple[bool, UUID | None]:
    """Whether items wait, and the category of those who wait longest."""
    row = await tx.fetchrow(
        "select category_id from same_products.member where compared_at is null order by joined_at, item_id limit 1"
    )
    return row is not None, row[0] if row else None


async def list_waiting(tx: Tx, category_id: UUID | None, limit: int) -> list[Member]:
    """Items of a category that wait to be compared, the earliest listed first: it makes the cluster."""
    return await _members(
        tx, "where m.category_id is not distinct from $1 and m.compared_at is null "
        "order by m.first_listed_at nulls last, m.shop_id, m.item_id limit $2", category_id, limit,
    )  # fmt: skip


async def list_category(tx: Tx, category_id: UUID, limit: int) -> list[Member]:
    """Items of a category that were compared already, the last come first."""
    return await _members(
        tx, "where m.category_id = $1 and m.compared_at is not null order by m.joined_at desc, m.item_id limit $2",
        category_id, limit,
    )  # fmt: skip


async def list_kin(tx: Tx, traces: Sequence[str], category_id: UUID | None, limit: int) -> list[Member]:
    """Items of other categories that were compared already and have one of these traces; those with most come first."""
    return await _members(
        tx, "where m.traces && $1 and m.compared_at is not null and m.category_id is distinct from $2 "
        "order by (select count(*) from unnest(m.traces) as t(trace) where trace = any($1)) desc, m.item_id limit $3",
        list(traces), category_id, limit,
    )  # fmt: skip


async def list_clusters(tx: Tx, cluster_ids: Sequence[UUID], limit: int) -> list[Member]:
    """All members of some clusters, cheapest first within each."""
    return await _members(
        tx, "where m.cluster_id = any($1) order by m.cluster_id, m.price_minor nulls last, m.shop_id, m.item_id "
        "limit $2",
        list(cluster_ids), limit,
    )  # fmt: skip


async def list_shared(tx: Tx, shop_id: UUID, limit: int) -> list[Member]:
    """The shop's items on sale whose cluster has an item on sale of another shop."""
    return await _members(
        tx, "where m.shop_id = $1 and m.is_on_sale and exists (select from same_products.member o "
        "where o.cluster_id = m.cluster_id and o.shop_id <> m.shop_id and o.is_on_sale) "
        "order by m.title, m.item_id limit $2", shop_id, limit,
    )  # fmt: skip


async def list_own(tx: Tx, shop_id: UUID, limit: int) -> list[Member]:
    """The shop's own items."""
    return await _members(tx, "where m.shop_id = $1 order by m.item_id limit $2", shop_id, limit)


async def list_members(tx: Tx, items: Sequence[ItemRef]) -> list[Member]:
    """These items, where they are known."""
    return await _members(
        tx, "join unnest($1::uuid[], $2::uuid[]) as w(shop_id, item_id) using (shop_id, item_id)",
        [one[0] for one in items], [one[1] for one in items],
    )  # fmt: skip


async def cluster_of(tx: Tx, items: Sequence[ItemRef]) -> dict[ItemRef, UUID]:
    """The cluster of each item that is known."""
    rows = await tx.fetch(
        "select shop_id, item_id, cluster_id from same_products.member "
        "join unnest($1::uuid[], $2::uuid[]) as w(shop_id, item_id) using (shop_id, item_id)",
        [one[0] for one in items], [one[1] for one in items],
    )  # fmt: skip
    return {ItemRef(row[0], row[1]): row[2] for row in rows}


async def first_listed_of(tx: Tx, items: Sequence[ItemRef]) -> dict[ItemRef, datetime]:
    """When the first item of each item's cluster was listed, where any member tells."""
    rows = await tx.fetch(
        "select w.shop_id, w.item_id, min(c.first_listed_at) "
        "from unnest($1::uuid[], $2::uuid[]) as w(shop_id, item_id) "
        "join same_products.member m using (shop_id, item_id) join same_products.member c using (cluster_id) "
        "where c.first_listed_at is not null group by 1, 2",
        [one[0] for one in items], [one[1] for one in items],
    )  # fmt: skip
    return {ItemRef(row[0], row[1]): row[2] for row in rows}


async def count_waiting(tx: Tx) -> tuple[int, int]:
    """How many items wait to be compared, and how many pairs to be looked at."""
    row = await tx.fetchrow(
        "select (select count(*) from same_products.member where compared_at is null), "
        "(select count(*) from same_products.pair where verdict is null)"
    )
    assert row is not None
    return row[0], row[1]


async def list_uncertain(tx: Tx, limit: int, after: tuple[ItemRef, ItemRef] | None = None) -> list[Pair]:
    """Pairs that nobody looked at, the likeliest first; those behind a pair, which may have been said since."""
    order = "order by p.probability desc, p.shop_id, p.item_id, p.other_shop_id, p.other_item_id limit $1"
    if after is None:
        return await _pairs(tx, f"where p.verdict is null {order}", limit)
    behind = (
        "(-p.probability, p.shop_id, p.item_id, p.other_shop_id, p.other_item_id) > ((select -l.probability "
        "from same_products.pair l where (l.shop_id, l.item_id, l.other_shop_id, l.other_item_id) = ($2, $3, $4, $5)), "
        "$2::uuid, $3::uuid, $4::uuid, $5::uuid)"
    )
    return await _pairs(tx, f"where p.verdict is null and {behind} {order}", limit, *after[0], *after[1])


async def list_said(tx: Tx, limit: int) -> list[Pair]:
    """What people said, the last first."""
    return await _pairs(tx, "where p.verdict is not null order by p.said_at desc, p.shop_id, p.item_id limit $1", limit)


async def find_pair(tx: Tx, one: ItemRef, other: ItemRef) -> tuple[Pair, UUID | None] | None:
    """A pair, and the cluster that its verdict took the second item from."""
    where = "where (p.shop_id, p.item_id, p.other_shop_id, p.other_item_id) = ($1, $2, $3, $4)"
    found = await _pairs(tx, where, *one, *other)
    if not found:
        return None
    before = await tx.fetchval(f"select p.cluster_before from same_products.pair p {where}", *one, *other)
    return found[0], before


async def verdicts_of(tx: Tx, items: Sequence[ItemRef]) -> dict[tuple[ItemRef, ItemRef], Verdict]:
    """What people said of pairs that any of these items is in."""
    rows = await tx.fetch(
        "select p.shop_id, p.item_id, p.other_shop_id, p.other_item_id, p.verdict from same_products.pair p "
        "where p.verdict is not null and exists (select from unnest($1::uuid[], $2::uuid[]) as w(shop_id, item_id) "
        "where (w.shop_id, w.item_id) in ((p.shop_id, p.item_id), (p.other_shop_id, p.other_item_id)))",
        [one[0] for one in items], [one[1] for one in items],
    )  # fmt: skip
    return {(ItemRef(row[0], row[1]), ItemRef(row[2], row[3])): Verdict(row[4]) for row in rows}


async def _members(tx: Tx, rest: str, *values: object) -> list[Member]:
    return [Member(*row) for row in await tx.fetch(f"select {_MEMBER} from same_products.member m {rest}", *values)]


async def _pairs(tx: Tx, rest: str, *values: object) -> list[Pair]:
    size = _MEMBER_COLUMNS
    return [
        Pair(
            Member(*row[:size]), Member(*row[size : 2 * size]), row[2 * size], row[2 * size + 1],
            Verdict(row[2 * size + 2]) if row[2 * size + 2] else None, row[2 * size + 3],
        )
        for row in await tx.fetch(_PAIR + rest, *values)
    ]  # fmt: skip
