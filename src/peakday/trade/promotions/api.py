"""What may other rooms ask about prices?

rules = price_rules("tmall_promotions", day_of(cart.at))
priced = price_cart(cart, [*offers, *cards], rules)
explain(priced, {instrument.instrument_id: instrument.name for instrument in …})
"""

from datetime import date

from peakday.kernel.rulesets import in_force
from peakday.trade.promotions.model import PriceRules
from peakday.trade.promotions.rules.best_price import BestPrice, best_price
from peakday.trade.promotions.rules.cart_price import price_cart
from peakday.trade.promotions.rules.cross_shop import cross_shop_offer
from peakday.trade.promotions.rules.explanation import explain
from peakday.trade.promotions.rules.instrument_faults import instrument_faults
from peakday.trade.promotions.rules.instrument_returns import OrderEnd, ReturnedInstrument, instruments_returned
from peakday.trade.promotions.rules.live_coupons import pick_live_coupon
from peakday.trade.promotions.rules.presale import (
    DepositFate,
    DepositOutcome,
    deposit_cut,
    deposit_due_at,
    deposit_inflation,
    settle_deposit,
    sold_at,
    tail_of,
)
from peakday.trade.promotions.rules.presale_states import STATE_AFTER, PresaleState, move, state_at
from peakday.trade.promotions.rules.price_rules import read_price_rules
from peakday.trade.promotions.rules.refund_shares import LineRefund, refund_everything, refund_line

__all__ = [
    "STATE_AFTER",
    "BestPrice",
    "DepositFate",
    "DepositOutcome",
    "LineRefund",
    "OrderEnd",
    "PresaleState",
    "ReturnedInstrument",
    "best_price",
    "cross_shop_offer",
    "deposit_cut",
    "deposit_due_at",
    "deposit_inflation",
    "explain",
    "instrument_faults",
    "instruments_returned",
    "move",
    "pick_live_coupon",
    "price_cart",
    "price_rules",
    "refund_everything",
    "refund_line",
    "settle_deposit",
    "sold_at",
    "state_at",
    "tail_of",
]


def price_rules(name: str, on: date) -> PriceRules:
    """How instruments act together on a market day. Refuses with `NoRuleSet` or `BadRuleSet`."""
    return read_price_rules(in_force(name, on))
