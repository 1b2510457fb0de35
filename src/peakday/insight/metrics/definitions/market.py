"""What lies outside the shop's own trade? Exposure, and what visitors spent with competitors. Aggregates only."""

from peakday.insight.metrics.model import Dimension, Metric, Step, Unit
from peakday.kernel.text import Text

_KNOWN = "(not coalesce({}simulated, false) or $with_simulated)"

STEPS = (
    Step(
        "shown_weeks",
        Text("本店商品有陈列或海报的地区与周", "Regions and weeks with a display or mailer of the shop"),
        """
        select distinct region_id, week_start
        from exposures
        where shop_id = $shop_id and (coalesce(display, '0') <> '0' or coalesce(mailer, '0') <> '0')
          and week_start <= $last_day and week_start >= $week_before
        """,
    ),
    Step(
        "checkouts",
        Text("周期内市场上每位买家在哪个地区、哪天结账", "Where and on which day each buyer of the market checked out"),
        f"""
        select distinct buyer_id, region_id, created_day
        from orders
        where created_at >= $start and created_at < $end and buyer_id is not null and {_KNOWN.format("")}
        """,
        reads_market=True,
    ),
    Step(
        "exposed",
        Text("看到过本店的人:曝光事件,或在本店商品有陈列或海报的地区与周结账",
             "People with an impression, or a checkout in a region and week with a display or mailer"),
        f"""
        select user_id as person_id
        from events
        where shop_id = $shop_id and type = 'impression' and ts >= $start and ts < $end and {_KNOWN.format("")}
        union
        select c.buyer_id as person_id
        from checkouts c
        join shown_weeks w
          on w.region_id = c.region_id and date_diff('day', w.week_start, c.created_day) between 0 and 6
        """,
        needs=("checkouts", "shown_weeks"), dimensions={},
        row_columns=("person_id",), row_order={"person_id": "VARCHAR"},
    ),
    Step(
        "exposed_outcomes",
        Text("被曝光的人是否在周期内支付", "Whether each exposed person paid the shop in the window"),
        """
        select e.part, e.person_id, b.buyer_id is not null as has_paid
        from exposed e
        left join (select distinct buyer_id from buyers) b on b.buyer_id = e.person_id
        """,
        needs=("exposed", "buyers"),
    ),
    Step(
        "category_visits",
        Text("谁在周期内看过本店哪个叶子类目的商品", "Who saw items of the shop in which leaf category in the window"),
        f"""
        select distinct e.user_id, coalesce(e.category_id, i.category_id) as category_id
        from events e
        left join items i on i.shop_id = $shop_id and i.item_id = e.item_id
        where e.shop_id = $shop_id and e.type in ('pv', 'impression') and e.ts >= $start and e.ts < $end
          and coalesce(e.category_id, i.category_id) is not null and {_KNOWN.format("e.")}
        """,
        dimensions={Dimension.CATEGORY: "category_id"},
        row_columns=("user_id", "category_id"), row_order={"user_id": "VARCHAR", "category_id": "VARCHAR"},
    ),
    Step(
        "category_payments",
        Text("这些类目中每位买家付给每家店的金额", "What each buyer paid each shop in those categories"),
        f"""
        select l.buyer_id, l.category_id, l.shop_id, sum(l.paid_minor) as paid_minor
        from order_lines l
        where l.paid_at >= $start and l.paid_at < $end and l.buyer_id is not null
          and l.category_id in (select category_id from category_visits) and {_KNOWN.format("l.")}
        group by l.buyer_id, l.category_id, l.shop_id
        """,
        needs=("category_visits",), reads_market=True,
    ),
    Step(
        "rival_payments",
        Text("在该类目没有付给本店的买家付给每家别店的金额",
             "What buyers who paid the shop nothing in the category paid each competitor"),
        """
        select p.buyer_id, p.category_id, p.shop_id, p.paid_minor
        from category_payments p
        left join category_payments own
          on own.shop_id = $shop_id and own.buyer_id = p.buyer_id and own.category_id = p.category_id
        where p.shop_id <> $shop_id and own.shop_id is null
        """,
        needs=("category_payments",),
    ),
    Step(
        "visit_outcomes",
        Text("看过之后:没有付给本店,而在同一叶子类目付给了别店,即为流失",
             "Lost: paid the shop nothing in that leaf category, and paid a competitor in it; a row each competitor"),
        """
        select v.part, v.user_id, v.category_id, r.shop_id as rival_id, coalesce(r.paid_minor, 0) as elsewhere_minor,
               r.shop_id is not null as is_lost
        from category_visits v
        left join rival_payments r on r.buyer_id = v.user_id and r.category_id = v.category_id
        """,
        needs=("category_visits", "rival_payments"),
    ),
)  # fmt: skip

