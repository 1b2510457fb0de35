"""Which baskets could make one piece cheapest?

The pieces that the item level wants (one, every n-th, a bundle's set); then each threshold of the shop reached either
by more pieces of the same or by the cheapest company from the shop, and each threshold above the shop also by goods of
another shop, which count nowhere else: of a reduction that is just reached, most falls on the piece. The other shop's
goods are a stand-in of exactly the missing amount: the worst that a buyer's cart can hold.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from peakday.operations.health.model import WITNESS_LINE, Buyer, Presale, Ware
from peakday.operations.health.rules.moments import is_open_to
from peakday.operations.health.rules.price_floor import base_price, single_price
from peakday.operations.health.rules.shelf import Shelf
from peakday.trade.promotions.model import (
    Bundle,
    Counts,
    Instrument,
    Level,
    Line,
    NthPiece,
    PriceRules,
    Tiers,
)  # fmt: skip

PIECES_MAX = 200  # that one buyer takes of one SKU, in a basket that is still believable
OTHER_SHOP = "another shop"
OTHER_LINE = "9"


@dataclass(frozen=True, slots=True)
class Scene:
    """A SKU at an instant for a kind of buyer, with what they can use there; `presale` when it is bought ahead."""

    ware: Ware
    at: datetime
    until: datetime | None
    buyer: Buyer
    instruments: tuple[Instrument, ...]
    base_minor: int
    rules: PriceRules
    presale: Presale | None = None


@dataclass(frozen=True, slots=True)
class _Fill:
    """A threshold to reach, in minor units or pieces, for an instrument."""

    instrument: Instrument
    at: int
    counts: Counts


def baskets(scene: Scene, chosen: Sequence[Instrument], shelf: Shelf) -> Iterator[tuple[Line, ...]]:
    """Carts' lines, the plainest first; the SKU itself is the line `WITNESS_LINE`."""
    seen = set()
    for start in _starts(scene, chosen, shelf):
        for filled in _filled(scene, chosen, start, shelf):
            if filled not in seen:
                seen.add(filled)
                yield filled


def _starts(scene: Scene, chosen: Sequence[Instrument], shelf: Shelf) -> Iterator[tuple[Line, ...]]:
    yield (_own_line(scene, 1),)
    if scene.presale is not None:
        return
    for instrument in chosen:
        benefit = instrument.benefit
        if isinstance(benefit, NthPiece) and benefit.nth > 1:
            yield (_own_line(scene, min(benefit.nth, PIECES_MAX)),)
        elif isinstance(benefit, Bundle):
            lines = _bundle_lines(scene, benefit, shelf)
            if lines:
                yield lines


def _filled(
    scene: Scene, chosen: Sequence[Instrument], start: tuple[Line, ...], shelf: Shelf
) -> Iterator[tuple[Line, ...]]:
    """The start as it is, then with the thresholds of the shop reached, then those above it on each of these."""
    of_shop = [fill for fill in _fills(chosen) if scene.rules.kinds[fill.instrument.kind].level is Level.SHOP]
    above = [fill for fill in _fills(chosen) if scene.rules.kinds[fill.instrument.kind].level > Level.SHOP]
    firsts = [start]
    for fill in of_shop:
        firsts += [lines for lines in (_more_pieces(scene, start, fill), _company(scene, start, fill, shelf)) if lines]
    for first in firsts:
        yield first
        for fill in above:
            for lines in (
                _other_shop(scene, first, fill), _more_pieces(scene, first, fill), _company(scene, first, fill, shelf)
            ):  # fmt: skip
                if lines:
                    yield lines


def _fills(chosen: Sequence[Instrument]) -> list[_Fill]:
    return [
        _Fill(instrument, tier.at, instrument.benefit.counts)
        for instrument in chosen
        if isinstance(instrument.benefit, Tiers)
        for tier in instrument.benefit.tiers
    ]


def _missing(scene: Scene, lines: Sequence[Line], fill: _Fill) -> int:
    """What is missing to the threshold; lines count at their single-item price (a stand-in at its price)."""
    if fill.counts is Counts.PIECES:
        return fill.at - sum(line.quantity for line in lines if line.shop_id != OTHER_SHOP)
    return fill.at - sum(_worth(scene, line) for line in lines)


