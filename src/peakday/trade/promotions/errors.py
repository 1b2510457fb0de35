"""What does the room `promotions` refuse?

Invalid
├── BadInstrument          an instrument contradicts itself; the problems name the fields
├── BadCart                a line has no price, no pieces, or a name that another line has
└── BadPresale             the terms of a presale are outside their bounds
Conflict
├── CurrenciesMixed        an instrument counts in another currency than the cart
├── InstrumentsDoNotStack  two instruments may not apply together
├── RulesNotInForce        the rule set does not hold on the day of the cart
└── PresaleMoveRefused     a presale is not in the state for that
TooLarge
└── CartTooLarge           more lines or instruments than the stated limit
Unavailable
└── Unguarded              no guard looks at instruments here, so nothing is published
"""

from peakday.kernel.refusal import Conflict, Invalid, TooLarge, Unavailable
from peakday.kernel.text import Text


class BadInstrument(Invalid):
    """An instrument contradicts itself."""

    code = "bad_instrument"
    message = Text("优惠工具 {instrument} 设置有误", "The instrument {instrument} is not set up right")


class BadCart(Invalid):
    """A line of the cart cannot be priced."""

    code = "bad_cart"
    message = Text("购物车中有无法计价的商品", "A line of the cart cannot be priced")


class BadPresale(Invalid):
    """The terms of a presale are outside their bounds."""

    code = "bad_presale"
    message = Text("预售设置有误", "The presale is not set up right")


class BadRefund(Invalid):
    """More pieces than the line has left."""

    code = "bad_refund"
    message = Text("退款件数有误", "The refund asks for pieces that are not there")


class CurrenciesMixed(Conflict):
    """An instrument counts in another currency than the cart."""

    code = "currencies_mixed"
    message = Text(
        "优惠 {instrument} 的币种是 {theirs},购物车是 {ours}",
        "The instrument {instrument} is in {theirs}, the cart in {ours}",
    )


class InstrumentsDoNotStack(Conflict):
    """Two instruments may not apply together."""

    code = "instruments_do_not_stack"
    message = Text("优惠 {first} 与 {second} 不能同时使用", "{first} and {second} cannot be used together")


class RulesNotInForce(Conflict):
    """The rule set does not hold on the day of the cart."""

    code = "rules_not_in_force"
    message = Text("规则 {name} {version} 在 {on} 未生效", "The rules {name} {version} are not in force on {on}")


class PresaleMoveRefused(Conflict):
    """A presale is not in the state for that."""

    code = "presale_move_refused"
    message = Text("预售订单不能从 {here} 变为 {there}", "A presale order cannot go from {here} to {there}")


class CartTooLarge(TooLarge):
    """More lines or instruments than the stated limit."""

    code = "cart_too_large"
    message = Text("最多 {limit} 项 {what},现有 {count}", "At most {limit} {what}; there are {count}")


class Unguarded(Unavailable):
    """No guard looks at instruments in this house."""

    code = "no_guard"
    message = Text(
        "没有健康检查可用,因此不能发布优惠;草稿已保存",
        "No health check is available here, so nothing can be published; the draft is kept",
    )
