"""What does the catalogue announce?"""

from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class ItemEdited:
    """An item was edited by hand (or the edit was undone): which fields, before and after. Ids are plain UUID text."""

    topic: ClassVar[str] = "catalog.ItemEdited.v1"

    shop_id: str
    item_id: str
    before: dict[str, Any]
    after: dict[str, Any]
