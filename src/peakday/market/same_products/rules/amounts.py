"""How much of what does a title sell?

Sizes and counts are read with their units, Chinese and English, and put in one unit a kind: millilitres, grams,
metres, pieces, and so on. "500ml*12" and "0.5 L x 12 bottles" are the same twelve half litres.
"""

import re
from dataclasses import dataclass
from decimal import Decimal

# unit as written → (kind, how many of the kind's own unit)
UNITS: dict[str, tuple[str, Decimal]] = {
    written: (kind, Decimal(factor))
    for kind, table in {
        "volume_ml": {"ml": "1", "毫升": "1", "cl": "10", "l": "1000", "升": "1000", "litre": "1000", "liter": "1000"},
        "mass_g": {"mg": "0.001", "毫克": "0.001", "g": "1", "克": "1", "kg": "1000", "千克": "1000", "公斤": "1000",
                   "斤": "500", "两": "50", "oz": "28.349523125", "lb": "453.59237", "磅": "453.59237"},
        "length_m": {"mm": "0.001", "毫米": "0.001", "cm": "0.01", "厘米": "0.01", "米": "1", "m": "1",
                     "inch": "0.0254", "英寸": "0.0254", "寸": "0.0333333"},
        "storage_gb": {"gb": "1", "tb": "1024"},
        "power_w": {"w": "1", "瓦": "1", "kw": "1000"},
        "count": {"片": "1", "只": "1", "个": "1", "支": "1", "瓶": "1", "包": "1", "盒": "1", "袋": "1", "件": "1",
                  "双": "1", "条": "1", "罐": "1", "枚": "1", "卷": "1", "抽": "1", "粒": "1", "pcs": "1", "pc": "1",
                  "pack": "1", "packs": "1", "pieces": "1", "count": "1", "ct": "1", "bottles": "1", "pairs": "1",
                  "rolls": "1", "tablets": "1", "capsules": "1"},
    }.items()
    for written, factor in table.items()
}  # fmt: skip
_WORDS = "|".join(sorted(map(re.escape, UNITS), key=len, reverse=True))
_AMOUNT = re.compile(
    rf"(?<![a-z0-9.])(\d{{1,6}}(?:\.\d{{1,3}})?)\s?({_WORDS})(?![a-z])(?:\s?[*x×]\s?(\d{{1,4}})(?![\d.]))?"
)
_PACK = re.compile(r"(?:pack of|set of|[*x×])\s?(\d{1,4})(?![\d.a-z])")


@dataclass(frozen=True, order=True)
class Amount:
    """So much of a kind; the kind's name ends in its unit."""

    kind: str
    value: Decimal


def read_amounts(text: str) -> tuple[Amount, ...]:
    """What a text in lower case sells, sorted; a multiple ("*12") is a count of its own."""
    found: set[Amount] = set()
    for number, written, times in _AMOUNT.findall(text):
        kind, factor = UNITS[written]
        found.add(Amount(kind, (Decimal(number) * factor).normalize()))
        if times:
            found.add(Amount("count", Decimal(times)))
    for times in _PACK.findall(text):
        found.add(Amount("count", Decimal(times)))
    return tuple(sorted(found))


def amounts_of(amounts: tuple[Amount, ...], kind: str) -> frozenset[Decimal]:
    """All that is told of one kind."""
    return frozenset(amount.value for amount in amounts if amount.kind == kind)
