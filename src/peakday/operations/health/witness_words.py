"""How is a witness basket told: as sentences, and as plain values that are kept and shown?"""

from collections.abc import Mapping
from uuid import UUID

from peakday.kernel.clock import day_of
from peakday.kernel.text import Text
from peakday.operations.health.model import WITNESS_LINE, Reach
from peakday.trade.promotions import api as promotions
from peakday.trade.promotions.model import Id, Instrument

CARD_MARK = "~card"  # ends the name of an issued card's terms where they differ from the live version


def trace_of(reach: Reach) -> tuple[Text, ...]:
    """The calculator's sentences for the witness."""
    priced = promotions.price_cart(
        reach.cart, reach.instruments, promotions.price_rules(reach.rules_name, day_of(reach.at))
    )  # fmt: skip
    return tuple(promotions.explain(priced, {one.instrument_id: one.name for one in reach.instruments}))


def witness_of(reach: Reach) -> promotions.Witness:
    """The witness as the promotions' guard hands it on."""
    return promotions.Witness(
        reach.cart, reach.instruments, reach.rules_name, reach.sku_id, reach.price_minor, trace_of(reach)
    )  # fmt: skip


def kept_witness(reach: Reach, titles: Mapping[Id, str]) -> dict[str, object]:
    """The witness as JSON: basket, buyer, minute, instruments and rules."""
    cart = reach.cart
    return {
        "at": cart.at.isoformat(), "tags": sorted(cart.tags), "channel": str(cart.channel),
        "room": next((str(line.live_room_id) for line in cart.lines if line.live_room_id is not None), None),
        "rules": reach.rules_name, "paid_minor": reach.paid_minor, "quantity": reach.quantity,
        "lines": [
            {"sku_id": str(line.sku_id), "title": titles.get(line.sku_id, ""), "quantity": line.quantity,
             "price_minor": line.price_minor, "is_own": line.line_id == WITNESS_LINE,
             "is_other_shop": not isinstance(line.sku_id, UUID), "is_presale": line.presale is not None}
            for line in cart.lines
        ],
        "instruments": [_told(one) for one in reach.instruments],
    }  # fmt: skip


def stored_id(identity: Id) -> UUID:
    """The stored instrument's id, also of the terms of an issued card."""
    return identity if isinstance(identity, UUID) else UUID(identity.removesuffix(CARD_MARK))


def _told(instrument: Instrument) -> dict[str, object]:
    return {
        "instrument_id": str(stored_id(instrument.instrument_id)), "kind": str(instrument.kind),
        "zh": instrument.name.zh, "en": instrument.name.en,
    }  # fmt: skip
