"""How does a sale's own cross-shop tier (every 300 minus 50) become an instrument of the platform?

The tier is the rule set's word; staff say over which shops or goods and when. It must begin and end while those rules
are in force: a tier of last year's rules is refused, not stretched.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from peakday.kernel.actor import Actor
from peakday.kernel.clock import day_of
from peakday.kernel.database import Tx
from peakday.kernel.ids import new_id
from peakday.kernel.refusal import NotFound
from peakday.trade.promotions.actions.save_instruments import EDIT, require_owner, save_draft
from peakday.trade.promotions.errors import RulesNotInForce
from peakday.trade.promotions.model import Funder, Funding, Scope
from peakday.trade.promotions.rulebook import price_rules
from peakday.trade.promotions.rules.cross_shop import cross_shop_offer
from peakday.trade.promotions.stored import StoredInstrument

_MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class SaleTier:
    """Which rule set's tier, over which shops or goods, from when until when (not included), who funds it."""

    rules_name: str
    scope: Scope
    valid_from: datetime
    valid_until: datetime
    currency: str = "CNY"
    funding: tuple[Funding, ...] = (Funding(Funder.MERCHANT),)


async def open_sale_tier(
    tx: Tx, actor: Actor, tier: SaleTier, now: datetime, client_key: str | None = None
) -> StoredInstrument:  # fmt: skip
    """A draft of the platform's cross-shop tier; it is published as every instrument.

    Refuses `NoRuleSet` or `RulesNotInForce` (the rules do not hold all the time), `NotFound` (they have no such tier),
    `BadInstrument`, `NotAllowed`.
    """
    require_owner(actor, EDIT, None)
    rules = price_rules(tier.rules_name, day_of(tier.valid_from))
    last_day = day_of(tier.valid_until - _MOMENT)
    if rules.effective_to is not None and last_day > rules.effective_to:
        raise RulesNotInForce(name=rules.name, version=rules.version, on=last_day)
    offer = cross_shop_offer(rules, new_id(now), tier.currency, tier.scope, tier.funding)
    if offer is None:
        raise NotFound
    offer = replace(offer, valid_from=tier.valid_from, valid_until=tier.valid_until)
    return await save_draft(tx, actor, None, offer, now, client_key)
