"""How many people must a crowd have before its size is told and before it is used?

In a small crowd a person can be told apart: below the first limit the size is not told, below the second the crowd
cannot be handed to ads or coupons. The platform's own text names 2,000 for delivery as an example (SYSTEMS 3.6); a
shop here uses its own people only, so both limits are our definition, and dated in the change log when they change.
"""

from peakday.insight.audiences.model import Size

SHOWN_MIN = 20
USED_MIN = 100


def size_of(people: int) -> Size:
    """The size as it may be told; nobody at all is told as such."""
    return Size(people if people == 0 or people >= SHOWN_MIN else None, people >= USED_MIN)
