"""Does a list price that is edited by hand become a price of the history, once?"""

from datetime import timedelta

from peakday.kernel.actor import SYSTEM
from peakday.kernel.outbox import deliver_pending
from peakday.market.catalog.api import copy_items, edit_item
from peakday.market.catalog.model import ItemEdit, NewItem, item_id_of, sku_id_of
from peakday.trade.price_history.queries import list_offers
from peakday.trade.price_history.reactions import REACTIONS
from tests.trade.price_history.builders import DAY, SHOP


async def test_an_edit_ends_the_price_before_and_an_undelivered_one_comes_once(database, clock):
    listed_at = clock.now() - 10 * DAY
    async with database.transaction() as tx:
        await copy_items(tx, [NewItem(SHOP, "tests", "tea", "Tea", list_price_minor=10_000, first_listed_at=listed_at)],
                         listed_at)  # fmt: skip
    edits = []
    for price in (9_000, 8_000):
        async with database.transaction() as tx:
            await edit_item(tx, SYSTEM, SHOP, item_id_of(SHOP, "tea"), ItemEdit(list_price_minor=price), clock.now())
        edits.append(clock.now())
        clock.advance(timedelta(hours=1))
    for settled in (2, 0):
        assert await deliver_pending(database, REACTIONS, clock) == settled
    async with database.read() as tx:
        offers = await list_offers(tx, SHOP, sku_id_of(SHOP, "tea", "tea"))
    assert [(o.price_minor, o.valid_from, o.valid_until) for o in offers] == [
        (10_000, listed_at, edits[0]), (9_000, edits[0], edits[1]), (8_000, edits[1], None),
    ]  # fmt: skip


async def test_an_edit_of_the_title_is_no_price(database, clock):
    async with database.transaction() as tx:
        await copy_items(tx, [NewItem(SHOP, "tests", "tea", "Tea", list_price_minor=10_000)], clock.now())
        await edit_item(tx, SYSTEM, SHOP, item_id_of(SHOP, "tea"), ItemEdit(title="Green tea"), clock.now())
    assert await deliver_pending(database, REACTIONS, clock) == 1
    async with database.read() as tx:
        assert await list_offers(tx, SHOP, sku_id_of(SHOP, "tea", "tea")) == []
