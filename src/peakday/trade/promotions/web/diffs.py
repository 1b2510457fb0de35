"""What do two versions of an instrument differ in, field by field?"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from peakday.kernel.money import decimal_text
from peakday.trade.promotions.model import Counts, Gives, Instrument, Tiers
from peakday.trade.promotions.written import write_instrument


@dataclass(frozen=True, slots=True)
class Change:
    """A field with what it said before and after, as text; "–" where it said nothing."""

    field: str
    before: str
    after: str


def differences(old: Instrument, new: Instrument) -> list[Change]:
    """Every field that differs, in the order of the written form."""
    before, after = _flat(old), _flat(new)
    names = [*before, *(name for name in after if name not in before)]
    return [
        Change(name, before.get(name, "–"), after.get(name, "–"))
        for name in names
        if before.get(name, "–") != after.get(name, "–")
    ]


def _flat(instrument: Instrument) -> dict[str, str]:
    body = write_instrument(instrument)
    flat: dict[str, Any] = {"name": f"{body['name']['zh']} / {body['name']['en']}", "kind": body["kind"]}
    flat |= body.pop("benefit") | body.pop("scope") | body.pop("limits")
    flat |= {name: value for name, value in body.items() if name not in {"name", "kind"}}
    flat.pop("type", None)
    flat.pop("shop_ids", None)
    return {name: _text(name, value, instrument) for name, value in flat.items() if _says(value)}


def _says(value: object) -> bool:
    return value is not None and value not in ([], {})


def _text(name: str, value: Any, instrument: Instrument) -> str:
    currency = instrument.currency
    if name == "tiers":
        return "; ".join(_tier(tier, instrument) for tier in value)
    if name == "funding":
        return "; ".join(_funding(each, currency) for each in value)
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {each}" for key, each in value.items())
    if name.endswith("_minor"):
        return decimal_text(value, currency)
    return f"{value / 100:g}%" if name.endswith("_bp") else str(value)


def _tier(tier: Mapping[str, int], instrument: Instrument) -> str:
    benefit, currency = instrument.benefit, instrument.currency
    assert isinstance(benefit, Tiers)
    at = str(tier["at"]) if benefit.counts is Counts.PIECES else decimal_text(tier["at"], currency)
    off = f"{tier['off'] / 100:g}%" if benefit.gives is Gives.RATE else decimal_text(tier["off"], currency)
    return f"{at} → {off}"


def _funding(each: Mapping[str, Any], currency: str) -> str:
    budget = each["budget_minor"]
    return f"{each['funder']} {each['weight']}" + (f" ≤ {decimal_text(budget, currency)}" if budget is not None else "")
