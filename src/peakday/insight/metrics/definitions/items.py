"""How are single items and categories counted? Lines, pieces, buyers, price bands, unsaleable and new items."""

from peakday.insight.metrics.model import Dimension, Metric, Step, Unit
from peakday.kernel.text import Text

NEW_ITEM_DAYS = 30
PRICE_BANDS_MINOR = tuple(digit * 10**power for power in range(2, 8) for digit in (1, 2, 5))  # ¥1, 2, 5, 10 … 500,000

_KNOWN = "(not coalesce(simulated, false) or $with_simulated)"
_BAND = "case {} else 0 end".format(
    " ".join(
        f"when paid_minor >= {floor} * greatest(quantity, 1) then {floor}" for floor in reversed(PRICE_BANDS_MINOR)
    )
)
_DIMENSIONS = {
    Dimension.DAY: "day", Dimension.HOUR: "hour", Dimension.ITEM: "item_id", Dimension.CATEGORY: "category_id",
    Dimension.TERMINAL: "terminal", Dimension.REGION: "region_id", Dimension.PRICE_BAND: "price_band_minor",
}  # fmt: skip
_ROWS = (
    "created_at", "paid_at", "order_id", "line_no", "buyer_id", "item_id", "category_id", "terminal", "region_id",
    "quantity", "list_minor", "paid_minor", "refund_minor",
)  # fmt: skip


def _lines(instant: str, day: str) -> str:
    return f"""
        select order_id, line_no, buyer_id, item_id, sku_id, category_id, kind, terminal, region_id, created_at,
               paid_at, {day} as day, cast(extract(hour from {instant} + interval 8 hour) as integer) as hour,
               quantity, list_minor, paid_minor, refund_minor,
               cast({_BAND} as bigint) as price_band_minor
        from order_lines
        where shop_id = $shop_id and {instant} >= $start and {instant} < $end and {_KNOWN}
        """


STEPS = (
    Step(
        "payment_lines",
        Text("全款在周期内付清的订单的子订单(SKU 行);价格带按每件实付",
             "Lines of orders whose full sum was paid in the window; price bands by the amount paid per piece"),
        _lines("paid_at", "paid_day"), dimensions=_DIMENSIONS, row_columns=_ROWS,
        row_order={"paid_at": "TIMESTAMP", "order_id": "VARCHAR", "line_no": "INTEGER"},
    ),
    Step(
        "placement_lines",
        Text("在周期内下的订单的子订单", "Lines of orders placed in the window"),
        _lines("created_at", "created_day"), dimensions=_DIMENSIONS, row_columns=_ROWS,
        row_order={"created_at": "TIMESTAMP", "order_id": "VARCHAR", "line_no": "INTEGER"},
    ),
    Step(
        "new_item_lines",
        Text(f"付款时上架未满 {NEW_ITEM_DAYS} 天的商品的支付行",
             f"Paid lines of items first listed less than {NEW_ITEM_DAYS} days before the payment"),
        f"""
        select l.*
        from payment_lines l
        join items i on i.shop_id = $shop_id and i.item_id = l.item_id
        where date_diff('day', i.first_listed_day, l.day) between 0 and {NEW_ITEM_DAYS - 1}
        """,
        needs=("payment_lines",),
    ),
    Step(
        "listed_items",
        Text("在架商品(周期结束前已上架)", "Items on sale that were listed before the window ended"),
        """
        select item_id, category_id, title, list_price_minor, status, first_listed_day
        from items
        where shop_id = $shop_id and status = 'on_sale'
          and (first_listed_day is null or first_listed_day <= $last_day)
        """,
        dimensions={Dimension.CATEGORY: "category_id", Dimension.ITEM: "item_id"},
        row_columns=("item_id", "title", "category_id", "list_price_minor", "first_listed_day"),
        row_order={"item_id": "VARCHAR"},
    ),
    Step(
        "sold_items",
        Text("周期内有支付的商品", "Items with a payment in the window"),
        "select item_id, sum(paid_minor) as paid_minor from payment_lines group by item_id",
        needs=("payment_lines",),
    ),
    Step(
        "unsold_items",
        Text("在架但周期内没有支付的商品", "Items on sale without a payment in the window"),
        """
        select l.*
        from listed_items l
        left join sold_items s on s.item_id = l.item_id
        where s.item_id is null
        """,
        needs=("listed_items", "sold_items"),
    ),
)  # fmt: skip

