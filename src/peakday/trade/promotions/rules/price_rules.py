"""How do instruments act together on a day: what does a dated rule set say?

The file names, for each kind, its level, its stage in the level, the group of which one applies and within what,
whether it lowers the base of later levels, and what comes back after a refund. `require_in_force` is asked before every
price: a cart of last year is priced by the rules of last year.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from peakday.kernel.clock import day_of
from peakday.kernel.rulesets import BadRuleSet, RuleSet
from peakday.trade.promotions.errors import RulesNotInForce
from peakday.trade.promotions.model import (
    Cart,
    Extent,
    Instrument,
    Kind,
    KindRule,
    Level,
    PresaleRules,
    PriceRules,
    Returns,
    Thresholds,
    Tier,
)  # fmt: skip


def read_price_rules(rule_set: RuleSet) -> PriceRules:
    """The rule set as the calculator wants it. Refuses with `BadRuleSet` when a kind is missing or a word unknown."""
    params = rule_set.params
    try:
        tier = params.get("cross_shop")
        return PriceRules(
            name=rule_set.name,
            version=rule_set.version,
            effective_from=rule_set.effective_from,
            effective_to=rule_set.effective_to,
            thresholds=Thresholds(params["thresholds"]),
            kinds=MappingProxyType({kind: _kind_rule(params["kinds"][kind]) for kind in Kind}),
            presale=PresaleRules(**params["presale"]),
            cross_shop=Tier(**tier) if tier else None,
        )
    except (KeyError, ValueError, TypeError) as error:
        raise BadRuleSet(file=f"{rule_set.name}.toml", reason=f"version {rule_set.version}: {error}") from error


def require_in_force(rules: PriceRules, cart: Cart) -> None:
    """Refuses with `RulesNotInForce` when the rules do not hold on the market day of the cart."""
    on = day_of(cart.at)
    if on < rules.effective_from or (rules.effective_to is not None and on > rules.effective_to):
        raise RulesNotInForce(name=rules.name, version=rules.version, on=on)


def group_of(instrument: Instrument, rules: PriceRules) -> str | None:
    """The group of which one applies: the instrument's own word, else the one of its kind."""
    return instrument.group if instrument.group is not None else rules.kinds[instrument.kind].group


def lowers_base(instrument: Instrument, rules: PriceRules) -> bool:
    """Whether what it gives lowers the base of later levels: the instrument's own word, else the one of its kind."""
    if instrument.reduces_base is not None:
        return instrument.reduces_base
    return rules.kinds[instrument.kind].reduces_base


def _kind_rule(entry: Mapping[str, Any]) -> KindRule:
    return KindRule(
        level=Level(entry["level"]),
        stage=int(entry["stage"]),
        is_offer=bool(entry.get("is_offer", False)),
        group=entry.get("group"),
        extent=Extent(entry.get("extent", Extent.CHECKOUT)),
        reduces_base=bool(entry.get("reduces_base", False)),
        returns=Returns(entry.get("returns", Returns.NEVER)),
    )