def _worth(scene: Scene, line: Line) -> int:
    """A line's single-item price, with an n-th piece or a bundle counted at what they leave of it."""
    if line.line_id != WITNESS_LINE or scene.presale is not None:
        return line.price_minor * line.quantity
    return single_price(scene.ware, scene.instruments, line.price_minor) * line.quantity


def _more_pieces(scene: Scene, lines: tuple[Line, ...], fill: _Fill) -> tuple[Line, ...] | None:
    """As many more pieces of the SKU, in whole sets, as reach the threshold."""
    missing = _missing(scene, lines, fill)
    own = lines[0]
    if missing <= 0 or len(lines) > 1 or _worth(scene, own) == 0:
        return None
    each = own.quantity if fill.counts is Counts.PIECES else _worth(scene, own)
    quantity = own.quantity * (1 - -missing // each)
    return (own._replace(quantity=quantity),) if quantity <= PIECES_MAX else None


def _company(scene: Scene, lines: tuple[Line, ...], fill: _Fill, shelf: Shelf) -> tuple[Line, ...] | None:
    """The goods of the shop that come closest to what is missing, cheapest first."""
    missing = _missing(scene, lines, fill)
    if missing <= 0:
        return None
    taken = {line.sku_id for line in lines}
    best: tuple[int, Ware, int, int] | None = None
    for ware in shelf.companions(fill.instrument, scene.ware.shop_id):
        if ware.sku_id in taken or ware.currency != scene.ware.currency:
            continue
        price = base_price(ware, scene.buyer, scene.at)
        each = 1 if fill.counts is Counts.PIECES else _company_price(scene, ware, price, shelf)
        pieces = -(-missing // each) if each > 0 else PIECES_MAX + 1
        added = price * pieces
        if pieces <= PIECES_MAX and (best is None or added < best[0]):
            best = (added, ware, price, pieces)
    if best is None:
        return None
    _, ware, price, pieces = best
    return (*lines, _line(str(len(lines) + 1), ware, price, pieces, scene.buyer))


def _company_price(scene: Scene, ware: Ware, price_minor: int, shelf: Shelf) -> int:
    """What a companion counts: its single-item price under the offers that hold now."""
    live = [one for one in shelf.instruments_of(ware) if is_open_to(one, scene.buyer, scene.at)]
    return single_price(ware, live, price_minor)


def _other_shop(scene: Scene, lines: tuple[Line, ...], fill: _Fill) -> tuple[Line, ...] | None:
    """A stand-in for goods of another shop, worth exactly what is missing; none where the instrument has no others."""
    missing = _missing(scene, lines, fill)
    scope = fill.instrument.scope
    others = sorted(scope.shop_ids - {scene.ware.shop_id}, key=str)
    if missing <= 0 or fill.counts is Counts.PIECES or scope.item_ids or scope.sku_ids:
        return None
    if scope.shop_ids and not others:
        return None
    shop_id = others[0] if others else OTHER_SHOP
    line = Line(OTHER_LINE, OTHER_SHOP, OTHER_SHOP, shop_id, missing, 1, scope.category_ids)
    return (*lines, line)


def _bundle_lines(scene: Scene, bundle: Bundle, shelf: Shelf) -> tuple[Line, ...] | None:
    own: Line | None = None
    others: list[Line] = []
    for part in bundle.components:
        ware = shelf.wares.get(part.sku_id)
        if ware is None:
            return None
        if part.sku_id == scene.ware.sku_id:
            own = _own_line(scene, part.quantity)
        else:
            price = base_price(ware, scene.buyer, scene.at)
            others.append(_line(str(len(others) + 2), ware, price, part.quantity, scene.buyer))
    return (own, *others) if own is not None else None


def _own_line(scene: Scene, quantity: int) -> Line:
    line = _line(WITNESS_LINE, scene.ware, scene.base_minor, quantity, scene.buyer)
    return line._replace(presale=scene.presale.terms) if scene.presale is not None else line


def _line(line_id: str, ware: Ware, price_minor: int, quantity: int, buyer: Buyer) -> Line:
    room = buyer.live_room_id
    return Line(line_id, ware.sku_id, ware.item_id, ware.shop_id, price_minor, quantity, ware.category_ids, room)
