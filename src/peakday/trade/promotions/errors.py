"""What does the room `promotions` refuse?

Invalid
├── BadInstrument          an instrument contradicts itself; the problems name the fields
├── BadCart                a line has no price, no pieces, or a name that another line has
└── BadPresale             the terms of a presale are outside their bounds
Conflict
├── CurrenciesMixed        an instrument counts in another currency than the cart
├── InstrumentsDoNotStack  two instruments may not apply together
├── RulesNotInForce        the rule set does not hold on the day of the cart
├── PresaleMoveRefused     a presale is not in the state for that
├── InstrumentMoveRefused  a stored instrument is not in the state for that
├── InstrumentChangedSince somebody saved another version meanwhile
├── SecondPersonNeeded     who submitted a deep cut cannot approve it
├── Unguarded              no guard looks at instruments here, so nothing is published
├── ClientKeyReused        the same key with another instrument
├── LimitReached           an instrument was used or issued as often as allowed, or its budget is spent
├── UseDiffers             the same use was recorded with other figures
├── PresaleOverlaps        another presale of that SKU takes deposits in that time
└── ClaimRefused           a shopper may not take this card now
    ├── ClaimNotOpen       the claiming has not begun
    ├── ClaimOver          the claiming has ended
    ├── ClaimedEnough      this buyer took as many as allowed
    ├── CardsGone          all were given out
    └── ClaimNotMeant      it is for others
NotFound
├── InstrumentNotFound     no such instrument in this shop
└── UseNotFound            no such use to return
TooLarge
└── CartTooLarge           more lines or instruments than the stated limit
"""

from peakday.kernel.refusal import Conflict, Invalid, NotFound, TooLarge
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


class Unguarded(Conflict):
    """No guard looks at instruments in this house."""

    code = "no_guard"
    message = Text(
        "没有健康检查可用,因此不能发布优惠;草稿已保存",
        "No health check is available here, so nothing can be published; the draft is kept",
    )


class InstrumentMoveRefused(Conflict):
    """A stored instrument is not in the state for that."""

    code = "instrument_move_refused"
    message = Text(
        "优惠当前状态为 {here},不能变为 {there};生效中的优惠请先暂停再修改",
        "An instrument cannot go from {here} to {there}; pause a live one before you change it",
    )


class InstrumentChangedSince(Conflict):
    """Somebody saved another version meanwhile."""

    code = "instrument_changed_since"
    message = Text(
        "该优惠已有更新的版本 {version},请刷新后再改", "There is a newer version {version}; reload and change that one"
    )


class SecondPersonNeeded(Conflict):
    """Who submitted a deep cut cannot approve it, nor can a program."""

    code = "second_person_needed"
    message = Text("须由提交人以外的另一个账号批准", "Another account than the one that submitted it must approve")


class ClientKeyReused(Conflict):
    """The same key with another instrument."""

    code = "client_key_reused"
    message = Text("该幂等键已用于另一个优惠", "This client key was used for another instrument")


class LimitReached(Conflict):
    """Used or issued as often as allowed, or the budget is spent."""

    code = "limit_reached"
    message = Text("优惠 {instrument} 已达上限:{limit}", "The instrument {instrument} has reached its limit: {limit}")


class UseDiffers(Conflict):
    """The same use was recorded with other figures."""

    code = "use_differs"
    message = Text("订单 {order} 的这次使用已按其他金额记录", "This use by {order} was recorded with other figures")


class PresaleOverlaps(Conflict):
    """Another presale of that SKU takes deposits in that time."""

    code = "presale_overlaps"
    message = Text("该 SKU 在这段时间已有预售", "The SKU has another presale in that time")


class ClaimRefused(Conflict):
    """A shopper may not take this card now."""

    code = "claim_refused"
    message = Text("现在不能领取", "It cannot be taken now")


class ClaimNotOpen(ClaimRefused):
    """The claiming has not begun."""

    code = "claim_not_open"
    message = Text("领取尚未开始,请稍后再来", "It cannot be taken yet; come back later")


class ClaimOver(ClaimRefused):
    """The claiming has ended."""

    code = "claim_over"
    message = Text("领取已结束", "It can no longer be taken")


class ClaimedEnough(ClaimRefused):
    """This buyer took as many as allowed."""

    code = "claimed_enough"
    message = Text("您已领过,每人限领 {limit} 张", "You have taken it already; at most {limit} for each person")


class CardsGone(ClaimRefused):
    """All were given out."""

    code = "cards_gone"
    message = Text("已被领完", "All have been taken")


class ClaimNotMeant(ClaimRefused):
    """It is for others."""

    code = "claim_not_meant"
    message = Text("该券限{who}领取", "This card is for {who_en} only")


class InstrumentNotFound(NotFound):
    """No such instrument in this shop."""

    code = "instrument_not_found"
    message = Text("没有找到该优惠", "There is no such instrument")


class UseNotFound(NotFound):
    """No such use to return."""

    code = "use_not_found"
    message = Text("没有找到这次使用", "There is no such use")
