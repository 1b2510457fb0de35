"""How fast and how truly does the health centre find dangerous set-ups?

A market of correct set-ups (`bench_health_market`) with planted faults and as many harmless neighbours
(`bench_health_faults`). Recall: the share of faults that some warning names by its instrument or SKU. False alarms: the
share of warnings that name no planted fault; and the share of look-alikes that are warned of. A witness is confirmed
when the calculator, asked anew, comes to its price (a wrong gift: hands it out). Processor time of one core, from
goods and set-ups in memory to the ranked list. The naive form prices every basket at every instant for every kind of
buyer with the calculator, on a sample.
"""

import time
from collections.abc import Iterable
from datetime import date
from functools import cache

from peakday.apps.cli.bench_health_faults import Plant, plant
from peakday.apps.cli.bench_health_market import NOW, BenchShop, make_market
from peakday.kernel.clock import day_of
from peakday.kernel.rulesets import NoRuleSet
from peakday.operations.health import api
from peakday.operations.health.api import Desk
from peakday.operations.health.model import WITNESS_LINE, Fault, Reach, SetUp
from peakday.trade.promotions.api import price_cart, price_rules
from peakday.trade.promotions.model import GiftOffer, PriceRules

SKUS = 50_000
FAULTS = 300
SEED = 20221111
NAIVE_SKUS = 200


@cache
def rules_on(day: date) -> PriceRules:
    """The sale's rules while they hold, ours before and after."""
    try:
        return price_rules("tmall_promotions", day)
    except NoRuleSet:
        return price_rules("stepwise_promotions", day)


def run(skus: int = SKUS, faults: int = FAULTS, seed: int = SEED) -> dict[str, object]:
    """The figures; `missed` and `alarms` name the first few that went wrong."""
    shops, cross, maker = make_market(skus, seed)
    planted = plant(maker, shops, faults)
    desks = [desk_of(shop, cross) for shop in shops]
    begun = time.process_time()
    found = scan_market(desks, shops)
    seconds = time.process_time() - begun
    total = sum(len(shop.wares) for shop in shops)
    naive = naive_skus_per_s(desks, NAIVE_SKUS)
    return {
        "skus": total, "seconds": round(seconds, 2), "skus_per_s": round(total / seconds),
        "set_ups": sum(len(shop.set_ups) for shop in shops), "warnings": len(found),
        **verdicts(planted, found), "naive_skus_per_s": round(naive, 1),
        "times_naive": round(total / seconds / naive, 1), "seed": seed,
    }  # fmt: skip


def scan_market(desks: list[Desk], shops: list[BenchShop]) -> list[Fault]:
    """Every shop's faults: all are bounded first, so that each leaf category's usual depth is known."""
    floors = [api.floors_of(desk) for desk in desks]
    usual = api.deepest_usual([entry for of_shop in floors for entry in of_shop], desks[0].limits)
    return [
        fault
        for desk, shop, known in zip(desks, shops, floors, strict=True)
        for fault in api.scan(desk, shop.typed, known, usual)
    ]


def desk_of(shop: BenchShop, cross: SetUp) -> Desk:
    """A shop as the health centre looks at it."""
    return api.open_desk(shop.wares.values(), [*shop.set_ups, cross], shop.exemptions, NOW, rules_on)


def verdicts(planted: list[Plant], found: list[Fault]) -> dict[str, object]:
    """Recall, named kinds, false alarms, confirmed witnesses, and the first that went wrong."""
    faults = [one for one in planted if one.is_fault]
    alikes = [one for one in planted if not one.is_fault]
    missed = [one for one in faults if not any(_is_of(fault, one) for fault in found)]
    named = [one for one in faults if any(_is_of(fault, one) and fault.kind is one.kind for fault in found)]
    false = [fault for fault in found if not any(_is_of(fault, one) for one in faults)]
    flagged = [one for one in alikes if any(_is_of(fault, one) for fault in false)]
    unproven = [fault for fault in found if fault.reach is None or not is_confirmed(fault.reach)]
    return {
        "faults": len(faults), "kinds": len({one.kind for one in faults}), "look_alikes": len(alikes),
        "recall": round(1 - len(missed) / len(faults), 4), "named_share": round(len(named) / len(faults), 4),
        "false_alarms": round(len(false) / max(len(found), 1), 4),
        "look_alikes_flagged": round(len(flagged) / len(alikes), 4),
        "witnesses_confirmed": round(1 - len(unproven) / max(len(found), 1), 4),
        "missed": [f"{one.kind} {sorted(map(str, one.instrument_ids))} {one.sku_id}" for one in missed[:9]],
        "alarms": [f"{fault.kind} {fault.subject} {fault.instrument_ids}" for fault in false[:9]],
    }  # fmt: skip


def is_confirmed(reach: Reach) -> bool:
    """Whether the calculator, asked anew, comes to the witness's price, or hands out the gift."""
    priced = price_cart(reach.cart, reach.instruments, price_rules(reach.rules_name, day_of(reach.at)))
    own = next(line for line in priced.lines if line.line_id == WITNESS_LINE)
    if any(isinstance(one.benefit, GiftOffer) for one in reach.instruments):
        return bool(priced.gifts)
    return (own.paid_minor, own.quantity) == (reach.paid_minor, reach.quantity)


def naive_skus_per_s(desks: Iterable[Desk], skus: int) -> float:
    """How many SKUs a second the plain form prices: every basket, instant, buyer and choice, no bound."""
    wares = [(desk, ware) for desk in desks for ware in list(desk.shelf.wares.values())[::50]][:skus]
    begun = time.process_time()
    for desk, ware in wares:
        api.enumerate_prices(ware, desk.shelf, desk.now, desk.rules_on)
    return len(wares) / (time.process_time() - begun)


def _is_of(fault: Fault, one: Plant) -> bool:
    """Whether a warning names what was planted."""
    return not one.instrument_ids.isdisjoint(fault.instrument_ids) or (
        one.sku_id is not None and one.sku_id == fault.sku_id
    )
