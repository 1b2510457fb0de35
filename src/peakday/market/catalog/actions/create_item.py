"""How is one item made by hand?"""

from dataclasses import replace
from datetime import datetime

from peakday.kernel.actor import Actor, require
from peakday.kernel.database import Tx
from peakday.kernel.refusal import Invalid, Problem
from peakday.kernel.rowfiles.columns import missing
from peakday.kernel.text import Text
from peakday.market.catalog import queries, store
from peakday.market.catalog.errors import CategoryNotLeaf, ItemExists
from peakday.market.catalog.model import CATEGORY_UNKNOWN, Item, ItemEdit, NewItem, item_id_of
from peakday.market.catalog.rules.item_columns import REF_LENGTH_MAX
from peakday.market.catalog.rules.item_edits import problems_of_edit


async def create_item(tx: Tx, actor: Actor, item: NewItem, now: datetime) -> Item:
    """Store a new item of the shop. Refuses `Invalid`, `CategoryNotLeaf`, `ItemExists`."""
    require(actor, "items:edit", item.shop_id)
    problems = _problems(item)
    if problems:
        raise Invalid(*problems)
    flags = item.flags
    if item.leaf_category_id is None:
        flags = (*flags, CATEGORY_UNKNOWN)
    elif not await queries.is_leaf(tx, item.leaf_category_id):
        raise CategoryNotLeaf(
            Problem(
                "category_id", "category_not_leaf", CategoryNotLeaf.message,
                Text("选择一个叶子类目", "Choose a leaf category"),
            )
        )  # fmt: skip
    item_id = item_id_of(item.shop_id, item.source_ref)
    if not await store.insert_item(tx, replace(item, flags=flags, first_listed_at=item.first_listed_at or now), now):
        raise ItemExists(ref=item.source_ref)
    return await queries.get_item(tx, item.shop_id, item_id)


def _problems(item: NewItem) -> list[Problem]:
    edit = ItemEdit(item.title, item.list_price_minor, item.strike_price_minor, item.status)
    problems = problems_of_edit(edit, item.status)
    ref = item.source_ref
    if not ref.strip() or len(ref) > REF_LENGTH_MAX or "\x00" in ref or "\x1f" in ref:
        problems.append(missing("item_ref"))
    return problems
