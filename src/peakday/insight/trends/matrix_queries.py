"""What are the parts, holes and overlaps of a shop's items in the last quarter?"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from peakday.insight.consumers.api import KeptFacts
from peakday.insight.trends import segment_queries
from peakday.insight.trends.rules.product_matrix import Hole, Overlap, Role, Sold, find_holes, find_overlaps, roles_of
from peakday.kernel.rulesets import in_force
from peakday.kernel.text import Text

SPAN_DAYS = 91
BANDS = (Text("低价带", "Low prices"), Text("中价带", "Middle prices"), Text("高价带", "High prices"))
Row = tuple[Any, ...]

_ITEMS = """
with sold as (
    select item_id, category_id, buyer_id, order_id, paid_day, quantity, paid_minor, list_minor
    from order_lines where shop_id = $shop_id and paid_day < $end_day and not coalesce(simulated, false)
), first_ever as (select buyer_id, min(paid_day) as day from sold where buyer_id is not null group by buyer_id),
listed as (select item_id, min(paid_day) as first_sold from sold group by item_id)
select s.item_id, any_value(i.title), coalesce(any_value(s.category_id), ''), any_value(c.name_zh),
    any_value(c.name_en),
    (coalesce(sum(s.paid_minor) filter (s.paid_day >= $middle_day), 0))::bigint,
    (coalesce(sum(s.paid_minor) filter (s.paid_day < $middle_day), 0))::bigint,
    (coalesce(sum(s.list_minor) filter (s.paid_day >= $middle_day), 0))::bigint,
    (coalesce(sum(s.quantity) filter (s.paid_day >= $middle_day), 0))::bigint,
    count(distinct s.buyer_id) filter (s.paid_day >= $middle_day),
    count(distinct s.buyer_id) filter (s.paid_day >= $middle_day and f.day < $middle_day),
    count(distinct s.buyer_id) filter (s.paid_day >= $middle_day and f.day = s.paid_day),
    any_value(l.first_sold) >= $new_day and coalesce(any_value(i.first_listed_day) >= $new_day, true),
    sum(s.quantity)::bigint
from sold s join listed l on l.item_id = s.item_id left join first_ever f on f.buyer_id = s.buyer_id
left join items i on i.shop_id = $shop_id and i.item_id = s.item_id
left join categories c on c.category_id = s.category_id
where s.paid_day >= $first_day and s.item_id is not null
group by s.item_id order by s.item_id
"""

_SWITCHED = """
with bought as (
    select distinct item_id, category_id, buyer_id, paid_day >= $middle_day as is_after
    from order_lines
    where shop_id = $shop_id and paid_day >= $first_day and paid_day < $end_day and buyer_id is not null
      and item_id is not null and not coalesce(simulated, false)
), leaving as (
    select * from bought b where not is_after and not exists (
        select 1 from bought a where a.is_after and a.buyer_id = b.buyer_id and a.item_id = b.item_id)
), coming as (
    select * from bought b where is_after and not exists (
        select 1 from bought a where not a.is_after and a.buyer_id = b.buyer_id and a.item_id = b.item_id)
)
select l.item_id, c.item_id, count(*) from leaving l
join coming c on c.buyer_id = l.buyer_id and c.category_id = l.category_id
group by l.item_id, c.item_id
"""


@dataclass(frozen=True, slots=True)
class Matrix:
    """A shop's items of the last quarter with their roles; names of leaves, holes and overlaps."""

    first_day: date
    end_day: date
    items: tuple[Sold, ...]
    roles: dict[UUID, Role]
    leaves: dict[str, Text]
    holes: tuple[Hole, ...]
    overlaps: tuple[Overlap, ...]

    def cell(self, role: Role, band: int) -> list[Sold]:
        """The items of a role in a band, those of most money first."""
        found = [one for one in self.items if one.band == band and self.roles.get(one.item_id) is role]
        return sorted(found, key=lambda one: (-one.paid_minor, str(one.item_id)))

    def title_of(self, item_id: UUID) -> str:
        """The title of one of the items."""
        return next((one.title for one in self.items if one.item_id == item_id), "")


async def find_matrix(facts: KeptFacts, shop_id: UUID, currency: str, end_day: date, today: date) -> Matrix:
    """The matrix of the quarter before `today`; the market's bands are those of the week until `end_day`."""
    middle = today - timedelta(days=SPAN_DAYS)
    first = middle - timedelta(days=SPAN_DAYS)
    named = {"shop_id": str(shop_id), "end_day": today, "middle_day": middle, "first_day": first}
    new_day = today - timedelta(days=int(in_force("item_life_cycle", today).params["new_days"]))
    rows: list[Row] = await facts.fetch(_ITEMS, named | {"new_day": new_day})
    moves: list[Row] = await facts.fetch(_SWITCHED, named)
    segments = await segment_queries.find_segments(facts, currency, end_day) or []
    market = {one.category_id: [band.after for band in one.bands] for one in segments}
    cuts = {one.category_id: [band.high_minor for band in one.bands[:2]] for one in segments}
    items = tuple(
        Sold(
            UUID(row[0]), str(row[1] or ""), row[2], _band(row[5] + row[6], row[13], cuts.get(row[2])), row[5], row[7],
            row[8], row[9], row[10], row[11], bool(row[12]),
        )
        for row in rows
    )  # fmt: skip
    growth = {UUID(row[0]): row[5] - row[6] for row in rows}
    switched = {(UUID(lost), UUID(won)): people for lost, won, people in moves}
    sold = [one for one in items if one.pieces]
    leaves = {row[2]: Text(row[3] or row[2], row[4] or row[3] or row[2]) for row in rows}
    return Matrix(
        middle, today, items, roles_of(items), leaves,
        tuple(find_holes(sold, market)), tuple(find_overlaps(items, growth, switched)),
    )  # fmt: skip


def _band(paid_minor: int, pieces: int, cuts: list[int | None] | None) -> int:
    """The third of its leaf's prices in which an item was sold; the middle one where the market's are not known."""
    if not cuts or not pieces:
        return 1
    price = paid_minor / pieces
    return sum(price >= cut for cut in cuts if cut is not None)
