"""How does a merchant write down a case in plain words, and does the calculator agree?

A scenario is a table of a TOML file; amounts are yuan with two decimals.

    [[scenario]]
    name = "Every 200 take 20, over three shops"
    cart = ["A: 300.00, shop North", "B: 200.00, shop South", "2 x C: 50.00, shop West"]
    promotions = ["cross: cross-shop, 20 off every 200"]      # offers: they apply by themselves
    wallet = ["five: shop coupon, 5 off from 100, shop South"] # cards that the buyer uses
    lines = ["A 270.00", "B 175.00", "C 90.00"]               # what each line costs now
    discounts = ["cross 60.00", "five 5.00"]                  # every instrument that gives something
    total = "535.00"

May also be given: `rules` ("tmall", "taobao", "stepwise"), `at`, `buyer` (tags), `channel`, `postage` ["North 8.00"],
`used` ["five: buyer 1, total 20"], `use` (the cards of the wallet that are used), `gifts`, `unused` ["five
threshold"], `funders` ["platform 3.00"], `refused` (the code of a refusal). `scenario_words.py` says how goods and
instruments are written.
"""

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from peakday.kernel.clock import MARKET_ZONE, day_of
from peakday.kernel.money import decimal_text
from peakday.kernel.refusal import Refusal
from peakday.trade.promotions.api import price_cart, price_rules
from peakday.trade.promotions.model import Cart, Channel, Id, Instrument, PriceRules, Used
from peakday.trade.promotions.priced import PricedCart
from peakday.trade.promotions.scenario_words import CURRENCY, read_amount, read_instrument, read_line

RULES = {"tmall": "tmall_promotions", "taobao": "taobao_promotions", "stepwise": "stepwise_promotions"}
SALE_NIGHT = datetime(2022, 11, 10, 20, 0, tzinfo=MARKET_ZONE)
GIVEN = {"name", "rules", "at", "buyer", "channel", "postage", "used", "cart", "promotions", "wallet", "use"}
EXPECTED = ("lines", "discounts", "funders", "gifts", "unused", "total", "refused")

Chooser = Callable[[Cart, Sequence[Instrument], Sequence[Instrument], PriceRules], PricedCart]


@dataclass(frozen=True, slots=True)
class Scenario:
    """A cart, the offers, the cards in use, and what the writer expects, by its key."""

    name: str
    cart: Cart
    offers: tuple[Instrument, ...]
    cards: tuple[Instrument, ...]
    rules: PriceRules
    expected: Mapping[str, object]


def read_scenarios(path: Path) -> list[Scenario]:
    """The scenarios of a file. Raises ValueError with the scenario's name and the words that were not understood."""
    tables = tomllib.loads(path.read_text(encoding="utf-8")).get("scenario", [])
    return [_read(table) for table in tables]


def use_all(cart: Cart, offers: Sequence[Instrument], cards: Sequence[Instrument], rules: PriceRules) -> PricedCart:
    """The price with every card in use: the chooser of a scenario that says itself which cards are used."""
    return price_cart(cart, [*offers, *cards], rules)


def differences(scenario: Scenario, choose: Chooser = use_all) -> list[str]:
    """Where the calculator and the writer disagree, one line a difference; empty when they agree."""
    try:
        found = _describe(choose(scenario.cart, scenario.offers, scenario.cards, scenario.rules))
    except Refusal as refusal:
        found = {"refused": refusal.code}
    wanted = dict(scenario.expected)
    keys = set(wanted) | ({"refused"} & set(found))
    return [
        f"{key}: expected {wanted.get(key)}, the calculator says {found.get(key)}"
        for key in sorted(keys)
        if found.get(key) != wanted.get(key)
    ]


def _describe(priced: PricedCart) -> dict[str, object]:
    """A price in the words of the scenarios."""
    return {
        "lines": sorted(f"{line.line_id} {_amount(line.payable_minor)}" for line in priced.lines),
        "discounts": _by_name(priced.given_by_instrument()),
        "funders": _by_name({str(funder): minor for funder, minor in priced.given_by_funder().items()}),
        "gifts": sorted(f"{gift.quantity} x {gift.sku_id}" for gift in priced.gifts),
        "unused": sorted(f"{entry.instrument_id} {entry.reason}" for entry in priced.unused),
        "total": _amount(priced.payable_minor),
    }


def _by_name(given: Mapping[Id, int]) -> list[str]:
    return sorted(f"{name} {_amount(minor)}" for name, minor in given.items())


def _amount(minor: int) -> str:
    return decimal_text(minor, CURRENCY)


def _read(table: Mapping[str, Any]) -> Scenario:
    name = table.get("name", "?")
    unknown = set(table) - GIVEN - set(EXPECTED)
    if unknown:
        raise ValueError(f"{name}: unknown key {', '.join(sorted(unknown))}")
    try:
        at = table.get("at", SALE_NIGHT)
        cart = _read_cart(table, at)
        wallet = [read_instrument(words) for words in table.get("wallet", [])]
        used = table.get("use", [str(card.instrument_id) for card in wallet])
        _refuse_unknown(used, wallet)
        rules = price_rules(RULES[table.get("rules", "tmall")], day_of(SALE_NIGHT))
        offers = tuple(read_instrument(words) for words in table.get("promotions", []))
        cards = tuple(card for card in wallet if card.instrument_id in used)
    except (ValueError, KeyError) as error:
        raise ValueError(f"{name}: {error}") from error
    expected = {
        key: sorted(table[key]) if isinstance(table[key], list) else table[key] for key in EXPECTED if key in table
    }
    return Scenario(name, cart, offers, cards, rules, expected)


def _read_cart(table: Mapping[str, Any], at: datetime) -> Cart:
    return Cart(
        lines=tuple(read_line(words) for words in table["cart"]),
        currency=CURRENCY,
        at=at,
        tags=frozenset(table.get("buyer", [])),
        channel=Channel(table.get("channel", Channel.APP)),
        postage={shop: read_amount(amount) for shop, amount in (words.split() for words in table.get("postage", []))},
        used=dict(_read_used(words) for words in table.get("used", [])),
    )


def _read_used(words: str) -> tuple[Id, Used]:
    name, _, counts = words.partition(":")
    parts = dict(part.split() for part in counts.split(","))
    return name.strip(), Used(by_buyer=int(parts.pop("buyer", 0)), in_total=int(parts.pop("total", 0)))


def _refuse_unknown(used: Sequence[str], wallet: Sequence[Instrument]) -> None:
    unknown = set(used) - {str(card.instrument_id) for card in wallet}
    if unknown:
        raise ValueError(f"not in the wallet: {', '.join(sorted(unknown))}")
