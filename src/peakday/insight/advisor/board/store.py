"""How are the board's counts written, a round in a few statements?

Rounds are counted one after another (`lock_counting`), so the number of a change follows the last one without a gap,
and no two rounds meet on a row.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import msgspec

from peakday.insight.advisor.board.model import BoardKey, Change, Dimension, Window
from peakday.insight.advisor.board.rules.milestones import Crossing
from peakday.kernel.database import Tx

CHANGES_KEPT = 3_000  # rounds that open pages can follow; one that lags more reads its board anew
_MILESTONE_DIMENSIONS = (Dimension.BRAND.value, Dimension.SHOP.value)

Numbers = Mapping[BoardKey, int]
_Row = tuple[int, str, str, int, int, int]  # board, dimension, key, paid, given back, count


class Reached(NamedTuple):
    """The sum of a brand or shop after a round: on which board, and by how much the round moved it."""

    board_no: int
    dimension: str
    key: str
    net_minor: int
    gain_minor: int


async def lock_counting(tx: Tx) -> None:
    """Nobody else counts until the transaction ends."""
    await tx.execute("select pg_advisory_xact_lock(hashtextextended('advisor.board counting', 0))")


async def number_boards(tx: Tx, keys: Sequence[BoardKey], windows: Mapping[str, Window]) -> dict[BoardKey, int]:
    """The numbers of these boards; those that are new are opened."""
    found = await _find_numbers(tx, keys)
    new = [key for key in keys if key not in found]
    if not new:
        return found
    await tx.execute(
        "insert into advisor.board (shop_id, window_code, currency, simulated, opens_at, closes_at)"
        " select * from unnest($1::uuid[], $2::text[], $3::text[], $4::boolean[], $5::timestamptz[], $6::timestamptz[])"
        " on conflict do nothing",
        *_columns(new), [windows[key.window].opens_at for key in new], [windows[key.window].closes_at for key in new],
    )  # fmt: skip
    return await _find_numbers(tx, keys)


async def _find_numbers(tx: Tx, keys: Sequence[BoardKey]) -> dict[BoardKey, int]:
    rows = await tx.fetch(
        "select b.shop_id, b.window_code, b.currency, b.simulated, b.board_no"
        " from unnest($1::uuid[], $2::text[], $3::text[], $4::boolean[])"
        " as w(shop_id, window_code, currency, simulated)"
        " join advisor.board b on b.window_code = w.window_code and b.shop_id is not distinct from w.shop_id"
        " and b.currency = w.currency and b.simulated = w.simulated",
        *_columns(keys),
    )  # fmt: skip
    return {BoardKey(row[0], row[1], row[2], row[3]): row[4] for row in rows}


def _columns(keys: Sequence[BoardKey]) -> tuple[list[UUID | None], list[str], list[str], list[bool]]:
    return (
        [k.shop_id for k in keys], [k.window for k in keys], [k.currency for k in keys], [k.simulated for k in keys],
    )  # fmt: skip


_ADD_MINUTES = """
insert into advisor.board_minute as m (board_no, minute, paid_minor, refund_minor, orders)
select * from unnest($1::text::int[], $2::text::int[], $3::text::bigint[], $4::text::bigint[], $5::text::bigint[])
on conflict (board_no, minute) do update set paid_minor = m.paid_minor + excluded.paid_minor,
    refund_minor = m.refund_minor + excluded.refund_minor, orders = m.orders + excluded.orders
"""
_ADD_TOTALS = """
insert into advisor.board_total as t (board_no, dimension, key, paid_minor, refund_minor, pieces)
select * from unnest($1::text::int[], $2::text[], $3::text[], $4::text::bigint[], $5::text::bigint[],
    $6::text::bigint[])
on conflict (board_no, dimension, key) do update set paid_minor = t.paid_minor + excluded.paid_minor,
    refund_minor = t.refund_minor + excluded.refund_minor, pieces = t.pieces + excluded.pieces
