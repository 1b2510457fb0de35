"""Who buys? New and returning, once and again."""

from peakday.insight.metrics.model import Metric, Step, Unit
from peakday.kernel.text import Text

STEPS = (
    Step(
        "earlier_buyers",
        Text("周期开始前 365 天内在本店付过款的买家",
             "Buyers who paid in the shop in the 365 days before the window's first instant"),
        """
        select distinct buyer_id
        from orders
        where shop_id = $shop_id and paid_at >= $year_before and paid_at < $start and buyer_id is not null
          and (not coalesce(simulated, false) or $with_simulated)
        """,
        since="year_before",
    ),
    Step(
        "known_buyers",
        Text("每位支付买家,以及是否老客", "Each paying buyer, and whether they returned"),
        """
        select b.part, b.buyer_id, b.orders, b.paid_minor, e.buyer_id is not null as is_returning
        from buyers b
        left join earlier_buyers e on e.buyer_id = b.buyer_id
        """,
        needs=("buyers", "earlier_buyers"),
    ),
    Step(
        "new_payments",
        Text("新客付清的订单", "Paid orders of new buyers"),
        "select p.* from payments p left join earlier_buyers e on e.buyer_id = p.buyer_id"
        " where p.buyer_id is not null and e.buyer_id is null",
        needs=("payments", "earlier_buyers"),
    ),
    Step(
        "returning_payments",
        Text("老客付清的订单", "Paid orders of returning buyers"),
        "select p.* from payments p join earlier_buyers e on e.buyer_id = p.buyer_id",
        needs=("payments", "earlier_buyers"),
    ),
)  # fmt: skip

_SOURCE = "SYSTEMS 4.1 (own knowledge); our precise reading: the 365 days before the window's first instant"

METRICS = (
    Metric(
        "new_buyers", Text("新客支付买家数", "New buyers"), Unit.PEOPLE,
        Text("本期支付、周期开始前 365 天内未在本店支付过的买家",
             "Payers of the window who did not pay in the shop in the 365 days before it began"),
        _SOURCE, "buyers", step="known_buyers", aggregate="count(*) filter (where not is_returning)",
        rows=("new_payments", "true"),
    ),
    Metric(
        "returning_buyers", Text("老客支付买家数", "Returning buyers"), Unit.PEOPLE,
        Text("本期支付、周期开始前 365 天内也在本店支付过的买家",
             "Payers of the window who also paid in the shop in the 365 days before it began"),
        _SOURCE, "buyers", step="known_buyers", aggregate="count(*) filter (where is_returning)",
        rows=("returning_payments", "true"),
    ),
    Metric(
        "new_buyer_amount", Text("新客支付金额", "Paid by new buyers"), Unit.MONEY,
        Text("新客的支付金额", "Paid amount of new buyers"),
        _SOURCE, "buyers", step="known_buyers", aggregate="sum(paid_minor) filter (where not is_returning)",
        rows=("new_payments", "true"),
    ),
    Metric(
        "returning_buyer_amount", Text("老客支付金额", "Paid by returning buyers"), Unit.MONEY,
        Text("老客的支付金额", "Paid amount of returning buyers"),
        _SOURCE, "buyers", step="known_buyers", aggregate="sum(paid_minor) filter (where is_returning)",
        rows=("returning_payments", "true"),
    ),
    Metric(
        "returning_share", Text("老客占比", "Share of returning buyers"), Unit.SHARE,
        Text("老客支付买家数 / 支付买家数", "Returning buyers / paying buyers"),
        "our definition", "buyers", formula="{returning_buyers} / nullif({paying_buyers}, 0)",
    ),
    Metric(
        "single_buyers", Text("单次购买人数", "Bought once"), Unit.PEOPLE,
        Text("周期内付清一笔订单的买家", "Buyers with one paid order in the window"),
        "our definition", "buyers", step="buyers", aggregate="count(*) filter (where orders = 1)",
        rows=("payments", "buyer_id is not null"),
    ),
    Metric(
        "repeat_buyers", Text("多次购买人数", "Bought again"), Unit.PEOPLE,
        Text("周期内付清多笔订单的买家", "Buyers with several paid orders in the window"),
        "our definition", "buyers", step="buyers", aggregate="count(*) filter (where orders > 1)",
        rows=("payments", "buyer_id is not null"),
    ),
    Metric(
        "orders_per_buyer", Text("人均支付单数", "Orders per buyer"), Unit.RATIO,
        Text("已知买家的支付订单数 / 支付买家数", "Paid orders of known buyers / paying buyers"),
        "our definition", "buyers", step="buyers", aggregate="sum(orders) / nullif(count(*), 0)",
        rows=("payments", "buyer_id is not null"),
    ),
)  # fmt: skip
