"""How are accounts, effects and posting rules named to a reader?"""

from types import MappingProxyType

from peakday.kernel.text import Text
from peakday.trade.ledger.model import AccountKind, Effect

ACCOUNT_TEXTS = MappingProxyType({
    AccountKind.CLEARING: Text("清算账户", "Clearing"),
    AccountKind.ESCROW: Text("担保中", "In escrow"),
    AccountKind.MERCHANT: Text("可提现", "Free to be drawn"),
    AccountKind.CREATOR: Text("达人账户", "Creator"),
    AccountKind.COMMISSION: Text("平台佣金", "Commission"),
    AccountKind.SUBSIDY: Text("平台补贴", "Subsidy"),
})  # fmt: skip
ACCOUNT_NOTES = MappingProxyType({
    AccountKind.ESCROW: Text("买家已付款,确认收货后到账", "Paid by buyers; yours once they have the goods"),
    AccountKind.MERCHANT: Text("已确认收货,扣除佣金后", "The goods were received; fees are taken off"),
})  # fmt: skip
EFFECT_TEXTS = MappingProxyType({
    Effect.TRANSFER: Text("入账", "moved"),
    Effect.HOLD: Text("冻结", "held"),
    Effect.SETTLE: Text("冻结转入账", "settled"),
    Effect.VOID: Text("解除冻结", "released"),
    Effect.EXPIRE: Text("冻结到期", "expired"),
})  # fmt: skip
RULE_TEXTS = MappingProxyType({
    "escrow_payment": Text("买家付款", "A buyer paid"),
    "payment_hold": Text("付款授权", "Payment authorised"),
    "payment_capture": Text("授权扣款", "Payment captured"),
    "payment_void": Text("付款取消", "Payment voided"),
    "escrow_release": Text("确认收货", "Goods received"),
    "refund_from_escrow": Text("收货前退款", "Refund before receipt"),
    "refund_after_release": Text("收货后退款", "Refund after receipt"),
    "cover_from_escrow": Text("收货前退回平台优惠", "Platform's part returned before receipt"),
    "cover_after_release": Text("收货后退回平台优惠", "Platform's part returned after receipt"),
    "amends_made": Text("赔付买家", "Amends paid to a buyer"),
    "free_sale_undone": Text("取消 0 元订单", "Free order undone"),
    "hold_expired": Text("冻结到期", "A hold expired"),
})  # fmt: skip


def rule_text(rule: str) -> Text:
    """What a posting was for; a rule without words is shown as it is."""
    return RULE_TEXTS.get(rule, Text(rule, rule))