"""
_ADD_BUYERS = """
with new as (
    insert into advisor.board_buyer (board_no, buyer_id) select * from unnest($1::text::int[], $2::text::uuid[])
    on conflict do nothing returning board_no
), counted as (select board_no, count(*) as buyers from new group by board_no)
update advisor.board b set buyers = b.buyers + c.buyers from counted c where b.board_no = c.board_no
returning b.board_no, c.buyers
"""


async def add_sums(tx: Tx, numbers: Numbers, changes: Mapping[BoardKey, Change]) -> list[Reached]:
    """Add a round to minutes and dimensions; what the brands and shops of the market's boards reached by it."""
    minutes = [
        (numbers[key], minute, *sums) for key, change in changes.items() for minute, sums in change.minutes.items()
    ]
    await tx.execute(_ADD_MINUTES, *_transposed(minutes, 5))
    rest: list[_Row] = []
    watched: list[_Row] = []
    for key, change in changes.items():
        for dimension, sums_by_key in change.totals.items():
            if key.shop_id is None and dimension == Dimension.ITEM:
                continue  # the same rows stand on the boards of their shops
            is_watched = key.shop_id is None and dimension in _MILESTONE_DIMENSIONS
            rows = watched if is_watched else rest
            number = numbers[key]
            rows += [(number, dimension, name, s[0], s[1], s[2]) for name, s in sums_by_key.items()]
    await tx.execute(_ADD_TOTALS, *_named(rest))
    told = await tx.fetch(
        f"{_ADD_TOTALS} returning board_no, dimension, key, paid_minor - refund_minor", *_named(watched)
    )
    gains = {(row[0], row[1], row[2]): row[3] - row[4] for row in watched}
    return [Reached(row[0], row[1], row[2], row[3], gains[row[0], row[1], row[2]]) for row in told if row[2]]


async def add_buyers(tx: Tx, numbers: Numbers, changes: Mapping[BoardKey, Change]) -> dict[int, int]:
    """Count those who had not bought on a board before; how many they are, by board."""
    pairs = [(numbers[key], buyer) for key, change in changes.items() for buyer in change.buyers]
    rows = await tx.fetch(_ADD_BUYERS, *_transposed(pairs, 2))
    return {row[0]: row[1] for row in rows}


def _transposed(rows: Sequence[tuple[object, ...]], width: int) -> list[str]:
    """Columns of numbers and ids as arrays in PostgreSQL's writing: the driver would look at each value by itself."""
    return ["{" + ",".join(map(str, column)) + "}" for column in zip(*rows, strict=True)] if rows else ["{}"] * width


def _named(rows: Sequence[_Row]) -> list[object]:
    """The same of rows with names, which travel as they are: they may hold anything."""
    numbers, dimensions, keys, *sums = zip(*rows, strict=True) if rows else [()] * 6
    return [
        "{" + ",".join(map(str, numbers)) + "}", list(dimensions), list(keys),
        *("{" + ",".join(map(str, column)) + "}" for column in sums),
    ]  # fmt: skip


async def add_milestones(tx: Tx, reached: Iterable[tuple[Reached, Crossing, datetime]]) -> None:
    """Steps that were reached; what is reached and not taken back already stays as it is."""
    for place, crossing, crossed_at in reached:
        await tx.execute(
            "insert into advisor.board_milestone"
            " (board_no, dimension, key, step_minor, crossing_no, crossed_at, net_minor)"
            " select $1, $2, $3, $4, coalesce(max(crossing_no), 0) + 1, $5, $6 from advisor.board_milestone"
            " where board_no = $1 and dimension = $2 and key = $3 and step_minor = $4"
            " having not bool_or(taken_back_at is null) or count(*) = 0",
            place.board_no, place.dimension, place.key, crossing.step_minor, crossed_at, place.net_minor,
        )  # fmt: skip


async def take_back_milestones(tx: Tx, places: Iterable[tuple[Reached, Crossing]], at: datetime) -> None:
    """Corrections brought these below their steps again."""
    for place, crossing in places:
        await tx.execute(
            "update advisor.board_milestone set taken_back_at = $5, net_minor = $6 where board_no = $1"
            " and dimension = $2 and key = $3 and step_minor = $4 and taken_back_at is null",
            place.board_no, place.dimension, place.key, crossing.step_minor, at, place.net_minor,
        )  # fmt: skip


async def add_change(tx: Tx, changes: Mapping[int, tuple[int, Change]], at: datetime) -> int:
    """Tell open pages what a round added, by board: new buyers and sums; returns its number."""
    told = msgspec.msgpack.encode(
        {number: [buyers, change.minutes, change.totals] for number, (buyers, change) in changes.items()}
    )
    number = int(
        await tx.fetchval(
            "insert into advisor.board_change (change_no, counted_at, changes)"
            " select coalesce(max(change_no), 0) + 1, $1, $2 from advisor.board_change returning change_no",
            at, told,
        )
    )  # fmt: skip
    if number % 100 == 0:
        await tx.execute("delete from advisor.board_change where change_no <= $1", number - CHANGES_KEPT)
    return number
