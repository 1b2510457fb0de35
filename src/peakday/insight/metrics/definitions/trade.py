"""How is a shop's trade counted? Orders placed and paid, amounts, conversion, refunds, discounts, growth."""

from peakday.insight.metrics.model import Dimension, Metric, Step, Unit
from peakday.kernel.text import Text

_KNOWN = "(not coalesce(simulated, false) or $with_simulated)"
_DIMENSIONS = {
    Dimension.DAY: "day", Dimension.HOUR: "hour", Dimension.TERMINAL: "terminal", Dimension.REGION: "region_id",
}  # fmt: skip
_PAID_DIMENSIONS = {**_DIMENSIONS, Dimension.WEEK_HOUR: "week_hour"}
_ROWS = (
    "created_at", "paid_at", "order_id", "buyer_id", "kind", "terminal", "region_id", "status",
    "list_minor", "discount_minor", "postage_minor", "paid_minor", "refund_minor",
)  # fmt: skip

STEPS = (
    Step(
        "payments",
        Text("全款在周期内付清的订单(预售记在付清之日)",
             "Orders whose full sum was paid in the window (a presale counts on that day)"),
        f"""
        select order_id, checkout_id, buyer_id, kind, terminal, region_id, status, created_at, paid_at,
               paid_day as day, cast(extract(hour from paid_at + interval 8 hour) as integer) as hour,
               cast(100 * (1 + date_diff('day', date '2001-01-01', paid_day) % 7)
                    + extract(hour from paid_at + interval 8 hour) as integer) as week_hour,
               list_minor, discount_minor, postage_minor, paid_minor, refund_minor
        from orders
        where shop_id = $shop_id and paid_at >= $start and paid_at < $end and {_KNOWN}
        """,
        dimensions=_PAID_DIMENSIONS, row_columns=_ROWS, row_order={"paid_at": "TIMESTAMP", "order_id": "VARCHAR"},
    ),
    Step(
        "buyers",
        Text("每位支付买家;买家未知的订单计入金额,不计入人数",
             "Each paying buyer; orders of unknown buyers count in money, not in people"),
        """
        select part, buyer_id, count(*) as orders, sum(paid_minor) as paid_minor
        from payments
        where buyer_id is not null
        group by part, buyer_id
        """,
        needs=("payments",),
    ),
    Step(
        "placements",
        Text("在周期内下的订单,不论是否付款", "Orders placed in the window, paid or not"),
        f"""
        select order_id, checkout_id, buyer_id, kind, terminal, region_id, status, created_at, paid_at,
               created_day as day, cast(extract(hour from created_at + interval 8 hour) as integer) as hour,
               list_minor, discount_minor, postage_minor, paid_minor, refund_minor
        from orders
        where shop_id = $shop_id and created_at >= $start and created_at < $end and {_KNOWN}
        """,
        dimensions=_DIMENSIONS, row_columns=_ROWS, row_order={"created_at": "TIMESTAMP", "order_id": "VARCHAR"},
    ),
    Step(
        "settled_refunds",
        Text("在周期内完成的退款", "Refunds completed in the window"),
        """
        select r.refund_id, r.order_id, r.line_no, r.amount_minor, r.completed_at, r.completed_day as day,
               cast(extract(hour from r.completed_at + interval 8 hour) as integer) as hour,
               o.buyer_id, o.terminal, o.region_id
        from refunds r
        left join orders o on o.shop_id = $shop_id and o.order_id = r.order_id
        where r.shop_id = $shop_id and r.completed_at >= $start and r.completed_at < $end
          and (not coalesce(o.simulated, false) or $with_simulated)
        """,
        dimensions=_DIMENSIONS,
        row_columns=("completed_at", "refund_id", "order_id", "line_no", "buyer_id", "terminal", "amount_minor"),
        row_order={"completed_at": "TIMESTAMP", "refund_id": "VARCHAR"},
    ),
    Step(
        "previous_payments",
        Text("全款在上一周期内付清的订单", "Orders whose full sum was paid in the window before"),
        f"""
        select order_id, buyer_id, paid_at, paid_minor
        from orders
        where shop_id = $shop_id and paid_at >= $previous_start and paid_at < $previous_end and {_KNOWN}
        """,
        since="previous_start", dimensions={}, row_columns=("paid_at", "order_id", "buyer_id", "paid_minor"),
        row_order={"paid_at": "TIMESTAMP", "order_id": "VARCHAR"},
    ),
)  # fmt: skip

