"""What does an ordinary order look like in tests? Builders with good defaults, whose money adds up."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from peakday.kernel.ids import derived_id
from peakday.market.accounts.api import ensure_buyers
from peakday.market.accounts.model import NewBuyer
from peakday.market.catalog.api import copy_items
from peakday.market.catalog.model import NewItem, item_id_of
from peakday.market.shops.api import ensure_shops
from peakday.market.shops.model import NewShop
from peakday.trade.orders.api import order_id_of, refund_id_of
from peakday.trade.orders.model import Discount, NewOrder, Order, OrderLine, OrderStatus, Refund

SOURCE = "tests"
AT = datetime(2026, 11, 10, 12, 0, tzinfo=UTC)
SHOP = UUID("01900000-0000-7000-8000-000000000001")


def a_line(line_no=1, list_minor=1000, off=0, refund=0, quantity=1, **changes):
    discounts = (Discount("coupon", "item", "merchant", off),) if off else ()
    wanted = {
        "line_no": line_no, "item_id": derived_id(None, "item-of-nobody"), "quantity": quantity,
        "list_minor": list_minor, "paid_minor": list_minor - off, "refund_minor": refund, "discounts": discounts,
    }  # fmt: skip
    return OrderLine(**(wanted | changes))


def an_order(ref="1", lines=None, shop_id=SHOP, at=AT, postage=0, paid=True, **changes):
    """An order whose sums follow from its lines; their refunds are completed at `at`."""
    lines = tuple(lines if lines is not None else [a_line()])
    order_id = order_id_of(at, shop_id, SOURCE, ref)
    refunds = tuple(
        Refund(shop_id, refund_id_of(at, shop_id, SOURCE, f"{ref}/{line.line_no}"), order_id, line.refund_minor,
               line.line_no, at)
        for line in lines if line.refund_minor
    )  # fmt: skip
    listed = sum(line.list_minor for line in lines)
    net = sum(line.paid_minor for line in lines)
    wanted = {
        "shop_id": shop_id, "order_id": order_id, "source": SOURCE, "source_ref": ref,
        "status": OrderStatus.COMPLETED if paid else OrderStatus.AWAITING_PAYMENT, "currency": "CNY",
        "created_at": at, "paid_at": at if paid else None, "list_minor": listed, "discount_minor": listed - net,
        "postage_minor": postage, "paid_minor": net + postage, "refund_minor": sum(r.amount_minor for r in refunds),
    }  # fmt: skip
    return NewOrder(Order(**(wanted | changes)), lines, refunds)


def asking_back(new, *amounts_minor):
    """The order, with refunds that are asked for and not settled."""
    order = new.order
    asked = tuple(
        Refund(order.shop_id, refund_id_of(AT, order.shop_id, SOURCE, f"{order.source_ref}/asked {number}"),
               order.order_id, minor, 1, None)
        for number, minor in enumerate(amounts_minor)
    )  # fmt: skip
    return replace(new, refunds=(*new.refunds, *asked))


async def open_market(tx, now):
    """A shop with an item and a buyer: what orders may truthfully refer to."""
    [shop_id] = await ensure_shops(tx, [NewShop(SOURCE, "one", "Shop one", "CNY", now)])
    await copy_items(tx, [NewItem(shop_id, SOURCE, "tea", "Longjing tea", list_price_minor=1000)], now)
    [buyer_id] = await ensure_buyers(tx, [NewBuyer(SOURCE, "lin", now)])
    return shop_id, item_id_of(shop_id, "tea"), buyer_id
