"""What are the places of a board called? Looked up for the first places only, and kept."""

import time
from collections.abc import Iterable, Mapping
from typing import NamedTuple
from uuid import UUID

from peakday.insight.advisor.board.faces import Faces
from peakday.insight.advisor.board.model import Dimension
from peakday.insight.advisor.board.rules.board_frame import Frame, Mark, Place
from peakday.kernel.database import Database, Tx
from peakday.market.catalog import api as catalog
from peakday.market.shops import api as shops

KEPT_SECONDS = 300


class Name(NamedTuple):
    """A name in both languages."""

    zh: str
    en: str


class Names:
    """The names that this process has looked up."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[tuple[str, str], Name] = {}
        self._faces = Faces()
        self._since = time.monotonic()
        self._departments: dict[str, str] = {}
        self._departments_at = 0.0

    async def departments(self) -> dict[str, str]:
        """Of every category the one at the top of its branch."""
        if not self._departments or time.monotonic() - self._departments_at > KEPT_SECONDS:
            async with self._database.read() as connection:
                parents = {c.category_id: c.parent_id for c in await catalog.list_categories(connection)}
            self._departments = {str(one): str(_top(one, parents)) for one in parents}
            self._departments_at = time.monotonic()
        return self._departments

    async def put_on(self, frame: Frame) -> None:
        """Write the names of a frame's places and milestones on them."""
        rows: list[tuple[str, Place | Mark]] = [(d, place) for d, top in frame.tops.items() for place in top]
        rows += [(mark.dimension, mark) for mark in frame.marks]
        if time.monotonic() - self._since > KEPT_SECONDS:
            self._known, self._since = {}, time.monotonic()
        missing = {(dimension, row.key) for dimension, row in rows} - self._known.keys()
        if missing:
            async with self._database.read() as connection:
                await self._look_up(connection, missing)
        for dimension, row in rows:
            row.zh, row.en = self._known[dimension, row.key]

    async def _look_up(self, tx: Tx, places: Iterable[tuple[str, str]]) -> None:
        keys: dict[str, list[str]] = {}
        for dimension, key in places:
            self._known[dimension, key] = Name(key, key)
            keys.setdefault(dimension, []).append(key)
        await self._name_shops(tx, keys.get(Dimension.SHOP, []))
        await self._name_items(tx, keys.get(Dimension.ITEM, []))
        brands = await catalog.find_brand_names(tx, [UUID(key) for key in keys.get(Dimension.BRAND, [])])
        for brand_id, name in brands.items():
            self._known[Dimension.BRAND, str(brand_id)] = Name(name, name)
        if Dimension.CATEGORY in keys:
            for category in await catalog.list_categories(tx):
                place = (Dimension.CATEGORY.value, str(category.category_id))
                self._known[place] = Name(category.name_zh, category.name_en or category.name_zh)
        if Dimension.REGION in keys:
            for region in await shops.list_regions(tx):
                self._known[Dimension.REGION, region.region_id] = Name(region.name, region.name)

    async def _name_shops(self, tx: Tx, keys: Iterable[str]) -> None:
        await self._faces.learn(tx, [UUID(key) for key in keys], [])
        for key in keys:
            traits = self._faces.shops[UUID(key)]
            self._known[Dimension.SHOP, key] = Name(traits.name_zh or key, traits.name_en or key)

    async def _name_items(self, tx: Tx, keys: list[str]) -> None:
        if not keys:
            return
        owners = await tx.fetch(
            "select distinct on (t.key) t.key::uuid, b.shop_id from advisor.board b"
            " join advisor.board_total t using (board_no)"
            " where b.shop_id is not null and t.dimension = 'item' and t.key = any($1)",
            keys,
        )
        faces = await catalog.find_item_faces(tx, [(row[1], row[0]) for row in owners])
        for item_id, face in faces.items():
            self._known[Dimension.ITEM, str(item_id)] = Name(face.title, face.title)

    def know(self, dimension: str, key: str, name: Name) -> None:
        """Told by who knows it already."""
        self._known[dimension, key] = name


def _top(category_id: UUID, parents: Mapping[UUID, UUID | None]) -> UUID:
    seen = {category_id}
    while (parent := parents.get(category_id)) is not None and parent not in seen:
        category_id = parent
        seen.add(parent)
    return category_id
