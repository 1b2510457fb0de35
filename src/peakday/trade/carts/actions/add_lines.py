"""How do pieces of a SKU come into a cart: one wish, or those of many shoppers at once?

All wishes are decided after one look at prices, goods and stock and under the locks of their carts, in the order in
which they came, and written by one statement. A wish that is refused leaves the others alone. Adding is no promise: the
stock is taken at checkout.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from peakday.kernel import kept_answers
from peakday.kernel.actor import Actor
from peakday.kernel.database import Tx
from peakday.kernel.kept_answers import Answer, Kept, Once
from peakday.kernel.refusal import Refusal
from peakday.market.accounts.api import require_buyer
from peakday.market.catalog import api as catalog
from peakday.market.catalog.model import ShelfGood
from peakday.trade.carts import store
from peakday.trade.carts.actions.look_at_stock import left_of
from peakday.trade.carts.errors import SkuNotSold
from peakday.trade.carts.model import Added, Line, Wish
from peakday.trade.carts.rules.line_limits import add_pieces
from peakday.trade.carts.rules.piece_price import lowest_offer
from peakday.trade.price_history import api as prices
from peakday.trade.price_history.model import Offer

Pair = tuple[UUID, UUID]
NO_TAGS: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class OnceAsked:
    """A client's key of a wish, and how its answer is written for the client."""

    once: Once
    write: Callable[[Added | Refusal], Answer]


@dataclass(frozen=True, slots=True)
class Told:
    """The answer under a key; `is_repeated`: it was given before, and nothing was done."""

    answer: Answer
    is_repeated: bool


async def add_line(tx: Tx, actor: Actor, wish: Wish) -> Added:
    """Add pieces to the own cart.

    Refuses `SkuNotSold`, `CartFull`, `NotEnoughStock`, `TooManyPieces`, `Invalid` (no pieces), `NotAllowed` (no buyer,
    or another's cart).
    """
    assert require_buyer(actor) == wish.buyer_id, "a wish is for the own cart"
    (answer,) = await add_many(tx, [wish])
    if isinstance(answer, Refusal):
        raise answer
    return answer


async def add_many(tx: Tx, wishes: Sequence[Wish]) -> list[Added | Refusal]:
    """One answer a wish, in their order. Takes the locks of the carts of those who wish."""
    sitting = await _sit(tx, wishes)
    answers = [sitting.decide(wish) for wish in wishes]
    await sitting.save(tx)
    return answers


async def add_each_once(tx: Tx, wishes: Sequence[tuple[Wish, OnceAsked | None]]) -> list[Added | Refusal | Told]:
    """The same for wishes of which some come under a client's key: these have one effect, and the answer that is kept.

    The keys are read under the locks of the carts, and written with the lines. Raises `KeyTakenError`: ask again.
    """
    sitting = await _sit(tx, [wish for wish, _ in wishes])
    asked = [each.once for _, each in wishes if each is not None]
    known = await kept_answers.find_answers(tx, asked, sitting.at) if asked else {}
    fresh: list[tuple[Once, Answer]] = []
    answers: list[Added | Refusal | Told] = []
    for wish, each in wishes:
        if each is None:
            answers.append(sitting.decide(wish))
            continue
        name = each.once.owner, each.once.key
        found = known[name].tell(each.once) if name in known else None
        if found is None:
            answer = each.write(sitting.decide(wish))
            known[name] = Kept(each.once.request_hash, answer)
            fresh.append((each.once, answer))
            answers.append(Told(answer, is_repeated=False))
        else:
            answers.append(found if isinstance(found, Refusal) else Told(found, is_repeated=True))
    await sitting.save(tx)
    if fresh:
        await kept_answers.keep_answers(tx, fresh, sitting.at)
    return answers


async def _sit(tx: Tx, wishes: Sequence[Wish]) -> "_Sitting":
    pairs = list({(wish.shop_id, wish.sku_id) for wish in wishes})
    asked = await prices.prices_of(tx, pairs)
    goods = await catalog.find_goods_of(tx, pairs)
    offers = {pair: _offer(good, asked.offers.get(pair, [])) for pair, good in goods.items()}
    left = await left_of(tx, [(*pair, offer.event_ref if offer else None) for pair, offer in offers.items()])
    lines = await store.lock_carts(tx, [wish.buyer_id for wish in wishes], asked.at)
    pieces = await store.find_pieces(tx, [(wish.buyer_id, wish.sku_id) for wish in wishes])
    return _Sitting(asked.at, goods, offers, left, lines, pieces)


class _Sitting:
    """What was read under the locks, and what was decided on it so far."""

    def __init__(
        self, at: datetime, goods: dict[Pair, ShelfGood], offers: dict[Pair, Offer | None], left: dict[Pair, int],
        lines: dict[UUID, int], pieces: dict[Pair, int],
    ) -> None:  # fmt: skip
        self.at, self._goods, self._offers, self._left = at, goods, offers, left
        self._lines, self._pieces = lines, pieces
        self.written: dict[Pair, tuple[UUID, Line]] = {}
        self.more: dict[UUID, int] = {}

    async def save(self, tx: Tx) -> None:
        """Write what was decided, by one statement."""
        if self.written:
            await store.save_lines(tx, list(self.written.values()), self.more)

    def decide(self, wish: Wish) -> Added | Refusal:
        """The answer to a wish; what it changes counts for the next."""
        pair = (wish.shop_id, wish.sku_id)
        good, offer = self._goods.get(pair), self._offers.get(pair)
        price = offer.price_minor if offer else good.price_minor if good else None
        if good is None or not good.is_on_sale or price is None:
            return SkuNotSold()
        own = (wish.buyer_id, wish.sku_id)
        had = self._pieces.get(own)
        lines = self._lines[wish.buyer_id]
        decided = add_pieces(had, wish.quantity, self._left.get(pair), lines)
        if isinstance(decided, Refusal):
            return decided
        if had is None:
            lines += 1
            self._lines[wish.buyer_id] = lines
            self.more[wish.buyer_id] = self.more.get(wish.buyer_id, 0) + 1
        self._pieces[own] = decided
        line = Line(
            good.shop_id, good.sku_id, decided, True, self.at, price, self._left.get(pair), wish.live_room_id
        )  # fmt: skip
        self.written[own] = (wish.buyer_id, line)
        return Added(wish.sku_id, decided, price, good.currency, lines, had is None)


def _offer(good: ShelfGood, offers: Sequence[Offer]) -> Offer | None:
    return lowest_offer(offers, good.currency, NO_TAGS, is_in_live_room=False) if offers else None
