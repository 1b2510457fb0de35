"""Which nouns does asking for a refund have?"""

from dataclasses import dataclass
from uuid import UUID

from peakday.trade.orders.model import RefundKind

REASON_LETTERS_MAX = 500
KEY_LENGTH_MAX = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundWish:
    """What a buyer asks back of one line: pieces, or a sum of money while the goods stay (minor units).

    `key` is the client's: the same key is the same refund.
    """

    order_id: UUID
    line_no: int
    key: str
    reason: str
    kind: RefundKind = RefundKind.REFUND_ONLY
    pieces: int | None = None
    minor: int | None = None


def is_reason(text: str) -> bool:
    """Whether a person wrote something that can be kept: 1 to `REASON_LETTERS_MAX` letters, none of them NUL."""
    return 1 <= len(text) <= REASON_LETTERS_MAX and "\0" not in text
