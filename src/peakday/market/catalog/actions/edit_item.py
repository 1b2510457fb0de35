"""How is an item edited by hand, and how is the edit undone?

Every edit keeps the fields before and after. The price of an item with a single SKU is that SKU's price too. An edit
can be undone as long as nobody changed the same fields since.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from peakday.kernel.actor import Actor, require
from peakday.kernel.database import Tx
from peakday.kernel.outbox import announce
from peakday.kernel.refusal import Invalid
from peakday.kernel.text import instant_text
from peakday.market.catalog import holds, queries, store
from peakday.market.catalog.errors import EditNotUndoable, ItemHeld, ItemNotFound
from peakday.market.catalog.events import ItemEdited
from peakday.market.catalog.holds import Hold
from peakday.market.catalog.model import Item, ItemEdit
from peakday.market.catalog.rules.held_items import is_held_back
from peakday.market.catalog.rules.item_edits import problems_of_edit


async def edit_item(tx: Tx, actor: Actor, shop_id: UUID, item_id: UUID, edit: ItemEdit, now: datetime) -> Item:
    """Change the item and return it. Refuses `ItemNotFound`, `Invalid`, `ItemHeld`; nothing changes then."""
    require(actor, "items:edit", shop_id)
    await store.lock_item(tx, shop_id, item_id)
    item = await queries.get_item(tx, shop_id, item_id)
    problems = problems_of_edit(edit, item.status)
    if problems:
        raise Invalid(*problems)
    before, after = _difference(item, edit)
    if after:
        await _require_free(tx, (shop_id, item_id), before, after, now)
        await store.change_item(tx, (shop_id, item_id), after, now)
        await store.save_edit(tx, (shop_id, item_id), actor.account_id, before, after, now)
        await announce(tx, ItemEdited(str(shop_id), str(item_id), before, after), now)
    return await queries.get_item(tx, shop_id, item_id)


async def undo_edit(tx: Tx, actor: Actor, shop_id: UUID, item_id: UUID, edit_no: int, now: datetime) -> Item:
    """Set the fields of an edit back. Refuses `ItemNotFound`, `EditNotUndoable`, `ItemHeld`."""
    require(actor, "items:edit", shop_id)
    await store.lock_item(tx, shop_id, item_id)
    change = await queries.find_change(tx, shop_id, item_id, edit_no)
    if change is None:
        raise ItemNotFound
    item = await queries.get_item(tx, shop_id, item_id)
    current = _fields(item)
    if change.undone_at is not None or any(current.get(name) != value for name, value in change.after.items()):
        raise EditNotUndoable
    await _require_free(tx, (shop_id, item_id), change.after, change.before, now)
    await store.change_item(tx, (shop_id, item_id), change.before, now)
    await store.mark_undone(tx, shop_id, item_id, edit_no, now)
    await announce(tx, ItemEdited(str(shop_id), str(item_id), change.after, change.before), now)
    return await queries.get_item(tx, shop_id, item_id)


async def _require_free(
    tx: Tx, key: tuple[UUID, UUID], before: Mapping[str, Any], after: Mapping[str, Any], now: datetime
) -> None:  # fmt: skip
    """Refuses `ItemHeld` when the change touches what somebody holds now."""
    if not is_held_back(before, after):
        return
    hold = (await holds.find_holds(tx, key[0], [key[1]], now)).get(key[1])
    if hold is not None:
        raise held(hold)


def held(hold: Hold) -> ItemHeld:
    """The refusal that a hold makes, with its reason, its end and what to do."""
    return ItemHeld(
        reason_zh=hold.reason.zh, reason_en=hold.reason.en, remedy_zh=hold.remedy.zh, remedy_en=hold.remedy.en,
        until_zh=instant_text(hold.ends_at, "zh"), until_en=instant_text(hold.ends_at, "en"), holder=hold.holder,
    )  # fmt: skip


def _fields(item: Item) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "title": item.title, "list_price_minor": item.list_price_minor,
        "strike_price_minor": item.strike_price_minor, "status": item.status.value,
    }  # fmt: skip
    if len(item.skus) == 1:
        fields["sku_price_minor"] = item.skus[0].price_minor
    return fields


def _difference(item: Item, edit: ItemEdit) -> tuple[dict[str, Any], dict[str, Any]]:
    """The fields that the edit changes, before and after."""
    wanted: dict[str, Any] = {
        "title": edit.title.strip() if edit.title is not None else None,
        "list_price_minor": edit.list_price_minor, "strike_price_minor": edit.strike_price_minor,
        "status": edit.status.value if edit.status else None, "sku_price_minor": edit.list_price_minor,
    }  # fmt: skip
    current = _fields(item)
    changed = [
        name for name, value in wanted.items() if value is not None and name in current and current[name] != value
    ]
    return {name: current[name] for name in changed}, {name: wanted[name] for name in changed}
