"""How much does a refund of an order's line return?

Exactly what the pieces paid: the line's paid share through `promotions.refund_line`, less what went back before without
pieces (price protection, a goodwill amount), which lowers what each kept piece still has. The last pieces take the
last cent; never more than the line has left. Money without pieces is at most what is left.
"""

from dataclasses import dataclass

from peakday.trade.orders.errors import RefundAboveLine
from peakday.trade.orders.model import OrderLine
from peakday.trade.orders.rules.discount_levels import shares_of
from peakday.trade.promotions.api import refund_line
from peakday.trade.promotions.priced import PricedLine, Share


@dataclass(frozen=True, slots=True)
class RefundedBefore:
    """What of a line went back or is promised: money in minor units, and pieces."""

    minor: int = 0
    pieces: int = 0


@dataclass(frozen=True, slots=True)
class RefundAmount:
    """What goes back of one line now: money, pieces (None: the goods stay), and the shares that fall with them."""

    line_no: int
    minor: int
    pieces: int | None
    shares: tuple[Share, ...] = ()

    @property
    def funders(self) -> dict[str, int]:
        """The shares summed by who bore them."""
        sums: dict[str, int] = {}
        for share in self.shares:
            sums[share.funder.value] = sums.get(share.funder.value, 0) + share.minor
        return sums


def refund_pieces(line: OrderLine, before: RefundedBefore, pieces: int) -> RefundAmount:
    """The refund of `pieces` more pieces. Refuses `RefundAboveLine` when the line has not so many left."""
    left_pieces, left_minor = line.quantity - before.pieces, max(line.paid_minor - before.minor, 0)
    if not 1 <= pieces <= left_pieces:
        raise RefundAboveLine(left_minor=left_minor, left_pieces=left_pieces)
    rest = _priced(line, left_pieces, left_minor, ())
    whole = _priced(line, line.quantity, line.paid_minor, shares_of(line.discounts))
    money = refund_line(rest, pieces).money_minor
    return RefundAmount(line.line_no, money, pieces, refund_line(whole, pieces, before.pieces).shares)


def refund_money(line: OrderLine, before: RefundedBefore, minor: int) -> RefundAmount:
    """Money back while the goods stay. Refuses `RefundAboveLine` when the line has not so much left."""
    left = max(line.paid_minor - before.minor, 0)
    if not 1 <= minor <= left:
        raise RefundAboveLine(left_minor=left, left_pieces=line.quantity - before.pieces)
    return RefundAmount(line.line_no, minor, None)


def _priced(line: OrderLine, quantity: int, payable_minor: int, shares: tuple[Share, ...]) -> PricedLine:
    listed = payable_minor + sum(share.minor for share in shares)
    return PricedLine(str(line.line_no), "", quantity, listed, listed, shares, 0, payable_minor)
