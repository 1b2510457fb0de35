"""How is a shown id (`shp_…`) read from an address, and a cursor from a query?

`path_id("shp")` is a type for a parameter of a route: the handler gets the UUID, and what is not such an id is
`NotFound`, as an id that names nothing would be. A cursor is the shown id of the last row of the page before.
"""

from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID

from fastapi import Path, Query
from pydantic import BeforeValidator, WithJsonSchema

from peakday.kernel.ids import read_id
from peakday.kernel.refusal import Invalid, NotFound, Problem
from peakday.kernel.text import Text

PAGE_MAX = 200
_LETTERS = "[0-7][0-9a-hjkmnp-tv-z]{25}"

PageLimit = Annotated[int, Query(ge=1, le=PAGE_MAX, description="rows on a page")]


def path_id(prefix: str) -> Any:
    """The type of a path parameter that holds an id with this prefix; refuses `NotFound`."""
    return Annotated[UUID, Path(), BeforeValidator(_reader(prefix)), WithJsonSchema(_schema(prefix))]


def read_cursor(prefix: str, cursor: str | None) -> UUID | None:
    """The id in a cursor; refuses `Invalid` when it is not one that we gave."""
    if not cursor:
        return None
    try:
        return read_id(prefix, cursor)
    except ValueError:
        message = Text("游标无效", "This is not a cursor of ours")
        remedy = Text("使用上一页返回的 next_cursor", "Use the next_cursor of the page before")
        raise Invalid(Problem("cursor", "cursor_unknown", message, remedy, value=cursor[:60])) from None


def _reader(prefix: str) -> Callable[[object], UUID]:
    def read(value: object) -> UUID:
        try:
            return read_id(prefix, str(value))
        except ValueError:
            raise NotFound from None

    return read


def _schema(prefix: str) -> dict[str, Any]:
    return {"type": "string", "pattern": f"^{prefix}_{_LETTERS}$", "examples": [f"{prefix}_01ja0000000000000000000000"]}
