"""Which changes must carry an `Idempotency-Key`?

Those that add something each time they are asked: one more piece, one more draft, one more step back, and a word that
another request may have taken back since. Nobody could tell such a request that was sent again from a second wish, so
the sender says it by a key, and without one nothing is done. All other changes name what they make (a `key` or
`client_key` of their own), or set what is to be: asked again, they find it done.
"""

import re

KEYED_DOORS = re.compile(
    r"POST /v1/my/cart/lines|POST /v1/my/favourites/[^/]+/cart"
    r"|POST /v1/shops/[^/]+/(presales|items|keys|instruments/[^/]+/copy)"
    r"|POST /v1/shops/[^/]+/events/feed|POST /v1/platform/switches/[^/]+/rollback"
    r"|POST /v1/platform/same-products/verdicts(/undo)?"
)


def needs_key(method: str, path: str) -> bool:
    """Whether a door is one of them; `path` as asked or as the description names it."""
    return KEYED_DOORS.fullmatch(f"{method} {path.rstrip('/')}") is not None
