"""Who sells most in a market, told without telling anybody's figure?"""

import secrets
from functools import lru_cache
from pathlib import Path
from uuid import UUID

from peakday.insight.metrics.facts import FactStore, Reach
from peakday.insight.metrics.model import MarketRank, Ranked, RankQuestion, RankRow
from peakday.insight.metrics.queries import naive
from peakday.insight.metrics.rules.market_index import IndexRule, find_rule, index_values

KEPT_RANKS = 200  # lists whose indices are not reckoned again

# The category with everything below it; money of its paid lines by what is ranked.
_SALES = """
with recursive tree as (
    select category_id from categories where category_id = $category_id
    union all
    select c.category_id from categories c join tree on c.parent_id = tree.category_id
),
lines as (
    select l.shop_id, l.item_id, i.brand_id, i.title, l.paid_minor
    from order_lines l
    left join items i on i.shop_id = l.shop_id and i.item_id = l.item_id
    where l.paid_at >= $start and l.paid_at < $end and not coalesce(l.simulated, false)
      and ($category_id is null or l.category_id in (select category_id from tree))
)
"""
_RANKED = {
    Ranked.SHOPS: """
        select l.shop_id as id, coalesce(any_value(s.name), '') as name, sum(l.paid_minor)::bigint as paid_minor,
               bool_or(l.shop_id = $shop_id) as is_own
        from lines l left join shops s using (shop_id) group by l.shop_id
    """,
    Ranked.ITEMS: """
        select item_id as id, coalesce(any_value(title), '') as name, sum(paid_minor)::bigint as paid_minor,
               bool_or(shop_id = $shop_id) as is_own
        from lines group by item_id
    """,
    Ranked.BRANDS: """
        select brand_id as id, coalesce(any_value(b.name), '') as name, sum(paid_minor)::bigint as paid_minor,
               bool_and(shop_id = $shop_id) as is_own
        from lines left join brands b using (brand_id) where brand_id is not null group by brand_id
    """,
}


async def fetch_rank(store: FactStore, question: RankQuestion) -> MarketRank:
    """The order of a market, suppressed where fewer shops than `shops_min` sold."""
    parameters = {
        "shop_id": str(question.shop_id),
        "category_id": str(question.category_id) if question.category_id else None,
        "start": naive(question.window.start), "end": naive(question.window.end),
    }  # fmt: skip
    found = await store.fetch(
        f"{_SALES} select id, name, paid_minor, is_own, sold.shops"
        " from (select count(distinct shop_id) as shops from lines where paid_minor > 0) sold"
        f" left join ({_RANKED[question.ranked]}) ranked on ranked.paid_minor > 0 order by paid_minor desc, id",
        parameters,
        Reach(days=(question.window.first_day, question.window.last_day)),
    )
    shops_count = int(str(found[0][-1]))
    if shops_count < question.shops_min:
        return MarketRank(is_suppressed=True, shops=None, rows=(), own=())
    listed = [row[:-1] for row in found if row[0] is not None]
    places = _places(tuple((str(key), int(str(minor))) for key, _, minor, _ in listed), question, store)
    rows = [_rank_row(*place) for place in zip(places[: question.limit], listed, strict=False)]
    own = [one for one in zip(places, listed, strict=True) if one[1][3]][: question.limit]
    return MarketRank(
        is_suppressed=False, shops=shops_count, rows=tuple(rows), own=tuple(_rank_row(*one) for one in own)
    )


def _places(values: tuple[tuple[str, int], ...], question: RankQuestion, store: FactStore) -> list[tuple[int, int]]:
    """Place and index of every value, the largest first."""
    indices = _indices(values, find_rule("paid_amount", question.window.last_day), index_secret(store.folder))
    return list(enumerate(indices, start=1))


@lru_cache(maxsize=KEPT_RANKS)
def _indices(values: tuple[tuple[str, int], ...], rule: IndexRule, secret: bytes) -> tuple[int, ...]:
    return tuple(index_values(values, rule, secret))


def _rank_row(place: tuple[int, int], found: tuple[object, ...]) -> RankRow:
    key, name, minor, is_own = found
    return RankRow(place[0], UUID(str(key)), str(name), place[1], bool(is_own), int(str(minor)) if is_own else None)


def index_secret(folder: Path) -> bytes:
    """The house's secret for indices, made once; whoever loses the race reads the winner's."""
    path = folder / "index.key"
    if not path.exists():
        fresh = folder / f".index.key.{secrets.token_hex(4)}"
        fresh.touch(mode=0o600)
        fresh.write_bytes(secrets.token_bytes(32))
        try:
            path.hardlink_to(fresh)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_bytes()
