"""What does the price history do when a list price is edited by hand? It records it as asked from that instant on."""

from uuid import UUID

from peakday.kernel.actor import SYSTEM
from peakday.kernel.database import Tx
from peakday.kernel.outbox import News, Reaction
from peakday.market.catalog import api as catalog
from peakday.market.catalog.events import ItemEdited
from peakday.trade.price_history import api
from peakday.trade.price_history.model import Offer, OfferKind

SOURCE = "catalog"


async def follow_item_edit(tx: Tx, news: News) -> None:
    """The item's new list price is asked for the SKUs that it prices: an only one, else those without their own.

    An edit says what the price was before: a SKU without any history gets that price from its listing on.
    """
    price_minor = news.payload["after"].get("list_price_minor")
    if price_minor is None:
        return
    shop_id, item_id = UUID(news.payload["shop_id"]), UUID(news.payload["item_id"])
    item = await catalog.get_item(tx, SYSTEM, shop_id, item_id)
    skus = [sku.sku_id for sku in item.skus if len(item.skus) == 1 or sku.price_minor is None]
    before_minor = news.payload["before"].get("list_price_minor")
    for sku_id in skus:
        offer = Offer(
            shop_id, item_id, sku_id, OfferKind.LIST, price_minor, item.currency, news.announced_at, None, SOURCE
        )  # fmt: skip
        offers = [offer]
        if before_minor is not None and not await api.has_offers(tx, shop_id, sku_id):
            listed_at = item.first_listed_at
            if listed_at and listed_at < news.announced_at:
                offers.append(offer._replace(price_minor=before_minor, valid_from=listed_at))
        await api.record_offers(tx, offers, news.announced_at)


REACTIONS = [Reaction("price_history.follow_item_edit", ItemEdited.topic, follow_item_edit)]
