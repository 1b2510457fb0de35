"""Who may read a shop's calendar without signing in? Whoever holds the secret in its address, until it is renewed."""

import hashlib
import hmac
import secrets
from datetime import datetime
from uuid import UUID

from peakday.kernel.actor import Actor, require
from peakday.kernel.database import Tx
from peakday.market.accounts import api as accounts
from peakday.market.shops import api as shops
from peakday.trade.sale_events import queries, store

EDIT = "marketing:edit"


async def renew_feed(tx: Tx, actor: Actor, shop_id: UUID, now: datetime) -> str:
    """A fresh secret for the address of the feed, shown this once; the one before opens nothing any more."""
    require(actor, EDIT, shop_id)
    await shops.get_shop(tx, actor, shop_id)
    token = secrets.token_urlsafe(32)
    await store.save_feed(tx, actor, shop_id, _hash(token), now)
    await accounts.record_audit(tx, actor, "calendar_feed_renewed", "calendar", now, {"shop_id": shop_id})
    return token


async def is_feed_open(tx: Tx, shop_id: UUID, token: str) -> bool:
    """Whether the secret opens the shop's feed."""
    found = await queries.find_feed(tx, shop_id)
    return found is not None and hmac.compare_digest(found[0], _hash(token))


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
