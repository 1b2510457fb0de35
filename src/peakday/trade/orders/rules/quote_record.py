"""What of a quote is kept with a checkout, so that its price can be computed again to the cent?

The lines as they were priced, the instruments that gave something (with their terms of that moment) and the version of
the rules. What gave nothing changed no price and is left out. Titles and pictures are kept as the buyer saw them.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from peakday.kernel.clock import day_of
from peakday.trade.carts.quoted import Quote, QuotedLine
from peakday.trade.promotions.api import price_cart, price_rules
from peakday.trade.promotions.model import Cart, Channel, Instrument, Line, PriceRules
from peakday.trade.promotions.priced import PricedCart
from peakday.trade.promotions.written import read_id, read_instrument, write_instrument

Json = dict[str, Any]


def write_quote(quote: Quote) -> Json:
    """The quote as JSON values."""
    return {
        "at": quote.at.astimezone(UTC).isoformat(),
        "channel": quote.cart.channel.value,
        "tags": sorted(quote.cart.tags),
        "rules": [quote.rules.name, quote.rules.version],
        "token": quote.token,
        "postage": {str(shop_id): minor for shop_id, minor in quote.cart.postage.items()},
        "lines": [_write_line(line) for line in quote.lines if line.problem is None],
        "instruments": [_write_instrument(each) for each in quote.acting().values()],
    }


def instruments_in(record: Mapping[str, Any]) -> list[Instrument]:
    """The instruments that gave something to a recorded quote."""
    return [_read_instrument(each) for each in record["instruments"]]


def rules_in(record: Mapping[str, Any]) -> PriceRules:
    """The rules of a recorded quote. Refuses `NoRuleSet`; another version than the recorded one is a fault."""
    name, version = record["rules"]
    rules = price_rules(name, day_of(_instant(record["at"])))
    assert rules.version == version, (name, version, rules.version)
    return rules


def price_again(record: Mapping[str, Any], currency: str) -> PricedCart:
    """The price of a recorded quote, computed anew by the same rules."""
    cart = Cart(
        lines=tuple(_read_line(each) for each in record["lines"]),
        currency=currency,
        at=_instant(record["at"]),
        tags=frozenset(record["tags"]),
        channel=Channel(record["channel"]),
        postage={read_id(shop_id): minor for shop_id, minor in record["postage"].items()},
    )
    return price_cart(cart, instruments_in(record), rules_in(record))


def _write_line(line: QuotedLine) -> Json:
    return {
        "line_id": line.line_id, "shop_id": line.shop_id, "sku_id": line.sku_id, "item_id": line.item_id,
        "price_minor": line.price_minor, "quantity": line.quantity,
        "category_ids": sorted(map(str, line.category_ids)), "live_room_id": line.live_room_id,
        "offer_no": line.offer_no, "event_ref": line.event_ref, "title": line.title, "spec": line.spec,
        "image": line.image,
    }  # fmt: skip


def _read_line(body: Mapping[str, Any]) -> Line:
    return Line(
        line_id=body["line_id"], sku_id=read_id(body["sku_id"]), item_id=read_id(body["item_id"]),
        shop_id=read_id(body["shop_id"]), price_minor=body["price_minor"], quantity=body["quantity"],
        category_ids=frozenset(map(read_id, body["category_ids"])), live_room_id=body["live_room_id"],
    )  # fmt: skip


def _write_instrument(instrument: Instrument) -> Json:
    template = None if instrument.template_id is None else str(instrument.template_id)
    return {"id": str(instrument.instrument_id), "template": template, "terms": write_instrument(instrument)}


def _read_instrument(body: Mapping[str, Any]) -> Instrument:
    instrument = read_instrument(read_id(body["id"]), body["terms"])
    return instrument if body["template"] is None else replace(instrument, template_id=read_id(body["template"]))


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
