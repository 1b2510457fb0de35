"""What does every page of the workbench need of its address and its visitor?"""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from peakday.kernel.ids import show_id
from peakday.kernel.web.paths import LINE_PATTERN, ShownId
from peakday.operations.workbench.model import MESSAGE_PREFIX, SHOP_PREFIX

ShopRef = Annotated[UUID, ShownId(SHOP_PREFIX)]
MessageRef = Annotated[UUID, ShownId(MESSAGE_PREFIX)]
Line = Annotated[str, Query(max_length=100, pattern=LINE_PATTERN)]


def base_of(shop_id: UUID) -> str:
    """The address of a shop's pages."""
    return f"/shop/{show_id(SHOP_PREFIX, shop_id)}"
