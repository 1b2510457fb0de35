"""How is an instrument written as JSON for its versions, and read back as the same instrument?

Everything but its id and its template goes in: those are the row's. Ids are UUID texts; what is no UUID stays the text
that it is (a live room has no room of its own yet). Sets are sorted, so the same instrument is the same text.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

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
    Id,
    Instrument,
    Kind,
    Limits,
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

Json = dict[str, Any]
_SCOPES = ("shop_ids", "item_ids", "sku_ids", "category_ids", "except_items")
_PLAIN = ("currency", "group", "stackable", "reduces_base", "discount_max_minor", "share_max_bp", "stock_left")


def write_instrument(instrument: Instrument) -> Json:
    """The instrument as JSON values; its `stock_left` and budgets are what was set up, not what is left."""
    scope, limits = instrument.scope, instrument.limits
    return {
        "kind": instrument.kind.value,
        "name": {"zh": instrument.name.zh, "en": instrument.name.en},
        "benefit": write_benefit(instrument.benefit),
        "scope": {name: _texts(getattr(scope, name)) for name in _SCOPES if getattr(scope, name)},
        "funding": [
            {"funder": each.funder.value, "weight": each.weight, "budget_minor": each.budget_left_minor}
            for each in instrument.funding
        ],
        "limits": {"per_order": limits.per_order, "per_buyer": limits.per_buyer, "total": limits.total},
        "valid_from": _instant(instrument.valid_from),
        "valid_until": _instant(instrument.valid_until),
        "exclusive_with": sorted(instrument.exclusive_with),
        "audience": sorted(instrument.audience),
        "channels": sorted(channel.value for channel in instrument.channels),
        "live_room_id": None if instrument.live_room_id is None else str(instrument.live_room_id),
        **{name: getattr(instrument, name) for name in _PLAIN},
    }


def read_instrument(instrument_id: Id, body: Mapping[str, Any]) -> Instrument:
    """The instrument that was written."""
    room = body["live_room_id"]
    return Instrument(
        instrument_id=instrument_id,
        kind=Kind(body["kind"]),
        name=Text(body["name"]["zh"], body["name"]["en"]),
        benefit=read_benefit(body["benefit"]),
        scope=Scope(**{name: frozenset(map(read_id, ids)) for name, ids in body["scope"].items()}),
        funding=tuple(Funding(Funder(e["funder"]), e["weight"], e["budget_minor"]) for e in body["funding"]),
        limits=Limits(**body["limits"]),
        valid_from=_read_instant(body["valid_from"]),
        valid_until=_read_instant(body["valid_until"]),
        exclusive_with=frozenset(body["exclusive_with"]),
        audience=frozenset(body["audience"]),
        channels=frozenset(Channel(word) for word in body["channels"]),
        live_room_id=None if room is None else read_id(room),
        **{name: body[name] for name in _PLAIN},
    )


def write_benefit(benefit: Benefit) -> Json:
    """A benefit as JSON values; `type` says which one."""
    name, write, _ = _BENEFITS[type(benefit)]
    return {"type": name, **write(benefit)}


def read_benefit(body: Mapping[str, Any]) -> Benefit:
    """The benefit that was written."""
    read: Callable[[Mapping[str, Any]], Benefit] = _READERS[body["type"]]
    return read(body)


def write_terms(terms: PresaleTerms) -> Json:
    """The terms of a presale as JSON values."""
    return {
        "kind": terms.kind.value, "price_minor": terms.price_minor, "deposit_minor": terms.deposit_minor,
        "off_minor": terms.off_minor,
    }  # fmt: skip


def read_terms(body: Mapping[str, Any]) -> PresaleTerms:
    """The terms that were written."""
    return PresaleTerms(PresaleKind(body["kind"]), body["price_minor"], body["deposit_minor"], body["off_minor"])


def read_id(text: str) -> Id:
    """A UUID where the text is one, else the text itself."""
    try:
        return UUID(text)
    except ValueError:
        return text


def _texts(ids: frozenset[Id]) -> list[str]:
    return sorted(str(each) for each in ids)


def _instant(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).isoformat()


def _read_instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text).astimezone(UTC)


def _write_price(benefit: PiecePrice) -> Json:
    by_sku = {str(sku): minor for sku, minor in sorted(benefit.by_sku.items(), key=str)}
    return {"price_minor": benefit.price_minor, "by_sku": by_sku}


def _read_price(body: Mapping[str, Any]) -> PiecePrice:
    return PiecePrice(body["price_minor"], {read_id(sku): minor for sku, minor in body["by_sku"].items()})


def _write_nth(benefit: NthPiece) -> Json:
    return {"nth": benefit.nth, "off_bp": benefit.off_bp, "times_max": benefit.times_max, "is_mixed": benefit.is_mixed}


def _write_bundle(benefit: Bundle) -> Json:
    parts = [{"sku_id": str(part.sku_id), "quantity": part.quantity} for part in benefit.components]
    return {"components": parts, "price_minor": benefit.price_minor, "sets_max": benefit.sets_max}


def _read_bundle(body: Mapping[str, Any]) -> Bundle:
    parts = tuple(Component(read_id(part["sku_id"]), part["quantity"]) for part in body["components"])
    return Bundle(parts, body["price_minor"], body["sets_max"])


def _write_tiers(benefit: Tiers) -> Json:
    return {
        "tiers": [{"at": tier.at, "off": tier.off} for tier in benefit.tiers], "counts": benefit.counts.value,
        "gives": benefit.gives.value, "repeats": benefit.repeats, "times_max": benefit.times_max,
    }  # fmt: skip


def _read_tiers(body: Mapping[str, Any]) -> Tiers:
    tiers = tuple(Tier(tier["at"], tier["off"]) for tier in body["tiers"])
    return Tiers(tiers, Counts(body["counts"]), Gives(body["gives"]), body["repeats"], body["times_max"])


def _write_gift(benefit: GiftOffer) -> Json:
    return {
        "at": benefit.at, "sku_id": str(benefit.sku_id), "quantity": benefit.quantity,
        "counts": benefit.counts.value, "repeats": benefit.repeats, "times_max": benefit.times_max,
    }  # fmt: skip


def _read_gift(body: Mapping[str, Any]) -> GiftOffer:
    return GiftOffer(
        body["at"], read_id(body["sku_id"]), body["quantity"], Counts(body["counts"]), body["repeats"],
        body["times_max"],
    )  # fmt: skip


_BENEFITS: Mapping[type, tuple[str, Callable[[Any], Json], Callable[[Mapping[str, Any]], Benefit]]] = MappingProxyType({
    PiecePrice: ("piece_price", _write_price, _read_price),
    PieceReduction: ("piece_reduction", lambda benefit: {"off_minor": benefit.off_minor},
                     lambda body: PieceReduction(body["off_minor"])),
    PieceRate: ("piece_rate", lambda benefit: {"off_bp": benefit.off_bp}, lambda body: PieceRate(body["off_bp"])),
    NthPiece: ("nth_piece", _write_nth,
               lambda body: NthPiece(body["nth"], body["off_bp"], body["times_max"], body["is_mixed"])),
    Bundle: ("bundle", _write_bundle, _read_bundle),
    Tiers: ("tiers", _write_tiers, _read_tiers),
    GiftOffer: ("gift", _write_gift, _read_gift),
})  # fmt: skip
_READERS = MappingProxyType({name: read for name, _, read in _BENEFITS.values()})