_LOST = "count(distinct user_id) filter (where is_lost)"
_LOST_MINOR = "sum(elsewhere_minor) filter (where is_lost)"
# 10 to the power of the digits behind the first two
_LOST_UNIT = f"pow(10, greatest(length(cast({_LOST_MINOR} as varchar)) - 2, 0))"

METRICS = (
    Metric(
        "exposed_people", Text("曝光人数", "People exposed"), Unit.PEOPLE,
        Text("周期内有本店曝光事件的人,或在本店商品有陈列或海报的地区与周结账的买家",
             "People with an impression of the shop, or buyers who checked out in a region and week in which an item of"
             " the shop was on display or in a mailer"),
        "our definition", "market", step="exposed", aggregate="count(distinct person_id)",
        rows=("exposed", "true"),
    ),
    Metric(
        "exposed_buyers", Text("曝光后支付人数", "Exposed people who paid"), Unit.PEOPLE,
        Text("被曝光的人中在周期内支付的人数", "Exposed people who paid the shop in the window"),
        "our definition", "market", step="exposed_outcomes", aggregate="count(*) filter (where has_paid)",
        rows=("exposed", "true"),
    ),
    Metric(
        "exposure_conversion", Text("曝光支付转化率", "Exposure-to-payment conversion"), Unit.SHARE,
        Text("曝光后支付人数 / 曝光人数", "Exposed people who paid / exposed people"),
        "our definition", "market", formula="{exposed_buyers} / nullif({exposed_people}, 0)",
    ),
    Metric(
        "category_visitors", Text("类目访客数", "Visitors of the leaf categories"), Unit.PEOPLE,
        Text("看过本店某叶子类目商品的人", "People who saw items of the shop in a leaf category"),
        "our definition", "market", step="category_visits", aggregate="count(distinct user_id)",
        rows=("category_visits", "true"),
    ),
    Metric(
        "lost_people", Text("流失人数", "People lost to competitors"), Unit.PEOPLE,
        Text("看过本店某叶子类目、未在该类目付给本店、而在该类目付给别店的人",
             "Visitors of a leaf category who paid the shop nothing in it and paid a competitor in it"),
        "SYSTEMS 4.1 (own knowledge); per leaf category is our precise reading", "market",
        step="visit_outcomes", aggregate=_LOST, rows=("category_visits", "true"),
    ),
    Metric(
        "lost_amount", Text("流失金额", "Amount lost to competitors"), Unit.MONEY,
        Text("流失的人在该类目付给别店的金额,保留两位有效数字;不足 5 人或不足 5 家竞店时不显示",
             "What lost people paid competitors in the category, rounded to two significant digits; not shown for fewer"
             " than 5 people or fewer than 5 competing shops"),
        "our definition", "market", step="visit_outcomes",
        aggregate=f"case when {_LOST} = 0 then 0"
        f" when {_LOST} >= $people_min and count(distinct rival_id) >= $rivals_min"
        f" then round({_LOST_MINOR} / {_LOST_UNIT}) * {_LOST_UNIT} end",
        is_suppressible=True,
        rows=("category_visits", "true"),
    ),
    Metric(
        "loss_rate", Text("流失率", "Loss rate"), Unit.SHARE,
        Text("流失人数 / 类目访客数", "People lost / visitors of the leaf categories"),
        "SYSTEMS 4.1 (own knowledge)", "market", formula="{lost_people} / nullif({category_visitors}, 0)",
    ),
)  # fmt: skip
