"""How is a shop's profile changed?"""

from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from peakday.kernel.actor import Actor, require
from peakday.kernel.database import Tx
from peakday.kernel.ids import show_id
from peakday.kernel.refusal import Invalid, NotFound
from peakday.market.accounts.api import record_audit
from peakday.market.shops.errors import ProfileMoved
from peakday.market.shops.model import SHOP_PREFIX, ProfileChanges, Shop
from peakday.market.shops.rules import profile_problems
from peakday.market.shops.store import lock_shop, update_profile


async def edit_profile(
    tx: Tx, actor: Actor, shop_id: UUID, changes: ProfileChanges, now: datetime, version: int | None = None
) -> Shop:
    """Set what the changes name. With `version`, refuses `ProfileMoved` when that is no longer the present one."""
    require(actor, "shop:edit", shop_id)
    shop = await lock_shop(tx, shop_id)
    if shop is None:
        raise NotFound
    if version is not None and version != shop.version:
        raise ProfileMoved(version=shop.version)
    trimmed = _trimmed(changes)
    problems = profile_problems(trimmed)
    if problems:
        raise Invalid(*problems)
    changed = {k: v for k, v in asdict(trimmed).items() if v is not None and v != getattr(shop, k)}
    if not changed:
        return shop
    after = await update_profile(tx, shop_id, ProfileChanges(**changed), now)
    detail = {"shop_id": shop_id, "before": {k: getattr(shop, k) for k in changed}, "after": changed}
    await record_audit(tx, actor, "profile_edited", f"shop:{show_id(SHOP_PREFIX, shop_id)}", now, detail)
    return after


def _trimmed(changes: ProfileChanges) -> ProfileChanges:
    values: dict[str, Any] = {k: v.strip() if isinstance(v, str) else v for k, v in asdict(changes).items()}
    return ProfileChanges(**values)
