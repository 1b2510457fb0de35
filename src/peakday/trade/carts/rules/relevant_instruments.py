"""Which of the instruments that are live can touch this till at all?

One in the till's currency whose scope meets a line of it. The rest are left out before the search: fifty shops have
hundreds of set-ups, and what cannot touch a line changes no price.
"""

from collections.abc import Iterable, Sequence

from peakday.trade.promotions.model import Id, Instrument, Line

Held = tuple[tuple[str, set[Id]], ...]  # by field of a scope, what the lines of a till have there


def held_by(lines: Sequence[Line]) -> Held:
    """The shops, items, SKUs and categories of these lines."""
    return (
        ("shop_ids", {line.shop_id for line in lines}),
        ("item_ids", {line.item_id for line in lines}),
        ("sku_ids", {line.sku_id for line in lines}),
        ("category_ids", set().union(*{line.category_ids for line in lines})),
    )


def relevant_instruments(held: Held, currency: str, instruments: Iterable[Instrument]) -> list[Instrument]:
    """Those that may act on some line of a till, in the order given."""
    return [each for each in instruments if each.currency == currency and _meets(each, held)]


def _meets(instrument: Instrument, held: Held) -> bool:
    for name, ids in held:
        named: frozenset[Id] = getattr(instrument.scope, name)
        if named and named.isdisjoint(ids):
            return False
    return True
