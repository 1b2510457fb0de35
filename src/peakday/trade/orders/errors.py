"""What does the room `orders` refuse?

NotFound
├── CheckoutNotFound       no such checkout of this buyer
└── AddressNotFound        no such address of this buyer
Invalid
├── NothingToBuy           no line is selected, or none of them can be bought
├── LinesHaveProblems      a line cannot be bought as asked: gone, sold out, too many
├── BadDelivery            an address has no goods, or goods have no address
├── BadAddress             an address lacks something
├── BadShipment            no carrier or number
├── BadInvoice             title or tax number
└── BadRefundWish          what is asked back does not fit the order
Conflict
├── PriceChanged           the price is another than the buyer saw; nothing was ordered
├── PriceSwitched          a price began or ended between quote and order: ask again, the new one is told
├── CheckoutKeyReused      the same key with another content
├── OrderMoveRefused       the order is not in a state for that
├── OrderHeld              somebody stopped the order
├── RefundMoveRefused      the refund is not in a state for that
├── RefundAboveLine        more than the line paid and has left
├── RefundOpen             another refund of that line is not decided
├── NothingToPay           the checkout or order awaits no payment
├── TailNotDue             the tail of a presale cannot be paid yet, or no more
└── InvoiceRefused         there is nothing to invoice, or it was invoiced
TooMany
└── TooManyAddresses       a buyer keeps at most so many
"""

from peakday.kernel.refusal import Conflict, Invalid, NotFound, TooMany
from peakday.kernel.text import Text


class CheckoutNotFound(NotFound):
    """No such checkout of this buyer."""

    code = "checkout_not_found"
    message = Text("没有找到该结算单", "No such checkout")


class AddressNotFound(NotFound):
    """No such address of this buyer."""

    code = "address_not_found"
    message = Text("没有找到该收货地址", "No such address")


class NothingToBuy(Invalid):
    """No line is selected, or none of them can be bought."""

    code = "nothing_to_buy"
    message = Text("没有可结算的商品,请先勾选", "Nothing to buy: select something first")


class LinesHaveProblems(Invalid):
    """A line cannot be bought as asked."""

    code = "lines_have_problems"
    message = Text("部分商品无法购买,请调整后再结算", "Some goods cannot be bought as asked; change them and try again")


class BadDelivery(Invalid):
    """An address has no goods, or goods have no address."""

    code = "bad_delivery"
    message = Text("收货地址与商品不匹配", "Addresses and goods do not fit together")


class BadAddress(Invalid):
    """An address lacks something."""

    code = "bad_address"
    message = Text("收货地址填写有误", "The address is not complete")


class BadShipment(Invalid):
    """No carrier or number."""

    code = "bad_shipment"
    message = Text("物流信息填写有误", "Carrier or tracking number is not right")


class BadInvoice(Invalid):
    """Title or tax number."""

    code = "bad_invoice"
    message = Text("发票信息填写有误", "What the invoice is made out to is not right")


class BadRefundWish(Invalid):
    """What is asked back does not fit the order."""

    code = "bad_refund"
    message = Text("退款申请填写有误", "The refund that is asked for does not fit the order")


class PriceChanged(Conflict):
    """The price is another than the buyer saw."""

    code = "price_changed"
    message = Text(
        "价格或优惠已变化:原 {old_minor},现 {new_minor}(最小货币单位)。请确认新价格后再下单",
        "The price has changed from {old_minor} to {new_minor} (minor units). Look at it and order again",
    )


class PriceSwitched(Conflict):
    """A price began or ended between quote and order."""

    code = "price_switched"
    message = Text("价格正在切换,请重新确认", "Prices are switching at this moment; look again")


class CheckoutKeyReused(Conflict):
    """The same key with another content."""

    code = "checkout_key_reused"
    message = Text("该提交编号已用于另一笔结算", "This key was used for another checkout")


class OrderMoveRefused(Conflict):
    """The order is not in a state for that."""

    code = "order_move_refused"
    message = Text("订单当前状态为 {here},不能变为 {there}", "An order cannot go from {here} to {there}")


class OrderHeld(Conflict):
    """Somebody stopped the order."""

    code = "order_held"
    message = Text("订单已被暂停处理,解除后才能继续", "The order is held; lift the hold first")


class RefundMoveRefused(Conflict):
    """The refund is not in a state for that."""

    code = "refund_move_refused"
    message = Text("退款当前状态为 {here},不能变为 {there}", "A refund cannot go from {here} to {there}")


class RefundAboveLine(Conflict):
    """More than the line paid and has left."""

    code = "refund_above_line"
    message = Text(
        "最多可退 {left_minor}(最小货币单位)、{left_pieces} 件",
        "At most {left_minor} (minor units) and {left_pieces} pieces can go back",
    )


class RefundOpen(Conflict):
    """Another refund of that line is not decided."""

    code = "refund_open"
    message = Text("该商品已有处理中的退款", "Another refund of this line is not decided yet")


class NothingToPay(Conflict):
    """The checkout or order awaits no payment."""

    code = "nothing_to_pay"
    message = Text("没有待付款项", "There is nothing to pay")


class TailNotDue(Conflict):
    """The tail of a presale cannot be paid yet, or no more."""

    code = "tail_not_due"
    message = Text("尾款支付时间为 {tail_from} 至 {tail_until}", "The tail is paid from {tail_from} until {tail_until}")


class InvoiceRefused(Conflict):
    """There is nothing to invoice, or it was invoiced."""

    code = "invoice_refused"
    message = Text(
        "该订单不能开票:未付清、已全退或已申请过发票", "No invoice: not paid, wholly refunded, or asked for before"
    )


class TooManyAddresses(TooMany):
    """A buyer keeps at most so many."""

    code = "too_many_addresses"
    message = Text("最多保存 {limit} 个地址,请先删除一个", "At most {limit} addresses are kept; remove one first")
