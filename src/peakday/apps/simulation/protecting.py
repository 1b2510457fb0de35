"""What happens in a history when prices fall? Shops cut them, buyers ask for the difference, the duty gives it."""

from datetime import timedelta

from peakday.apps.simulation.model import CURRENCY
from peakday.apps.simulation.stage import Stage
from peakday.trade.orders import api as orders
from peakday.trade.price_history import api as prices
from peakday.trade.price_history.model import Offer, OfferKind

RECENT = 30
CUT_HOURS_MAX = 72.0


async def cut_price(stage: Stage) -> int:
    """A shop sells something for less, for hours or days."""
    sku = stage.pick(stage.world.shelf)
    assert sku is not None
    now, price_minor = stage.clock.now(), stage.random.randrange(sku.price_minor)
    until = now + timedelta(hours=1 + stage.random.random() * CUT_HOURS_MAX)
    offer = Offer(sku.shop_id, sku.item_id, sku.sku_id, OfferKind.EVENT, price_minor, CURRENCY, now, until)
    await stage.attempt("cut price", lambda tx: prices.record_offers(tx, [offer], now))
    return 1


async def ask_protection(stage: Stage) -> int:
    """A buyer asks whether something is due; sometimes twice."""
    where = stage.pick([stage.known.to_ship, stage.known.shipped, stage.known.received])
    order = stage.pick(where[-RECENT:]) if where else None
    if order is None:
        return 0
    line_no = stage.random.randrange(1, 3)
    for _ in range(2 if stage.chance(stage.plan.faults.asked_twice) else 1):
        found = await stage.attempt(
            "ask protection",
            lambda tx: orders.ask_protection(tx, order.buyer, order.order_id, line_no, stage.clock.now()),
        )
        if found is not None:
            stage.note("protection", found.verdict.value)
    return 1


async def protect(stage: Stage) -> int:
    """The duty that gives differences back by itself."""
    given = await stage.attempt_outside("protect", lambda: orders.protect_round(stage.house, stage.clock.now()))
    stage.note("protection", "given by itself", given or 0)
    return 1
