"""How are members, pairs and the place in the catalogue written?"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from peakday.kernel.database import Tx
from peakday.kernel.ids import new_ids
from peakday.market.catalog.api import NOTHING_READ, ComparedFace, ReadSoFar
from peakday.market.same_products.model import ItemRef, Judged, Verdict

QUEUE_MAX = 10_000  # people do not get to the end of a longer queue

_SAVE = """
insert into same_products.member as m (shop_id, item_id, cluster_id, category_id, title, brand, attributes, price_minor,
    currency, is_on_sale, first_listed_at, joined_at)
select *, $12::timestamptz from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::text[],
    $7::jsonb[], $8::bigint[], $9::text[], $10::bool[], $11::timestamptz[])
on conflict (shop_id, item_id) do update set category_id = excluded.category_id, title = excluded.title,
    brand = excluded.brand, attributes = excluded.attributes, price_minor = excluded.price_minor,
    currency = excluded.currency, is_on_sale = excluded.is_on_sale, first_listed_at = excluded.first_listed_at,
    cluster_id = case when (m.title, m.brand, m.attributes, m.category_id) is distinct from
        (excluded.title, excluded.brand, excluded.attributes, excluded.category_id) and not exists (
            select from same_products.pair p
            where p.verdict = 'same' and ((p.shop_id, p.item_id) = (m.shop_id, m.item_id)
                or (p.other_shop_id, p.other_item_id) = (m.shop_id, m.item_id)))
        then excluded.cluster_id else m.cluster_id end,
    compared_at = case when (m.title, m.brand, m.attributes, m.category_id) is distinct from
        (excluded.title, excluded.brand, excluded.attributes, excluded.category_id) then null else m.compared_at end
"""
_PAIRS = """
insert into same_products.pair as p (shop_id, item_id, other_shop_id, other_item_id, probability, veto, found_at)
select *, $7::timestamptz from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::float8[], $6::text[])
on conflict (shop_id, item_id, other_shop_id, other_item_id) do update
    set probability = excluded.probability, veto = excluded.veto where p.verdict is null
"""
_OVERFLOW = """
delete from same_products.pair where verdict is null and probability < (
    select probability from same_products.pair where verdict is null order by probability desc offset $1 limit 1)
"""
_FORGET = """
delete from same_products.pair p using unnest($1::uuid[], $2::uuid[]) as w(shop_id, item_id)
where p.verdict is null and ((p.shop_id, p.item_id) = (w.shop_id, w.item_id)
    or (p.other_shop_id, p.other_item_id) = (w.shop_id, w.item_id))
"""
_VERDICT = """
update same_products.pair set verdict = $5, said_at = $6, said_by = $7, cluster_before = $8
where (shop_id, item_id, other_shop_id, other_item_id) = ($1, $2, $3, $4)
"""
_PROGRESS = """
insert into same_products.progress (xid, shop_id, item_id) values ($1::text::xid8, $2, $3)
on conflict (is_one) do update set xid = excluded.xid, shop_id = excluded.shop_id, item_id = excluded.item_id
"""


async def read_progress(tx: Tx) -> ReadSoFar:
    """How far the catalogue is read."""
    row = await tx.fetchrow("select xid::text, shop_id, item_id from same_products.progress")
    return ReadSoFar(*row) if row else NOTHING_READ


async def save_faces(tx: Tx, faces: Sequence[ComparedFace], now: datetime) -> None:
    """Keep what items say now; who says something else leaves the cluster (a person's word keeps it) and waits."""
    last = {(face.read.shop_id, face.read.item_id): face for face in faces}
    faces = list(last.values())
    await tx.execute(
        _SAVE, [face.read.shop_id for face in faces], [face.read.item_id for face in faces], new_ids(now, len(faces)),
        [face.category_id for face in faces], [face.title for face in faces], [face.brand for face in faces],
        [dict(face.attributes) for face in faces], [face.price_minor for face in faces],
        [face.currency for face in faces], [face.is_on_sale for face in faces],
        [face.first_listed_at for face in faces], now,
    )  # fmt: skip
    await tx.execute(_PROGRESS, *faces[-1].read)


async def lock_clusters(tx: Tx) -> None:
    """One at a time changes clusters: the matcher's batch or a person's word."""
    await tx.execute("lock table same_products.progress in exclusive mode")


async def save_clusters(
    tx: Tx, places: dict[ItemRef, UUID], traces: Mapping[ItemRef, Iterable[str]], now: datetime
) -> None:  # fmt: skip
    """Each item is compared, stands in this cluster, and is found by these traces."""
    await tx.execute(
        """update same_products.member m
        set cluster_id = w.cluster_id, compared_at = $5, traces = string_to_array(w.traces, chr(31))
        from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[]) as w(shop_id, item_id, cluster_id, traces)
        where (m.shop_id, m.item_id) = (w.shop_id, w.item_id)""",
        [ref.shop_id for ref in places], [ref.item_id for ref in places], list(places.values()),
        ["\x1f".join(sorted(traces[ref])) for ref in places], now,
    )  # fmt: skip


async def save_pairs(tx: Tx, compared: Sequence[ItemRef], pairs: Sequence[Judged], now: datetime) -> None:
    """What waits to be looked at of these items; what people said stays. Of all that waits the QUEUE_MAX likeliest."""
    await tx.execute(_FORGET, [ref.shop_id for ref in compared], [ref.item_id for ref in compared])
    await tx.execute(
        _PAIRS, [pair.one.shop_id for pair in pairs], [pair.one.item_id for pair in pairs],
        [pair.other.shop_id for pair in pairs], [pair.other.item_id for pair in pairs],
        [pair.probability for pair in pairs], [pair.veto for pair in pairs], now,
    )  # fmt: skip
    await tx.execute(_OVERFLOW, QUEUE_MAX - 1)


async def save_verdict(
    tx: Tx, pair: tuple[ItemRef, ItemRef], verdict: Verdict | None, said: tuple[datetime, UUID | None] | None,
    before: UUID | None,
) -> None:  # fmt: skip
    """What a person said of a pair, or that it is unsaid."""
    at, by = said or (None, None)
    await tx.execute(_VERDICT, *pair[0], *pair[1], verdict, at, by, before)


async def move_item(tx: Tx, item: ItemRef, cluster_id: UUID) -> None:
    """Put one item in a cluster."""
    await tx.execute(
        "update same_products.member set cluster_id = $3 where (shop_id, item_id) = ($1, $2)", *item, cluster_id
    )
