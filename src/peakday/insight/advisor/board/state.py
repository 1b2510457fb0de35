"""What does an open board hold in memory, and how does it follow what is counted?

It is read once, with the number of the last round, and then follows the rounds that come after it. A round that is
missing (an open page that lagged for minutes) means reading it anew.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

import msgspec

from peakday.insight.advisor.board.model import BoardKey, Change, Dimension, Milestone, Sums
from peakday.insight.advisor.board.rules.board_fold import add_change
from peakday.kernel.database import Database, Tx

CHANGES_A_LOOK = 200


@dataclass(slots=True)
class BoardState:
    """The sums of one board. `touched` are the minutes that moved since they were last drawn."""

    board_nos: frozenset[int] = frozenset()
    change_no: int = 0
    paid_minor: int = 0
    refund_minor: int = 0
    orders: int = 0
    buyers: int = 0
    minutes: dict[int, Sums] = field(default_factory=dict)
    totals: dict[str, dict[str, Sums]] = field(default_factory=dict)
    milestones: list[Milestone] = field(default_factory=list)
    touched: set[int] = field(default_factory=set)

    @property
    def net_minor(self) -> int:
        """What was paid less what was given back."""
        return self.paid_minor - self.refund_minor

    def add(self, change: Change, buyers: int) -> None:
        """Take in what a round, or a minute of the record, added."""
        add_change(self.minutes, self.totals, change)
        for paid, refund, orders in change.minutes.values():
            self.paid_minor += paid
            self.refund_minor += refund
            self.orders += orders
        self.buyers += buyers
        self.touched.update(change.minutes)


class Round(msgspec.Struct, array_like=True):
    """What a round added to one board, as it is stored."""

    buyers: int
    minutes: dict[int, Sums]
    totals: dict[str, dict[str, Sums]]


_ROUNDS = msgspec.msgpack.Decoder(dict[int, msgspec.Raw])
_ROUND = msgspec.msgpack.Decoder(Round)


async def last_change(tx: Tx) -> int:
    """The number of the last round, 0 before the first."""
    return int(await tx.fetchval("select coalesce(max(change_no), 0) from advisor.board_change"))


async def list_changes(tx: Tx, after: int) -> list[tuple[int, dict[int, msgspec.Raw]]]:
    """The rounds after one, in order: their number and what they added, by board, yet to be read."""
    rows = await tx.fetch(
        "select change_no, changes from advisor.board_change where change_no > $1 order by change_no limit $2",
        after, CHANGES_A_LOOK,
    )  # fmt: skip
    return [(row[0], _ROUNDS.decode(row[1])) for row in rows]


def follow(state: BoardState, change_no: int, changes: dict[int, msgspec.Raw]) -> bool:
    """Take in a round; whether it moved the board."""
    if change_no <= state.change_no:
        return False
    state.change_no = change_no
    told = [_ROUND.decode(changes[number]) for number in state.board_nos if number in changes]
    for one in told:
        state.add(Change(one.minutes, one.totals), one.buyers)
    return bool(told)


async def load_board(database: Database, key: BoardKey) -> BoardState:
    """A board as of its last round; empty when nothing was counted on it yet."""
    async with database.read() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        state = BoardState(change_no=await last_change(connection))
        row = await connection.fetchrow(
            "select board_no, buyers from advisor.board where shop_id is not distinct from $1 and window_code = $2"
            " and currency = $3 and simulated = $4",
            *key,
        )
        if row is None:
            return state
        state.board_nos, state.buyers = frozenset({row["board_no"]}), row["buyers"]
        minutes = await connection.fetch(
            "select minute, paid_minor, refund_minor, orders from advisor.board_minute where board_no = $1",
            row["board_no"],
        )
        change = Change({each[0]: [each[1], each[2], each[3]] for each in minutes})
        for dimension, name, *sums in await connection.fetch(
            "select dimension, key, paid_minor, refund_minor, pieces from advisor.board_total where board_no = $1",
            row["board_no"],
        ):
            change.totals.setdefault(dimension, {})[name] = sums
        if key.shop_id is None:
            change.totals[Dimension.ITEM] = await _items_of_all_shops(connection, key)
        state.add(change, 0)
        state.milestones = await list_milestones(connection, state.board_nos)
        return state


async def _items_of_all_shops(tx: Tx, key: BoardKey) -> dict[str, Sums]:
    rows = await tx.fetch(
        "select t.key, t.paid_minor, t.refund_minor, t.pieces from advisor.board b"
        " join advisor.board_total t using (board_no)"
        " where b.shop_id is not null and b.window_code = $1 and b.currency = $2 and b.simulated = $3"
        " and t.dimension = 'item'",
        key.window, key.currency, key.simulated,
    )  # fmt: skip
    return {row[0]: [row[1], row[2], row[3]] for row in rows}


async def list_milestones(tx: Tx, board_nos: Iterable[int]) -> list[Milestone]:
    """The milestones of a board, the latest first; the highest first of one instant."""
    rows = await tx.fetch(
        "select dimension, key, step_minor, crossed_at, taken_back_at, net_minor from advisor.board_milestone"
        " where board_no = any($1) order by crossed_at desc, step_minor desc, dimension, key, crossing_no desc",
        list(board_nos),
    )
    return [Milestone(*row) for row in rows]
