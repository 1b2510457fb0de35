"""How is what a buyer saw named, so that a checkout can tell whether it still is so?

A hash of every line's SKU, pieces and money, of the gifts, the postage and the version of the rules. The order of the
lines plays no part, nor which card gave what.
"""

import hashlib
from collections.abc import Iterable
from uuid import UUID

from peakday.trade.promotions.priced import PricedCart

TOKEN_BYTES = 16


def quote_token(lines: Iterable[tuple[UUID, int, int]], priced: PricedCart) -> str:
    """The name of (sku_id, quantity, payable_minor) of every line, priced by these rules."""
    digest = hashlib.blake2b(digest_size=TOKEN_BYTES)
    digest.update(f"{priced.currency} {priced.rules_name} {priced.rules_version} {priced.postage_minor}".encode())
    for sku_id, quantity, payable_minor in sorted(lines):
        digest.update(sku_id.bytes)
        digest.update(b"%d %d;" % (quantity, payable_minor))
    for gift in sorted(priced.gifts, key=lambda each: (str(each.sku_id), each.quantity)):
        digest.update(f"{gift.sku_id} {gift.quantity};".encode())
    return digest.hexdigest()
