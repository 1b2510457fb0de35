"""Which category does a merchant mean?

A file names a category by its number, its Chinese or English name, or its path (`服装 / 女装 / 连衣裙`). Only leaves
hold items. A name that two leaves share is refused with both paths, an unknown one with the nearest names.
"""

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from peakday.kernel.ids import show_id
from peakday.kernel.refusal import Problem
from peakday.kernel.text import Text
from peakday.market.catalog.model import Category

NEAREST_MAX = 3
_SEPARATOR = re.compile(r"\s*[/>›》|]+\s*")


@dataclass
class CategoryNames:
    """All ways to name the categories of the market."""

    categories: Iterable[Category]
    _by_name: dict[str, list[Category]] = field(default_factory=dict)
    _names: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        for category in self.categories:
            shown = show_id("cat", category.category_id)
            names = (shown, category.source_ref, category.name_zh, category.name_en, category.path, category.path_en)
            for key in {_key(name) for name in names if name}:
                self._by_name.setdefault(key, []).append(category)
        self._names = sorted(
            {name for found in self._by_name.values() for c in found if c.is_leaf for name in (c.name_zh, c.name_en)}
        )

    def find(self, name: str) -> UUID | Problem:
        """The leaf of that name, or what is wrong with it."""
        found = self._by_name.get(_key(name), [])
        leaves = [category for category in found if category.is_leaf]
        if len(leaves) == 1:
            return leaves[0].category_id
        if leaves:
            paths = "; ".join(category.path for category in leaves[:NEAREST_MAX])
            paths_en = "; ".join(category.path_en for category in leaves[:NEAREST_MAX])
            return _problem(
                "ambiguous_category", Text("有多个同名类目", "several categories have this name"),
                Text(f"写完整路径,例如:{paths}", f"Write the whole path, for example: {paths_en}"), name,
            )  # fmt: skip
        if found:
            return _problem(
                "category_not_leaf", Text("不是叶子类目", "it has sub-categories"),
                Text("选择它下面的叶子类目", "Name one of its leaf categories"), name,
            )  # fmt: skip
        return self._unknown(name)

    def _unknown(self, name: str) -> Problem:
        last = _SEPARATOR.split(name)[-1]
        nearest = (
            difflib.get_close_matches(last, self._names, NEAREST_MAX, cutoff=0.3)
            or [known for known in self._names if set(known) & set(last)][:NEAREST_MAX]
        )
        if not nearest:
            remedy = Text("在类目页查看可用的类目名称", "Take a name from the category page")
        else:
            remedy = Text(f"相近的类目:{'、'.join(nearest)}", f"Nearest known names: {', '.join(nearest)}")
        return _problem("unknown_category", Text("没有这个类目", "there is no such category"), remedy, name)


def _key(name: str) -> str:
    return _SEPARATOR.sub("/", name.strip().casefold())


def _problem(code: str, message: Text, remedy: Text, value: str) -> Problem:
    return Problem("category", code, message, remedy, None, value)