METRICS = (
    Metric(
        "order_buyers", Text("下单买家数", "Order buyers"), Unit.PEOPLE,
        Text("周期内下单的去重人数", "Distinct people who placed an order in the window"),
        "SYSTEMS 4.1 [S34]", "trade", step="placements", aggregate="count(distinct buyer_id)",
        rows=("placements", "buyer_id is not null"),
    ),
    Metric(
        "placed_orders", Text("下单笔数", "Orders placed"), Unit.COUNT,
        Text("周期内下的订单数", "Orders placed in the window"),
        "SYSTEMS 4.1 [S34]", "trade", step="placements", aggregate="count(*)", rows=("placements", "true"),
    ),
    Metric(
        "order_amount", Text("下单金额", "Order amount"), Unit.MONEY,
        Text("周期内下单的应付金额,含邮费,不论是否付款", "Agreed amount of orders placed, incl. postage, paid or not"),
        "SYSTEMS 4.1 [S34]", "trade", step="placements", aggregate="sum(paid_minor)", rows=("placements", "true"),
    ),
    Metric(
        "order_conversion", Text("下单转化率", "Order conversion"), Unit.SHARE,
        Text("下单买家数 / 访客数", "Order buyers / visitors"),
        "SYSTEMS 4.1 [S33]", "trade", formula="{order_buyers} / nullif({uv}, 0)",
    ),
    Metric(
        "paid_amount", Text("支付金额", "Paid amount"), Unit.MONEY,
        Text("买家支付的金额,含邮费,未剔除退款;预售分阶段付款在付清当天计入;终端按下单终端",
             "Money paid incl. postage, refunds not removed; a staged (presale) payment counts on the day the full sum"
             " is paid; terminal = where the order was placed"),
        "SYSTEMS 4.1 [S34][S35]", "trade", step="payments", aggregate="sum(paid_minor)", rows=("payments", "true"),
    ),
    Metric(
        "paying_buyers", Text("支付买家数", "Paying buyers"), Unit.PEOPLE,
        Text("支付的去重人数,跨终端去重", "Distinct payers, each once over all terminals"),
        "SYSTEMS 4.1 [S35]", "trade", step="buyers", aggregate="count(*)", rows=("payments", "buyer_id is not null"),
    ),
    Metric(
        "paid_orders", Text("支付父订单数", "Paid parent orders"), Unit.COUNT,
        Text("付清的订单数", "Orders fully paid"),
        "SYSTEMS 4.1 [S35]", "trade", step="payments", aggregate="count(*)", rows=("payments", "true"),
    ),
    Metric(
        "pay_conversion", Text("支付转化率", "Paying conversion"), Unit.SHARE,
        Text("支付买家数 / 访客数", "Paying buyers / visitors"),
        "SYSTEMS 4.1 [S37]", "trade", formula="{paying_buyers} / nullif({uv}, 0)",
    ),
    Metric(
        "order_pay_conversion", Text("下单-支付转化率", "Order-to-payment conversion"), Unit.SHARE,
        Text("支付买家数 / 下单买家数(均在周期内)", "Paying buyers / order buyers, both of the window"),
        "our definition", "trade", formula="{paying_buyers} / nullif({order_buyers}, 0)",
    ),
    Metric(
        "average_order_value", Text("客单价", "Average order value"), Unit.MONEY,
        Text("支付金额 / 支付买家数,四舍五入到分", "Paid amount / paying buyers, rounded half up to the minor unit"),
        "SYSTEMS 4.1 [S33]", "trade",
        formula="cast(round({paid_amount} / nullif({paying_buyers}, 0)) as bigint)",
    ),
    Metric(
        "uv_value", Text("UV价值", "Value per visitor"), Unit.MONEY,
        Text("支付金额 / 访客数 = 支付转化率 × 客单价,四舍五入到分",
             "Paid amount / visitors = paying conversion × average order value, rounded half up to the minor unit"),
        "SYSTEMS 4.1 (own knowledge)", "trade", formula="cast(round({paid_amount} / nullif({uv}, 0)) as bigint)",
    ),
    Metric(
        "list_amount", Text("标价金额", "List amount"), Unit.MONEY,
        Text("付清订单的一口价总额,不含邮费", "Paid orders at list price, without postage"),
        "our definition", "trade", step="payments", aggregate="sum(list_minor)", rows=("payments", "true"),
    ),
    Metric(
        "discount_amount", Text("优惠金额", "Discount amount"), Unit.MONEY,
        Text("付清订单的优惠总额", "Discounts of paid orders"),
        "our definition", "trade", step="payments", aggregate="sum(discount_minor)",
        rows=("payments", "discount_minor <> 0"),
    ),
    Metric(
        "discount_depth", Text("优惠深度", "Discount depth"), Unit.SHARE,
        Text("优惠金额 / 标价金额", "Discount amount / list amount"),
        "our definition", "trade", formula="{discount_amount} / nullif({list_amount}, 0)",
    ),
    Metric(
        "postage_amount", Text("邮费金额", "Postage"), Unit.MONEY,
        Text("付清订单的邮费", "Postage of paid orders"),
        "our definition", "trade", step="payments", aggregate="sum(postage_minor)",
        rows=("payments", "postage_minor <> 0"),
    ),
    Metric(
        "refund_amount", Text("退款金额", "Refund amount"), Unit.MONEY,
        Text("周期内完成的退款金额(按退款完成日)", "Refunds completed in the window, by the day of completion"),
        "SYSTEMS 4.1 [S35]", "trade", step="settled_refunds", aggregate="sum(amount_minor)",
        rows=("settled_refunds", "true"),
    ),
    Metric(
        "refunds", Text("退款笔数", "Refunds"), Unit.COUNT,
        Text("周期内完成的退款笔数", "Refunds completed in the window"),
        "our definition", "trade", step="settled_refunds", aggregate="count(*)", rows=("settled_refunds", "true"),
    ),
    Metric(
        "refund_rate", Text("退款率", "Refund rate"), Unit.SHARE,
        Text("周期内完成的退款金额 / 周期内支付金额", "Refund amount of the window / paid amount of the window"),
        "our definition", "trade", formula="{refund_amount} / nullif({paid_amount}, 0)",
    ),
    Metric(
        "previous_paid_amount", Text("上期支付金额", "Paid amount before"), Unit.MONEY,
        Text("上一周期的支付金额", "Paid amount of the window before"),
        "SYSTEMS 4.1 [S34]", "trade", step="previous_payments", aggregate="sum(paid_minor)",
        rows=("previous_payments", "true"),
    ),
    Metric(
        "trade_growth", Text("交易增长幅度", "Trade growth"), Unit.SHARE,
        Text("(本期支付金额 - 上期) / 上期", "(this period - the one before) / the one before, of paid amount"),
        "SYSTEMS 4.1 [S34]", "trade",
        formula="({paid_amount} - {previous_paid_amount}) / nullif({previous_paid_amount}, 0)",
    ),
)  # fmt: skip
