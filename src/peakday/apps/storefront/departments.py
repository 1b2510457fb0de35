"""Which categories may a shopper walk through? The tree of the market, read every few minutes."""

import time
from dataclasses import dataclass
from uuid import UUID
from weakref import WeakKeyDictionary

from peakday.kernel.database import Database
from peakday.kernel.ids import show_id
from peakday.kernel.text import Language
from peakday.market.catalog import api as catalog
from peakday.market.catalog.model import CATEGORY_PREFIX, Category

FRESH_SECONDS = 120
DEPARTMENTS_MAX = 12
AISLES_MAX = 24
_COUNTED_MAX = 3_000


@dataclass(frozen=True, slots=True)
class Department:
    """A category with goods on sale, and the busiest ones below it."""

    category: Category
    items: int
    aisles: tuple["Department", ...] = ()

    @property
    def path(self) -> str:
        """Where its page is."""
        return f"/mall/search?category={show_id(CATEGORY_PREFIX, self.category.category_id)}"

    def name(self, language: Language) -> str:
        """Its name for a reader."""
        return category_name(self.category, language)


@dataclass(frozen=True, slots=True)
class Directory:
    """The whole tree by id, and the departments at its top, largest first."""

    categories: dict[UUID, Category]
    departments: tuple[Department, ...]
    counts: dict[UUID, int]

    def trail(self, category_id: UUID) -> list[Department]:
        """The category and all above, from the top."""
        found: list[Department] = []
        at: UUID | None = category_id
        while at is not None and at in self.categories:
            found.insert(0, Department(self.categories[at], self.counts.get(at, 0)))
            at = self.categories[at].parent_id
        return found

    def below(self, category_id: UUID | None) -> list[Department]:
        """What lies directly below a category (None: the top), largest first."""
        found = [
            Department(one, self.counts[one.category_id])
            for one in self.categories.values()
            if one.parent_id == category_id and one.category_id in self.counts
        ]
        return sorted(found, key=lambda one: (-one.items, one.category.path))


@dataclass(slots=True)
class _Kept:
    directory: Directory
    until: float


_kept: WeakKeyDictionary[Database, _Kept] = WeakKeyDictionary()


async def find_directory(database: Database) -> Directory:
    """The tree as it stood at most `FRESH_SECONDS` ago."""
    kept = _kept.get(database)
    if kept is None or time.monotonic() >= kept.until:
        async with database.read() as connection:
            categories = {one.category_id: one for one in await catalog.list_categories(connection)}
            counts = await catalog.shelf_categories(connection, _COUNTED_MAX)
        directory = Directory(categories, (), counts)
        departments = tuple(
            Department(one.category, one.items, tuple(directory.below(one.category.category_id)[:AISLES_MAX]))
            for one in directory.below(None)[:DEPARTMENTS_MAX]
        )
        fresh = FRESH_SECONDS if counts else 1  # an empty market may be filled at any moment
        kept = _kept[database] = _Kept(Directory(categories, departments, counts), time.monotonic() + fresh)
    return kept.directory


def category_name(category: Category, language: Language) -> str:
    """A category's name for a reader; names in capitals are shown as words."""
    name = category.name_zh if language == "zh" else category.name_en or category.name_zh
    return " ".join(word.capitalize() if word.isupper() and len(word) > 2 else word for word in name.split(" "))