METRICS = (
    Metric(
        "sub_orders", Text("支付子订单数", "Paid sub-orders"), Unit.COUNT,
        Text("付清订单的 SKU 行数", "SKU-level lines of paid orders"),
        "SYSTEMS 4.1 [S35]", "items", step="payment_lines", aggregate="count(*)", rows=("payment_lines", "true"),
    ),
    Metric(
        "pieces", Text("支付件数", "Pieces paid"), Unit.COUNT,
        Text("付清订单的商品件数", "Pieces in paid orders"),
        "SYSTEMS 4.1 [S35]", "items", step="payment_lines", aggregate="sum(quantity)", rows=("payment_lines", "true"),
    ),
    Metric(
        "items_sold", Text("动销商品数", "Items sold"), Unit.COUNT,
        Text("周期内有支付的商品数", "Distinct items with a payment in the window"),
        "our definition", "items", step="payment_lines", aggregate="count(distinct item_id)",
        rows=("payment_lines", "true"),
    ),
    Metric(
        "item_visitors", Text("商品访客数", "Item visitors"), Unit.PEOPLE,
        Text("周期内访问商品页的去重人数", "Distinct visitors of item pages"),
        "SYSTEMS 4.1 [S33]", "items", step="traffic",
        aggregate="count(distinct user_id) filter (where type = 'pv' and item_id is not null)",
        rows=("traffic", "type = 'pv' and item_id is not null"),
    ),
    Metric(
        "item_cart_people", Text("商品加购人数", "People who added the item to cart"), Unit.PEOPLE,
        Text("周期内把商品加入购物车的去重人数", "Distinct people who added items to cart"),
        "SYSTEMS 4.1 [S38]", "items", step="traffic",
        aggregate="count(distinct user_id) filter (where type = 'cart' and item_id is not null)",
        rows=("traffic", "type = 'cart' and item_id is not null"),
    ),
    Metric(
        "item_order_buyers", Text("商品下单买家数", "Order buyers of the item"), Unit.PEOPLE,
        Text("周期内下单购买商品的去重人数", "Distinct people who ordered items in the window"),
        "SYSTEMS 4.1 [S34]", "items", step="placement_lines", aggregate="count(distinct buyer_id)",
        rows=("placement_lines", "buyer_id is not null"),
    ),
    Metric(
        "item_buyers", Text("商品支付买家数", "Paying buyers of the item"), Unit.PEOPLE,
        Text("周期内支付购买商品的去重人数", "Distinct people who paid for items in the window"),
        "SYSTEMS 4.1 [S35]", "items", step="payment_lines", aggregate="count(distinct buyer_id)",
        rows=("payment_lines", "buyer_id is not null"),
    ),
    Metric(
        "item_paid_amount", Text("商品支付金额", "Paid amount of items"), Unit.MONEY,
        Text("支付行金额,不含邮费,未剔除退款", "Amount of paid lines, without postage, refunds not removed"),
        "SYSTEMS 4.1 [S35]", "items", step="payment_lines", aggregate="sum(paid_minor)", rows=("payment_lines", "true"),
    ),
    Metric(
        "item_paid_whole", Text("全部商品支付金额", "Paid amount of all items"), Unit.MONEY,
        Text("不拆分时的商品支付金额,作占比的分母", "Paid amount of the whole window: the denominator of shares"),
        "our definition", "items", step="payment_lines", aggregate="sum(paid_minor)", is_whole=True,
        rows=("payment_lines", "true"),
    ),
    Metric(
        "item_paid_share", Text("支付金额占比", "Share of paid amount"), Unit.SHARE,
        Text("该部分商品支付金额 / 全部商品支付金额(类目构成、价格带构成)",
             "Paid amount of the part / of all items (composition by category or price band)"),
        "our definition", "items", formula="{item_paid_amount} / nullif({item_paid_whole}, 0)",
    ),
    Metric(
        "item_conversion", Text("商品支付转化率", "Item paying conversion"), Unit.SHARE,
        Text("商品支付买家数 / 商品访客数", "Paying buyers of items / item visitors"),
        "SYSTEMS 4.1 [S37]", "items", formula="{item_buyers} / nullif({item_visitors}, 0)",
    ),
    Metric(
        "piece_price", Text("件单价", "Paid per piece"), Unit.MONEY,
        Text("商品支付金额 / 支付件数,四舍五入到分", "Paid amount of items / pieces, rounded half up to a minor unit"),
        "our definition", "items", formula="cast(round({item_paid_amount} / nullif({pieces}, 0)) as bigint)",
    ),
    Metric(
        "pieces_per_buyer", Text("人均购买件数", "Pieces per buyer"), Unit.RATIO,
        Text("支付件数 / 商品支付买家数", "Pieces / paying buyers of items"),
        "our definition", "items", formula="{pieces} / nullif({item_buyers}, 0)",
    ),
    Metric(
        "items_on_sale", Text("在架商品数", "Items on sale"), Unit.COUNT,
        Text("当前在架且在周期结束前已上架的商品数", "Items now on sale that were listed before the window ended"),
        "our definition", "items", step="listed_items", aggregate="count(*)", rows=("listed_items", "true"),
    ),
    Metric(
        "unsaleable_items", Text("滞销商品数", "Unsaleable items"), Unit.COUNT,
        Text("在架但周期内没有支付的商品数(商品按现类目计,在任何类目下售出都算售出)",
             "Items on sale without a payment in the window (by present category; sold under any counts)"),
        "our definition", "items", step="unsold_items", aggregate="count(*)", rows=("unsold_items", "true"),
    ),
    Metric(
        "sell_through", Text("动销率", "Share of items sold"), Unit.SHARE,
        Text("1 - 滞销商品数 / 在架商品数", "1 - unsaleable items / items on sale"),
        "our definition", "items", formula="1 - {unsaleable_items} / nullif({items_on_sale}, 0)",
    ),
    Metric(
        "new_items", Text("新上架商品数", "New items"), Unit.COUNT,
        Text("在架商品中首次上架日在周期内的商品数", "Items on sale whose first listing lies in the window"),
        "our definition", "items", step="listed_items",
        aggregate="count(*) filter (where first_listed_day >= $first_day)",
        rows=("listed_items", "first_listed_day >= $first_day"),
    ),
    Metric(
        "new_item_amount", Text("新品支付金额", "Paid amount of new items"), Unit.MONEY,
        Text(f"首次上架未满 {NEW_ITEM_DAYS} 天的商品的支付金额",
             f"Paid amount of items first listed less than {NEW_ITEM_DAYS} days before the payment"),
        "our definition", "items", step="new_item_lines", aggregate="sum(paid_minor)", rows=("new_item_lines", "true"),
    ),
)  # fmt: skip
