"""What does the record say of a window that is over: minute by minute, in every dimension?

Read from the facts, so imported orders are in it too. It is replayed at any speed, and it is last year's side of a
live board. Money that was given back stands in the minute of its payment, as on the live board.
"""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol
from uuid import UUID

from peakday.insight.advisor.board.faces import Faces
from peakday.insight.advisor.board.model import BoardKey, Change, Dimension, Milestone, Sums, Window
from peakday.insight.advisor.board.rules.board_fold import add_change
from peakday.insight.advisor.board.rules.board_frame import Before
from peakday.insight.advisor.board.rules.milestones import crossed_steps
from peakday.insight.advisor.board.state import BoardState
from peakday.kernel.database import Database

_PAID = """paid_at >= $opens_at and paid_at < $closes_at and coalesce(simulated, false) = $simulated
    and ($shop_id is null or shop_id = $shop_id)"""
HEADS = f"""
select cast(floor(epoch(paid_at) / 60) as bigint) as minute, shop_id, coalesce(region_id, '') as region,
    sum(paid_minor), sum(refund_minor), count(*)
from orders where currency = $currency and {_PAID}
group by minute, shop_id, region
"""
LINES = f"""
with sold as (select * from order_lines where {_PAID})
select cast(floor(epoch(s.paid_at) / 60) as bigint) as minute, s.item_id,
    coalesce(i.brand_id, '') as brand, coalesce(s.category_id, i.category_id, '') as category,
    sum(s.paid_minor), sum(s.refund_minor), sum(s.quantity)
from sold s join shops h on h.shop_id = s.shop_id and h.currency = $currency
left join items i on i.shop_id = s.shop_id and i.item_id = s.item_id
group by minute, s.item_id, brand, category
"""
BUYERS = f"""
with firsts as (
    select buyer_id, min(paid_at) as paid_at from orders
    where currency = $currency and buyer_id is not null and {_PAID} group by buyer_id
)
select cast(floor(epoch(paid_at) / 60) as bigint) as minute, count(*) from firsts group by minute
"""
TITLES = "select item_id, title from items where item_id in (select unnest($items))"
BUSY_DAYS = """
select paid_day, currency, sum(paid_minor) as paid, count(*) as orders from orders
where paid_day is not null and not coalesce(simulated, false) and ($shop_id is null or shop_id = $shop_id)
group by paid_day, currency order by paid desc, paid_day limit 12
"""


class Facts(Protocol):
    """What a question is put to: the fact store, or a table in memory."""

    async def fetch(self, sql: str, parameters: Mapping[str, object]) -> list[tuple[Any, ...]]:
        """The rows of one select."""
        ...


@dataclass(frozen=True, slots=True)
class Record:
    """A window's minutes in order, with what each added, and how many bought for the first time in it."""

    window: Window
    currency: str
    minutes: tuple[int, ...]
    changes: tuple[Change, ...]
    buyers: tuple[int, ...]

    def state_at(self, instant: datetime) -> BoardState:
        """The board as it stood then; the minute under way is not in it."""
        state = BoardState()
        self.play(state, instant)
        return state

    def play(self, state: BoardState, instant: datetime) -> None:
        """Take the minutes into the board that ended since it stood; milestones with the minute that reached them."""
        until = bisect_right(self.minutes, int(instant.timestamp()) // 60 - 1)
        for number in range(state.change_no, until):
            change = self.changes[number]
            self._mark(state, change, self.minutes[number])
            state.add(change, self.buyers[number])
        state.change_no = max(state.change_no, until)

    def _mark(self, state: BoardState, change: Change, minute: int) -> None:
        for dimension in (Dimension.BRAND, Dimension.SHOP):
            known = state.totals.get(dimension, {})
            for key, sums in change.totals.get(dimension, {}).items():
                before = known.get(key, [0, 0, 0])
                net = before[0] - before[1]
                for crossing in crossed_steps(net, net + sums[0] - sums[1], self.currency):
                    if key and crossing.is_upwards:
                        at = datetime.fromtimestamp(minute * 60, UTC)
                        state.milestones.append(
                            Milestone(dimension.value, key, crossing.step_minor, at, None, net + sums[0] - sums[1])
                        )


async def read_record(facts: Facts, database: Database, key: BoardKey, window: Window) -> Record:
    """The record of a window; `key` says of which scope, currency and kind."""
    parameters: dict[str, object] = {
        "opens_at": window.opens_at.astimezone(UTC).replace(tzinfo=None),
        "closes_at": window.closes_at.astimezone(UTC).replace(tzinfo=None),
        "shop_id": str(key.shop_id) if key.shop_id else None,
        "currency": key.currency,
        "simulated": key.simulated,
    }
    heads = await facts.fetch(HEADS, parameters)
    lines = await facts.fetch(LINES, parameters)
    buyers = {int(minute): int(count) for minute, count in await facts.fetch(BUYERS, parameters)}
    faces = Faces()
    async with database.read() as connection:
        await faces.learn(connection, {UUID(row[1]) for row in heads}, [])
    changes: dict[int, Change] = {}
    for minute, shop_id, region, *figures in heads:
        sums = [int(figure) for figure in figures]
        shop = faces.shops[UUID(shop_id)]
        keys = {
            Dimension.SHOP: shop_id,
            Dimension.REGION: region,
            Dimension.BELT: shop.belt,
            Dimension.ORIGIN: shop.origin,
        }
        change = changes.setdefault(int(minute), Change())
        add_change(change.minutes, change.totals, _one(int(minute), keys, sums))
    for minute, item, brand, category, *figures in lines:
        sums = [int(figure) for figure in figures]
        keys = {Dimension.ITEM: item, Dimension.BRAND: brand, Dimension.CATEGORY: category}
        change = changes.setdefault(int(minute), Change())
        add_change(change.minutes, change.totals, _one(None, keys, sums))
    minutes = tuple(sorted(changes))
    return Record(
        window, key.currency, minutes, tuple(changes[m] for m in minutes), tuple(buyers.get(m, 0) for m in minutes)
    )


def _one(minute: int | None, keys: Mapping[Dimension, str], sums: Sums) -> Change:
    change = Change(totals={dimension.value: {key: sums} for dimension, key in keys.items()})
    if minute is not None:
        change.minutes[minute] = sums
    return change


def before_of(record: Record) -> Before:
    """The record as last year's side of a board: by minutes since its opening."""
    first = int(record.window.opens_at.timestamp()) // 60
    money: dict[int, int] = {}
    sold: dict[str, dict[str, tuple[list[int], list[int]]]] = {}
    for minute, change in zip(record.minutes, record.changes, strict=True):
        for sums in change.minutes.values():
            money[minute - first] = money.get(minute - first, 0) + sums[0] - sums[1]
        for dimension, keys in change.totals.items():
            for key, sums in keys.items():
                when, so_far = sold.setdefault(dimension, {}).setdefault(key, ([], []))
                when.append(minute - first)
                so_far.append((so_far[-1] if so_far else 0) + sums[0] - sums[1])
    return Before(money, sold)


async def title_items(facts: Facts, record: Record) -> dict[str, str]:
    """The titles of the items that were sold."""
    items = {key for change in record.changes for key in change.totals.get(Dimension.ITEM, {})}
    rows = await facts.fetch(TITLES, {"items": sorted(items)})
    return {str(item): str(title) for item, title in rows}
