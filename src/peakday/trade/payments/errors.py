"""Why does the room `payments` say no?

NotFound     ├── PaymentNotFound       no such payment, or not yours
             └── GatewayNotFound       no gateway of that name
Conflict     ├── PaymentKeyReused      the buyer's key belongs to a payment with another content; nothing was done
             ├── PaymentNotOpen        it is paid or cancelled: no charge can be opened
             ├── RefundIdReused        the id belongs to another refund; nothing was done
             ├── RefundAbovePayment    more than what was captured and not given back
             ├── PaymentNotCaptured    the order has no captured payment of that name
             └── ShopLacksMoney        the merchant's balance does not cover a refund after release; nothing was done
Refusal      └── SignatureRefused      a callback that its gateway did not sign, or long ago
Invalid      └── NoticeNotValid        a signed callback that cannot be read
Unavailable  └── GatewayUnavailable    the gateway does not answer; ask again with the same id
"""

from peakday.kernel.refusal import Conflict, Invalid, NotFound, Refusal, Unavailable
from peakday.kernel.text import Text


class PaymentNotFound(NotFound):
    """No such payment, or not yours."""

    code = "payment_not_found"
    message = Text("没有找到该笔付款", "There is no such payment")


class GatewayNotFound(NotFound):
    """No gateway of that name."""

    code = "gateway_not_found"
    message = Text("没有该支付渠道", "There is no such gateway")


class PaymentKeyReused(Conflict):
    """The buyer's key belongs to a payment with another content."""

    code = "payment_key_reused"
    message = Text("该键已用于另一笔内容不同的付款", "The key belongs to another payment")


class PaymentNotOpen(Conflict):
    """It is paid or cancelled: no charge can be opened."""

    code = "payment_not_open"
    message = Text("该笔付款已完成或已取消", "This payment is done or cancelled")


class RefundIdReused(Conflict):
    """The id belongs to another refund."""

    code = "refund_id_reused"
    message = Text("该退款编号已用于另一笔退款", "The id belongs to another refund")


class RefundAbovePayment(Conflict):
    """More than what was captured and not given back."""

    code = "refund_above_payment"
    message = Text(
        "退款金额超过可退金额:最多可退 {left_minor}(最小货币单位)",
        "More than can be given back: at most {left_minor} minor units",
    )


class PaymentNotCaptured(Conflict):
    """The order has no captured payment of that name."""

    code = "payment_not_captured"
    message = Text("该订单没有已到账的付款", "Nothing was paid for this order")


class ShopLacksMoney(Conflict):
    """The merchant's balance does not cover a refund after release."""

    code = "shop_lacks_money"
    message = Text(
        "店铺可用余额不足,还差 {short_minor}(最小货币单位)",
        "The shop's balance does not cover it: {short_minor} minor units are missing",
    )


class SignatureRefused(Refusal):
    """A callback that its gateway did not sign, or long ago."""

    code = "signature_refused"
    message = Text("签名无效或已过期", "The signature is not valid or too old")


class NoticeNotValid(Invalid):
    """A signed callback that cannot be read."""

    code = "notice_not_valid"
    message = Text("回调内容无效", "The callback cannot be read")


class GatewayUnavailable(Unavailable):
    """The gateway does not answer."""

    code = "gateway_unavailable"
    message = Text("支付渠道暂时不可用,请稍后重试", "The gateway does not answer; try again")
