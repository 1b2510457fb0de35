"""Which goods bring the shopper over the next tier for least (凑单)?

Candidates are what the shopper already thinks of: lines of the cart that are not selected, then favourites; only goods
of the till that can be bought. Each is added and the whole priced anew; those that reach a further tier are ranked by
what is paid more for each unit of value that is added: the lower, the better. Below zero the larger basket costs less.
"""

from uuid import UUID

from peakday.kernel.actor import Actor
from peakday.kernel.database import Tx
from peakday.kernel.refusal import Invalid, Problem
from peakday.kernel.text import Text
from peakday.market.accounts.api import require_buyer
from peakday.trade.carts import queries, store
from peakday.trade.carts.actions.quote_lines import quote_tills
from peakday.trade.carts.model import Line
from peakday.trade.carts.quoted import Asking, Wanted
from peakday.trade.carts.rules.addition_rank import RankedAddition, rank_additions
from peakday.trade.carts.rules.till_price import ANYHOW

CANDIDATES_MAX = 12
FAVOURITES_LOOKED_AT = 30


async def find_additions(
    tx: Tx, actor: Actor, reach: UUID | None = None, asking: Asking = ANYHOW
) -> list[RankedAddition]:  # fmt: skip
    """Goods that reach a further tier (of `reach`, or of any instrument), the best first.

    Refuses `Invalid` where nothing is selected, `NotAllowed`.
    """
    buyer_id = require_buyer(actor)
    lines = await store.list_lines(tx, buyer_id)
    selected = [_wanted(line) for line in lines if line.is_selected]
    if not selected:
        message = Text("请先选择商品", "Nothing is selected in the cart")
        raise Invalid(Problem("selection", "nothing_selected", message, Text("至少选择一件", "Select a line first")))
    there = {line.sku_id for line in lines}
    candidates = [_wanted(line) for line in lines if not line.is_selected]
    kept = await queries.list_favourites(tx, buyer_id, None, FAVOURITES_LOOKED_AT)
    candidates += [Wanted(each.shop_id, each.sku_id, 1) for each in kept if each.sku_id not in there]
    candidates = candidates[:CANDIDATES_MAX]
    if not candidates:
        return []
    (quoted, *_) = await quote_tills(tx, buyer_id, selected, asking)
    more = await quote_tills(tx, None, candidates, asking)
    able = [line for each in more if each.rules == quoted.rules for line in each.cart.lines]
    return rank_additions(quoted, able, reach)


def _wanted(line: Line) -> Wanted:
    return Wanted(line.shop_id, line.sku_id, line.quantity, line.live_room_id)
