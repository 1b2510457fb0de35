"""How is a shown id (`shp_…`) read from an address, and a cursor from a query?

`Annotated[UUID, ShownId("shp")]` is the type of a route's parameter: the handler gets the UUID, and what is not such an
id is `NotFound`, as an id that names nothing would be. A cursor is the shown id of the last row of the page before.
"""

from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from peakday.kernel.ids import read_id
from peakday.kernel.refusal import Invalid, NotFound, Problem
from peakday.kernel.text import Text

PAGE_MAX = 200
LINE_PATTERN = r"^[^\x00-\x1f]*$"  # a line of text that PostgreSQL can hold
_LETTERS = "[0-7][0-9a-hjkmnp-tv-z]{25}"

PageLimit = Annotated[int, Query(ge=1, le=PAGE_MAX, description="rows on a page")]


@dataclass(frozen=True, slots=True)
class ShownId:
    """Marks a UUID parameter that travels with a prefix; refuses `NotFound` for anything else."""

    prefix: str

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Read the shown id before the UUID is checked."""
        return core_schema.no_info_before_validator_function(self._read, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """How the id looks on the wire."""
        return {"type": "string", "pattern": f"^{self.prefix}_{_LETTERS}$", "examples": [f"{self.prefix}_{'0' * 26}"]}

    def _read(self, value: object) -> UUID:
        try:
            return read_id(self.prefix, str(value))
        except ValueError:
            raise NotFound from None


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
