"""How are goods and instruments written in a scenario?

Goods: `2 x A: 150.00, shop North, item shirt, category shoes, room R1`; left out: one piece, shop "Shop", an item of
its own. A presale: `P: 1000.00, deposit 100 cut 200` or `deposit 100 counts as 200`.

Instruments: `NAME: KIND, BENEFIT, CLAUSE, …`. Kinds are those of the model with spaces (`single price`, `cross-shop`,
…).

| benefit | written | | --- | --- | | single prices | `price 80`, `10 off each`, `15% off each` | | tiers | `50 off
from 300`, `20 off from 200 / 50 off from 400`, `10% off from 3 pieces`, `5 off` (no threshold) | | repeating | `50
off every 300`, `10 off every 2 pieces` | | nth piece | `every 2nd piece 50% off` | | bundle | `A + 2 B for 250` | |
gift | `gift G from 300`, `gift 2 G every 3 pieces` |

Clauses: `shop North South`, `items A B`, `skus A`, `category shoes`, `not items A`, `at most 60 off`, `at most 10% of
the goods`, `at most 2 times`, `for vip`, `in app`, `room R1`, `paid by platform 60 merchant 40`, `platform budget
10.00`, `from 2022-11-01`, `until 2022-11-11`, `2 per order`, `1 per buyer`, `100 in total`, `template T`, `group G`,
`not with card`, `stacks`, `mixed`, `lowers the base`, `keeps the base`, `stock 5`, `in USD`.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from peakday.kernel.clock import MARKET_ZONE
from peakday.kernel.money import parse_minor
from peakday.kernel.text import Text
from peakday.trade.promotions.model import (
    Benefit,
    Bundle,
    Channel,
    Component,
    Counts,
    Funder,
    Funding,
    GiftOffer,
    Gives,
    Instrument,
    Kind,
    Limits,
    Line,
    NthPiece,
    PiecePrice,
    PieceRate,
    PieceReduction,
    PresaleKind,
    PresaleTerms,
    Scope,
    Tier,
    Tiers,
)

CURRENCY = "CNY"
FUNDERS = {
    Kind.CATEGORY_COUPON: Funder.PLATFORM,
    Kind.PLATFORM_COUPON: Funder.PLATFORM,
    Kind.COINS: Funder.PLATFORM,
    Kind.RED_PACKET: Funder.PLATFORM,
    Kind.GIFT_CARD: Funder.BUYER,
}

Fields = dict[str, Any]
_GOODS = re.compile(r"(?:(?P<quantity>\d+) x )?(?P<name>[^:]+): (?P<price>[\d.]+)(?P<clauses>,.*)?")
_PRESALE = re.compile(r"deposit ([\d.]+) (cut|counts as) ([\d.]+)")
_AMOUNT = r"(\d[\d.]*)"


def read_amount(words: str) -> int:
    """Yuan to minor units. Raises ValueError."""
    return parse_minor(words, CURRENCY)


def read_line(words: str) -> Line:
    """A line of the cart. Raises ValueError."""
    match = _GOODS.fullmatch(words)
    if match is None:
        raise ValueError(f"not goods: {words!r}")
    name, price = match["name"], read_amount(match["price"])
    fields: Fields = {"shop_id": "Shop", "item_id": name}
    for clause in _clauses(match["clauses"] or ""):
        presale = _PRESALE.fullmatch(clause)
        if presale is not None:
            fields["presale"] = _read_presale(price, *presale.groups())
        else:
            fields.update(_read_place(clause))
    return Line(name, fields.pop("sku_id", name), price_minor=price, quantity=int(match["quantity"] or 1), **fields)


def read_instrument(words: str) -> Instrument:
    """An instrument in the wallet or in the shops. Raises ValueError."""
    name, _, rest = words.partition(": ")
    kind_words, benefit_words, *clauses = _clauses(rest)
    kind = _read_kind(kind_words)
    fields: Fields = {"funding": (Funding(FUNDERS.get(kind, Funder.MERCHANT)),)}
    for clause in clauses:
        _read_clause(clause, fields)
    benefit = read_benefit(benefit_words, fields)
    fields["scope"] = Scope(**fields.pop("scope", {}))
    fields["limits"] = Limits(**fields.pop("limits", {}))
    fields.setdefault("currency", CURRENCY)
    return Instrument(instrument_id=name, kind=kind, name=Text(name, name), benefit=benefit, **fields)


def read_benefit(words: str, fields: Fields) -> Benefit:
    """What an instrument gives; takes `times_max` and `is_mixed` out of the fields. Raises ValueError."""
    for pattern, read in _BENEFITS:
        match = re.fullmatch(pattern, words)
        if match is not None:
            return read(match, fields)
    return _read_tiers(words, fields)


def _clauses(words: str) -> list[str]:
    return [clause.strip() for clause in words.split(", ") if clause.strip(", ")]


def _read_kind(words: str) -> Kind:
    return Kind("cross_shop_tier" if words == "cross-shop" else words.replace(" ", "_"))


def _read_presale(price: int, deposit: str, how: str, amount: str) -> PresaleTerms:
    paid, said = read_amount(deposit), read_amount(amount)
    if how == "cut":
        return PresaleTerms(PresaleKind.CUT, price, paid, said)
    return PresaleTerms(PresaleKind.INFLATION, price, paid, said - paid)


def _read_place(clause: str) -> Fields:
    word, _, value = clause.partition(" ")
    places: dict[str, Fields] = {
        "shop": {"shop_id": value},
        "item": {"item_id": value},
        "sku": {"sku_id": value},
        "category": {"category_ids": frozenset(value.split())},
        "room": {"live_room_id": value},
    }
    if word not in places:
        raise ValueError(f"not understood: {clause!r}")
    return places[word]


def _read_tiers(words: str, fields: Fields) -> Tiers:
    """`50 off from 300`, `20 off from 200 / 50 off from 400`, `10% off every 3 pieces`, `5 off`."""
    tiers, is_rate, counts, repeats = [], False, Counts.MONEY, False
    for part in words.split(" / "):
        match = re.fullmatch(rf"{_AMOUNT}(%)? off(?: (from|every) {_AMOUNT}( pieces)?)?", part)
        if match is None:
            raise ValueError(f"not understood: {words!r}")
        off, percent, how, at, pieces = match.groups()
        is_rate, repeats = bool(percent), how == "every"
        counts = Counts.PIECES if pieces else Counts.MONEY
        tiers.append(Tier(int(at) if pieces else read_amount(at or "0"), read_amount(off)))
    gives = Gives.RATE if is_rate else Gives.REDUCTION
    return Tiers(tuple(tiers), counts, gives, repeats, fields.pop("times_max", None))


def _read_gift(match: re.Match[str], fields: Fields) -> GiftOffer:
    quantity, sku, how, at, pieces = match.groups()
    counts = Counts.PIECES if pieces else Counts.MONEY
    threshold = int(at) if pieces else read_amount(at)
    return GiftOffer(threshold, sku, int(quantity or 1), counts, how == "every", fields.pop("times_max", None))


def _read_bundle(match: re.Match[str], fields: Fields) -> Bundle:
    parts = []
    for words in match[1].split(" + "):
        count, _, sku = words.rpartition(" ")
        parts.append(Component(sku, int(count or 1)))
    return Bundle(tuple(parts), read_amount(match[2]), fields.pop("times_max", None))


def _read_nth(match: re.Match[str], fields: Fields) -> NthPiece:
    is_mixed = bool(fields.pop("is_mixed", False))
    return NthPiece(int(match[1]), read_amount(match[2]), fields.pop("times_max", None), is_mixed)


# a percentage with two decimals is basis points, as an amount with two decimals is minor units
_BENEFITS: tuple[tuple[str, Callable[[re.Match[str], Fields], Benefit]], ...] = (
    (rf"price {_AMOUNT}", lambda match, _: PiecePrice(read_amount(match[1]))),
    (rf"{_AMOUNT} off each", lambda match, _: PieceReduction(read_amount(match[1]))),
    (rf"{_AMOUNT}% off each", lambda match, _: PieceRate(read_amount(match[1]))),
    (rf"every (\d+)(?:st|nd|rd|th) piece {_AMOUNT}% off", _read_nth),
    (rf"gift (?:(\d+) )?(\S+) (from|every) {_AMOUNT}( pieces)?", _read_gift),
    (rf"(.+) for {_AMOUNT}", _read_bundle),
)  # fmt: skip


def _read_clause(words: str, fields: Fields) -> None:
    """Write one clause into the fields of an instrument. Raises ValueError."""
    for pattern, write in _CLAUSES:
        match = re.fullmatch(pattern, words)
        if match is not None:
            write(fields, match)
            return
    raise ValueError(f"not understood: {words!r}")


def _scope(key: str) -> Callable[[Fields, re.Match[str]], None]:
    def write(fields: Fields, match: re.Match[str]) -> None:
        fields.setdefault("scope", {})[key] = frozenset(match[1].split())

    return write


def _limit(key: str) -> Callable[[Fields, re.Match[str]], None]:
    def write(fields: Fields, match: re.Match[str]) -> None:
        fields.setdefault("limits", {})[key] = int(match[1])

    return write


def _set(key: str, read: Callable[[str], object] = str) -> Callable[[Fields, re.Match[str]], None]:
    def write(fields: Fields, match: re.Match[str]) -> None:
        fields[key] = read(match[1])

    return write


def _funders(fields: Fields, match: re.Match[str]) -> None:
    words = match[1].split()
    fields["funding"] = tuple(
        Funding(Funder(funder), int(weight)) for funder, weight in zip(words[::2], words[1::2], strict=True)
    )


def _budget(fields: Fields, match: re.Match[str]) -> None:
    fields["funding"] = tuple(
        Funding(entry.funder, entry.weight, read_amount(match[2])) if entry.funder == match[1] else entry
        for entry in fields["funding"]
    )


def _read_instant(words: str) -> datetime:
    return datetime.fromisoformat(words).replace(tzinfo=MARKET_ZONE).astimezone(UTC)


def _yes(_: str) -> bool:
    return True


_CLAUSES: tuple[tuple[str, Callable[[Fields, re.Match[str]], None]], ...] = (
    (r"shops? (.+)", _scope("shop_ids")),
    (r"items? (.+)", _scope("item_ids")),
    (r"skus? (.+)", _scope("sku_ids")),
    (r"category (.+)", _scope("category_ids")),
    (r"not items? (.+)", _scope("except_items")),
    (rf"at most {_AMOUNT} off", _set("discount_max_minor", read_amount)),
    (rf"at most {_AMOUNT}% of the goods", _set("share_max_bp", read_amount)),
    (r"at most (\d+) times", _set("times_max", int)),
    (r"for (.+)", _set("audience", lambda words: frozenset(words.split()))),
    (r"in (app|pc|wap)", _set("channels", lambda word: frozenset({Channel(word)}))),
    (r"in ([A-Z]{3})", _set("currency")),
    (r"room (\S+)", _set("live_room_id")),
    (r"paid by (.+)", _funders),
    (rf"(\w+) budget {_AMOUNT}", _budget),
    (r"from (\d{4}-\S+)", _set("valid_from", _read_instant)),
    (r"until (\d{4}-\S+)", _set("valid_until", _read_instant)),
    (r"(\d+) per order", _limit("per_order")),
    (r"(\d+) per buyer", _limit("per_buyer")),
    (r"(\d+) in total", _limit("total")),
    (r"template (\S+)", _set("template_id")),
    (r"group (\S+)", _set("group")),
    (r"not with (.+)", _set("exclusive_with", lambda words: frozenset(words.split()))),
    (r"(stacks)", _set("stackable", _yes)),
    (r"(mixed)", _set("is_mixed", _yes)),
    (r"(lowers) the base", _set("reduces_base", _yes)),
    (r"(keeps) the base", _set("reduces_base", lambda _: False)),
    (r"stock (\d+)", _set("stock_left", int)),
)  # fmt: skip
