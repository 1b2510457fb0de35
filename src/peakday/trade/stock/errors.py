"""Why can units not be had, or not be changed?

Refusal
├── Conflict
│   ├── SoldOut              none are left
│   ├── StockShort           fewer are left than asked for
│   ├── BuyerLimitReached    this buyer may have no more of this SKU
│   ├── EventLimitReached    this buyer may have no more in this event
│   ├── NotStocked           the SKU was never counted: it is not for sale here
│   ├── MoreThanSold         more units come back than were sold
│   ├── StockBelowZero       a change would take more units than there are
│   └── ChangeKeyReused      the same key with another change
├── NotFound
│   ├── StockNotFound        no such level in this shop
│   └── HoldNotFound         the claim holds no such SKU
├── Invalid
│   ├── ClaimNotValid        quantities, number of SKUs
│   ├── ChangeNotValid       number, reason or key of a change
│   └── WarehouseUnknown     no such warehouse
└── Unavailable
    ├── StockBusy            the queue is full; nothing was done
    └── StockUnavailable     the database does not answer; ask again with the same key
"""

from peakday.kernel.refusal import Conflict, Invalid, NotFound, Unavailable
from peakday.kernel.text import Text


class SoldOut(Conflict):
    """None are left."""

    code = "sold_out"
    message = Text("已售罄", "Sold out")


class StockShort(Conflict):
    """Fewer are left than asked for."""

    code = "stock_short"
    message = Text("库存不足,仅剩 {left} 件", "Only {left} left")


class BuyerLimitReached(Conflict):
    """This buyer may have no more of this SKU."""

    code = "buyer_limit_reached"
    message = Text("该商品每人限购 {limit} 件", "At most {limit} of this for each buyer")


class EventLimitReached(Conflict):
    """This buyer may have no more in this event."""

    code = "event_limit_reached"
    message = Text("本次活动每人限购 {limit} 件", "At most {limit} for each buyer in this event")


class NotStocked(Conflict):
    """The SKU was never counted."""

    code = "not_stocked"
    message = Text("该规格暂无库存记录,不可购买", "This SKU has no stock record and cannot be bought")


class MoreThanSold(Conflict):
    """More units come back than were sold."""

    code = "more_than_sold"
    message = Text("最多可退回 {left} 件", "At most {left} can come back")


class StockBelowZero(Conflict):
    """A change would take more units than there are."""

    code = "stock_below_zero"
    message = Text(
        "可售库存只有 {available} 件,不能减少 {asked} 件", "Only {available} available: {asked} cannot be taken"
    )


class ChangeKeyReused(Conflict):
    """The same key with another change."""

    code = "stock_change_key_reused"
    message = Text("该幂等键已用于另一次调整", "This key was used for another change")


class StockNotFound(NotFound):
    """No such level in this shop."""

    code = "stock_not_found"
    message = Text("没有找到该规格的库存", "There is no stock of this SKU")


class HoldNotFound(NotFound):
    """The claim holds no such SKU."""

    code = "hold_not_found"
    message = Text("没有找到对应的库存占用", "There is no such hold")


class ClaimNotValid(Invalid):
    """Quantities or number of SKUs."""

    code = "claim_not_valid"
    message = Text("下单数量有误", "The quantities are not valid")


class ChangeNotValid(Invalid):
    """Number, reason or key of a change."""

    code = "stock_change_not_valid"
    message = Text("库存调整有误", "The change of stock is not valid")


class WarehouseUnknown(Invalid):
    """No such warehouse."""

    code = "warehouse_unknown"
    message = Text("没有这个仓库", "There is no such warehouse")


class StockBusy(Unavailable):
    """The queue is full; nothing was done."""

    code = "stock_busy"
    message = Text("排队人数过多,请稍后重试", "Too many are waiting; try again in a moment")


class StockUnavailable(Unavailable):
    """The database does not answer."""

    code = "stock_unavailable"
    message = Text(
        "暂时无法确认库存,请用同一请求重试", "The stock cannot be confirmed now; send the same request again"
    )
