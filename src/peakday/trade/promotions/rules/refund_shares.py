"""What does a refund of some pieces of a line return, and to whom?

A line's refund returns exactly what the line paid: to the buyer the money, to a gift card its own part, and each funder
takes its shares back. Pieces of one line cost the same; the odd cents go to the pieces that are refunded first, so that
partial refunds add up to the payment to the cent, in whatever steps they come. Discounts of the lines that stay are not
computed anew.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from peakday.kernel.refusal import Problem
from peakday.kernel.text import Text
from peakday.trade.promotions.errors import BadRefund
from peakday.trade.promotions.model import Funder
from peakday.trade.promotions.priced import PricedCart, PricedLine, Share


@dataclass(frozen=True, slots=True)
class LineRefund:
    """Of one line, in minor units: money back (tail and deposit together), and every share that is taken back.

    The shares of a buyer's own gift cards go back to the cards; they are part of `shares`, not of `money_minor`.
    """

    line_id: str
    pieces: int
    money_minor: int
    shares: tuple[Share, ...]

    @property
    def returned_minor(self) -> int:
        """What the buyer gets back, in money and on cards."""
        return self.money_minor + sum(share.minor for share in self.shares if share.funder is Funder.BUYER)


def refund_line(line: PricedLine, pieces: int, refunded_before: int = 0) -> LineRefund:
    """The refund of `pieces` more pieces of a line. Refuses with `BadRefund` when the line has not so many left."""
    if pieces < 1 or refunded_before < 0 or refunded_before + pieces > line.quantity:
        raise BadRefund(_too_many(line, pieces, refunded_before))

    def part(minor: int) -> int:
        upto = refunded_before + pieces
        return _first_pieces(minor, line.quantity, upto) - _first_pieces(minor, line.quantity, refunded_before)

    shares = tuple(share._replace(minor=part(share.minor)) for share in line.shares)
    money = part(line.payable_minor + line.deposit_minor)
    return LineRefund(line.line_id, pieces, money, tuple(share for share in shares if share.minor))


def refund_everything(priced: PricedCart, refunded_before: Mapping[str, int]) -> list[LineRefund]:
    """The refund of all pieces that were not refunded yet; postage is not goods and stays with the carrier's rules."""
    rests = [(line, refunded_before.get(line.line_id, 0)) for line in priced.lines]
    return [refund_line(line, line.quantity - before, before) for line, before in rests if before < line.quantity]


def _first_pieces(minor: int, quantity: int, pieces: int) -> int:
    """What the first `pieces` of `quantity` equal pieces cost together: `split` over equal weights, summed."""
    whole, odd = divmod(minor, quantity)
    return whole * pieces + min(odd, pieces)


def _too_many(line: PricedLine, pieces: int, before: int) -> Problem:
    return Problem(
        "pieces",
        "out_of_range",
        Text("退款件数超过可退件数", "More pieces than can be refunded"),
        Text(f"最多可退 {line.quantity - before} 件", f"At most {line.quantity - before} pieces can be refunded"),
        value=str(pieces),
    )
