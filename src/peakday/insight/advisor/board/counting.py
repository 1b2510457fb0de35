"""What happens when news of paid orders and of refunds comes in? It is folded, and the sums are added in one go.

The news, the sums and the note for open pages are one commit, so a killed process has counted a batch wholly or not at
all. Cancellations of unpaid orders change nothing: they were never counted.
"""

from collections.abc import Sequence
from datetime import datetime

from peakday.insight.advisor.board import store
from peakday.insight.advisor.board.faces import Faces
from peakday.insight.advisor.board.model import BoardKey, PostedLine, Posting, Window
from peakday.insight.advisor.board.rules.board_fold import codes_at, fold_postings
from peakday.insight.advisor.board.rules.milestones import crossed_steps, crossing_instant
from peakday.insight.advisor.board.windows import list_windows
from peakday.kernel.database import Tx
from peakday.kernel.outbox import BulkReaction, News
from peakday.trade.orders import api as orders

PAID, REFUNDED = "orders.OrderPaid.v1", "orders.RefundCompleted.v1"


def counting() -> BulkReaction:
    """The reaction of one worker; what it learns of shops and items stays with it."""
    faces = Faces()

    async def count_news(tx: Tx, news: Sequence[News]) -> None:
        paid = [(one.payload["shop_id"], one.payload["order_id"]) for one in news if one.topic == PAID]
        refunded = [(one.payload["shop_id"], one.payload["refund_id"]) for one in news if one.topic == REFUNDED]
        await store.lock_counting(tx)
        await count_postings(tx, await read_postings(tx, faces, paid, refunded))

    return BulkReaction("advisor.count_on_board", (PAID, REFUNDED), count_news)


async def read_postings(
    tx: Tx, faces: Faces, paid: Sequence[tuple[str, str]], refunded: Sequence[tuple[str, str]]
) -> list[Posting]:
    """The postings of these (shop_id, order_id) and (shop_id, refund_id), the earliest payment first."""
    lines = await orders.list_paid_lines(tx, paid) if paid else []
    back = await orders.list_given_back(tx, refunded) if refunded else []
    items = [(one.shop_id, one.item_id) for one in lines] + [(b.shop_id, b.item_id) for b in back if b.item_id]
    await faces.learn(tx, [shop_id for shop_id, _ in items] + [one.shop_id for one in back], items)
    postings = [*_paid(faces, lines), *(_given_back(faces, one) for one in back)]
    return sorted(postings, key=_paid_at) if back else postings


def _paid_at(posting: Posting) -> datetime:
    return posting.paid_at


def _paid(faces: Faces, rows: Sequence[orders.PaidLine]) -> list[Posting]:
    postings: list[Posting] = []
    held: list[PostedLine] = []
    for number, row in enumerate(rows):
        traits = faces.items[row.item_id]
        category = str(row.category_id) if row.category_id else traits.category
        held.append(PostedLine(traits.item, traits.brand, category, row.line_minor, 0, row.quantity))
        if number + 1 == len(rows) or rows[number + 1].order_id != row.order_id:
            shop = faces.shops[row.shop_id]
            postings.append(
                Posting(
                    row.paid_at, row.shop_id, row.buyer_id, row.region_id or "", shop.belt, shop.origin, row.currency,
                    row.simulated, row.paid_minor, 0, 1, tuple(held),
                )
            )  # fmt: skip
            held = []
    return postings


def _given_back(faces: Faces, row: orders.GivenBack) -> Posting:
    shop, lines = faces.shops[row.shop_id], ()
    if row.item_id:
        traits = faces.items[row.item_id]
        category = str(row.category_id) if row.category_id else traits.category
        lines = (PostedLine(traits.item, traits.brand, category, 0, row.amount_minor, 0),)  # type: ignore[assignment]
    return Posting(
        row.paid_at, row.shop_id, None, row.region_id or "", shop.belt, shop.origin, row.currency, row.simulated,
        0, row.amount_minor, 0, lines,
    )  # fmt: skip


async def count_postings(tx: Tx, postings: Sequence[Posting]) -> None:
    """Add postings, the earliest payment first, to every board that they belong to. The caller holds the counting."""
    if not postings:
        return
    windows = await list_windows(tx, postings[0].paid_at, postings[-1].paid_at)
    changes = fold_postings(postings, codes_at(windows))
    by_code = {window.code: window for window in windows}
    numbers = await store.number_boards(tx, list(changes), by_code)
    reached = await store.add_sums(tx, numbers, changes)
    buyers = await store.add_buyers(tx, numbers, changes)
    at = await tx.fetchval("select clock_timestamp()")
    await _mark_milestones(tx, {number: key for key, number in numbers.items()}, reached, (postings, by_code, at))
    await store.add_change(
        tx, {numbers[key]: (buyers.get(numbers[key], 0), change) for key, change in changes.items()}, at
    )


async def _mark_milestones(
    tx: Tx,
    keys: dict[int, BoardKey],
    reached: Sequence[store.Reached],
    known: tuple[Sequence[Posting], dict[str, Window], datetime],
) -> None:
    postings, windows, at = known
    up, down = [], []
    for place in reached:
        key = keys[place.board_no]
        before = place.net_minor - place.gain_minor
        for crossing in crossed_steps(before, place.net_minor, key.currency):
            if not crossing.is_upwards:
                down.append((place, crossing))
                continue
            own = [
                one
                for one in postings
                if (one.currency, one.simulated) == key[2:] and windows[key.window].holds(one.paid_at)
            ]
            instant = crossing_instant(own, (place.dimension, place.key), before, crossing.step_minor)
            up.append((place, crossing, instant))
    await store.add_milestones(tx, up)
    await store.take_back_milestones(tx, down, at)
