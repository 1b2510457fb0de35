"""How many pieces may a line have, and how many lines a cart?

300 lines; line 301 is refused with what the shopper can do. A line has 1 to 9,999 pieces, and never more are added than
can be bought now. Fewer pieces are always allowed, even if the stock fell below them meanwhile.
"""

from peakday.kernel.refusal import Invalid, Problem, Refusal
from peakday.kernel.text import Text
from peakday.trade.carts.errors import CartFull, NotEnoughStock, TooManyPieces
from peakday.trade.carts.model import LINE_PIECES_MAX, LINES_MAX


def add_pieces(had: int | None, more: int, left: int | None, lines: int) -> int | Refusal:
    """The pieces after adding some to a line (`had` None: it is new) in a cart of so many lines, or why not."""
    if more < 1:
        return no_pieces(more)
    if had is None and lines >= LINES_MAX:
        return CartFull(limit=LINES_MAX)
    return _bounded((had or 0) + more, left)


def set_pieces(had: int, wanted: int, left: int | None) -> int | Refusal:
    """The pieces after setting their number, or why not."""
    if wanted < 1:
        return no_pieces(wanted)
    return wanted if wanted <= had and wanted <= LINE_PIECES_MAX else _bounded(wanted, left)


def no_pieces(quantity: int) -> Invalid:
    """A number that is no number of pieces."""
    message = Text("件数必须是 1 或以上的整数", "The number of pieces must be 1 or more")
    remedy = Text("改为 1 或以上,或删除该商品", "Ask for 1 or more, or remove the line")
    return Invalid(Problem("quantity", "not_positive", message, remedy, value=str(quantity)[:20]))


def _bounded(pieces: int, left: int | None) -> int | Refusal:
    if pieces > LINE_PIECES_MAX:
        return TooManyPieces(limit=LINE_PIECES_MAX)
    if left is not None and pieces > left:
        return NotEnoughStock(left=max(left, 0))
    return pieces
