"""How does a wish for some items become SQL?

A cursor is the id of the last item of the page before: the next page begins behind that item's own place in the order.
"""

from uuid import UUID

from peakday.kernel.ids import read_id
from peakday.market.catalog.model import ITEM_PREFIX, ItemFilter, ItemSort

_SORTS: dict[ItemSort, tuple[str, str]] = {
    ItemSort.NEWEST: ("coalesce({}.first_listed_at, 'epoch')", "desc"),
    ItemSort.TITLE: ("{}.title", "asc"),
    ItemSort.PRICE_UP: ("coalesce({}.list_price_minor, 0)", "asc"),
    ItemSort.PRICE_DOWN: ("coalesce({}.list_price_minor, 0)", "desc"),
    ItemSort.UPDATED: ("{}.updated_at", "desc"),
}
_BELOW = (
    "i.leaf_category_id in (with recursive below as (select {}::uuid as category_id union all"
    " select c.category_id from catalog.category c join below b on c.parent_id = b.category_id)"
    " select category_id from below)"
)


def conditions(shop_id: UUID, wanted: ItemFilter, cursor: UUID | None = None) -> tuple[str, list[object]]:
    """The `where` of a listing over `catalog.item i`, and its values."""
    parts = ["i.shop_id = $1"]
    values: list[object] = [shop_id]

    def add(template: str, value: object) -> None:
        if value is not None:
            values.append(value)
            parts.append(template.format(f"${len(values)}"))

    add("i.status = {}", wanted.status.value if wanted.status else None)
    if wanted.status is None:
        parts.append("i.status <> 'deleted'")
    add(_BELOW, wanted.category_id)
    add("i.list_price_minor >= {}", wanted.price_min_minor)
    add("i.list_price_minor <= {}", wanted.price_max_minor)
    search = (wanted.search or "").strip()
    if search:
        values.append(search)
        place = f"${len(values)}"
        number = _own_id(search)
        values.append(number)
        parts.append(
            f"(position(lower({place}) in lower(i.title)) > 0 or i.source_ref = {place}"
            f" or i.item_id = ${len(values)}::uuid)"
        )
    key, way = _SORTS[wanted.sort]
    add(
        f"({key.format('i')}, i.item_id) {'>' if way == 'asc' else '<'} (select {key.format('k')}, k.item_id"
        " from catalog.item k where k.shop_id = $1 and k.item_id = {})",
        cursor,
    )
    return " and ".join(parts), values


def order_of(sort: ItemSort) -> str:
    """The `order by` of a listing; equal items go by id, so that pages do not overlap."""
    key, way = _SORTS[sort]
    return f"{key.format('i')} {way}, i.item_id {way}"


def _own_id(text: str) -> UUID | None:
    try:
        return read_id(ITEM_PREFIX, text)
    except ValueError:
        return None
