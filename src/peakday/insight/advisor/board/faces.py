"""What does the board need to know of a shop and an item? Belt and origin of the shop, brand and category of the item.

Looked up once and kept for a minute: ten thousand orders a second ask for the same few thousand goods.
"""

import time
from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from peakday.insight.advisor.board.model import DOMESTIC, FOREIGN
from peakday.kernel.actor import SYSTEM
from peakday.kernel.database import Tx
from peakday.kernel.refusal import NotFound
from peakday.market.catalog import api as catalog
from peakday.market.shops import api as shops

KEPT_SECONDS = 60


class ShopTraits(NamedTuple):
    """What a shop's orders are counted by; '' is not stated."""

    belt: str
    origin: str
    name_zh: str
    name_en: str


class ItemTraits(NamedTuple):
    """What an item's lines are counted by, as text; '' is not stated."""

    item: str
    brand: str
    category: str
    title: str
    brand_name: str


_UNKNOWN_SHOP = ShopTraits("", FOREIGN, "", "")


class Faces:
    """What is known of shops and items, in one process."""

    def __init__(self) -> None:
        self.shops: dict[UUID, ShopTraits] = {}
        self.items: dict[UUID, ItemTraits] = {}
        self._since = time.monotonic()

    async def learn(self, tx: Tx, shop_ids: Iterable[UUID], items: Iterable[tuple[UUID, UUID]]) -> None:
        """Look up those of the shops and of the (shop_id, item_id) that are not known."""
        if time.monotonic() - self._since > KEPT_SECONDS:
            self.shops, self.items, self._since = {}, {}, time.monotonic()
        for shop_id in {shop_id for shop_id in shop_ids if shop_id not in self.shops}:
            self.shops[shop_id] = await _traits_of(tx, shop_id)
        missing = [pair for pair in set(items) if pair[1] not in self.items]
        if missing:
            faces = await catalog.find_item_faces(tx, missing)
            for _, item_id in missing:
                face = faces.get(item_id)
                self.items[item_id] = ItemTraits(
                    str(item_id), _text(face and face.brand_id), _text(face and face.category_id),
                    face.title if face else "", face.brand_name if face else "",
                )  # fmt: skip


async def _traits_of(tx: Tx, shop_id: UUID) -> ShopTraits:
    try:
        shop = await shops.get_shop(tx, SYSTEM, shop_id)
    except NotFound:
        return _UNKNOWN_SHOP
    return ShopTraits(
        shop.belt, DOMESTIC if shop.is_domestic_brand else FOREIGN, shop.name, shop.name_en or shop.name
    )  # fmt: skip


def _text(value: object) -> str:
    return str(value) if value else ""
