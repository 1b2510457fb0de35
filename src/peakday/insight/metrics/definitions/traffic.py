"""How is a shop's traffic counted? Views, visitors, bounces, dwell, carts, favourites, inquiries, sources."""

from peakday.insight.metrics.model import Dimension, Metric, Step, Unit
from peakday.kernel.text import Text

_IN_WINDOW = "ts >= $start and ts < $end and (not coalesce(simulated, false) or $with_simulated)"

STEPS = (
    Step(
        "traffic",
        Text("本店在统计周期内的行为事件", "The shop's behaviour events in the window"),
        f"""
        select event_id, ts, day, cast(extract(hour from ts + interval 8 hour) as integer) as hour, user_id, type,
               item_id, category_id, terminal, page, search_query, dwell_seconds,
               coalesce(channel, case when array_length(source_path) > 0 then source_path[1] end) as source
        from events
        where shop_id = $shop_id and {_IN_WINDOW}
        """,
        dimensions={
            Dimension.DAY: "day", Dimension.HOUR: "hour", Dimension.ITEM: "item_id", Dimension.CATEGORY: "category_id",
            Dimension.SOURCE: "source", Dimension.TERMINAL: "terminal", Dimension.PAGE: "page",
            Dimension.SEARCH_WORD: "search_query",
        },
        row_columns=("ts", "type", "user_id", "item_id", "source", "terminal", "page", "search_query", "dwell_seconds"),
        row_order={"ts": "TIMESTAMP", "event_id": "VARCHAR"},
    ),
    Step(
        "visitor_days",
        Text("每位访客每天做了什么", "What each visitor did on each day"),
        """
        select part, day, user_id,
               count(*) filter (where type = 'pv') as views,
               count(*) filter (where type = 'click') as clicks,
               count(*) filter (where type = 'cart') as carts,
               count(*) filter (where type = 'fav') as favs,
               count(*) filter (where type = 'inquiry') as inquiries,
               count(*) filter (where type = 'search') as searches,
               coalesce(sum(dwell_seconds), 0) as dwell_seconds
        from traffic
        group by part, day, user_id
        """,
        needs=("traffic",),
    ),
    Step(
        "visitors",
        Text("每位访客在周期内做了什么(跨终端去重)", "What each visitor did in the window, all terminals together"),
        """
        select part, user_id, sum(views) as views, sum(carts) as carts, sum(favs) as favs,
               sum(inquiries) as inquiries, sum(searches) as searches
        from visitor_days
        group by part, user_id
        """,
        needs=("visitor_days",),
    ),
    Step(
        "inquiries",
        Text("周期内的每次询单", "Each inquiry of the window"),
        f"""
        select event_id, ts, day, user_id, item_id, terminal
        from events
        where shop_id = $shop_id and type = 'inquiry' and {_IN_WINDOW}
        """,
        dimensions={Dimension.DAY: "day", Dimension.ITEM: "item_id", Dimension.TERMINAL: "terminal"},
        row_columns=("ts", "user_id", "item_id", "terminal"),
        row_order={"ts": "TIMESTAMP", "event_id": "VARCHAR"},
    ),
    Step(
        "inquiry_outcomes",
        Text("每次询单后 28 天内是否在本店下单", "Whether an order in the shop followed each inquiry within 28 days"),
        """
        select i.part, i.event_id, max(case when o.order_id is null then 0 else 1 end) as became_order
        from inquiries i
        left join orders o
          on o.shop_id = $shop_id and o.buyer_id = i.user_id
         and o.created_at >= i.ts and o.created_at < i.ts + interval 28 day
         and (not coalesce(o.simulated, false) or $with_simulated)
        group by i.part, i.event_id
        """,
        needs=("inquiries",), days_after=28,
    ),
)  # fmt: skip

_VIEWED = "count(*) filter (where views > 0)"

METRICS = (
    Metric(
        "pv", Text("浏览量", "Page views"), Unit.COUNT,
        Text("店铺页或商品页被加载的次数,重复加载累计", "Page loads of shop or item pages; repeated loads count"),
        "SYSTEMS 4.1 [S33]", "traffic", step="visitors", aggregate="sum(views)", rows=("traffic", "type = 'pv'"),
    ),
    Metric(
        "uv", Text("访客数", "Visitors"), Unit.PEOPLE,
        Text("周期内访问店铺页或商品页的去重人数;全部终端 = PC 与无线并集去重",
             "Distinct visitors of shop or item pages in the window; all terminals = union, each person once"),
        "SYSTEMS 4.1 [S33]", "traffic", step="visitors", aggregate=_VIEWED, rows=("traffic", "type = 'pv'"),
    ),
    Metric(
        "uv_whole", Text("访客数(全部来源)", "Visitors of all parts"), Unit.PEOPLE,
        Text("不拆分时的访客数,作占比的分母", "Visitors of the whole window: the denominator of shares"),
        "our definition", "traffic", step="visitors", is_whole=True,
        aggregate="count(distinct user_id) filter (where views > 0)", rows=("traffic", "type = 'pv'"),
    ),
    Metric(
        "visitor_share", Text("访客数占比", "Share of visitors"), Unit.SHARE,
        Text("该部分访客数 / 全部访客数;同一访客可来自多个来源,各来源之和可超过 100%,不可相加",
             "Visitors of the part / all visitors; one visitor may use several sources, so shares may exceed 100 %"
             " together and are never added"),
        "SYSTEMS 4.1 [S39]", "traffic", formula="{uv} / nullif({uv_whole}, 0)",
    ),
    Metric(
        "bounce_rate", Text("跳失率", "Bounce rate"), Unit.SHARE,
        Text("1 - 有点击行为的访客数 / 访客数;多天取每日值的平均",
             "1 - visitors who clicked / visitors; several days: mean of the daily values of days with visitors"),
        "SYSTEMS 4.1 [S33]", "traffic", step="visitor_days",
        daily=f"1 - count(*) filter (where views > 0 and clicks > 0) / nullif({_VIEWED}, 0)",
        rows=("traffic", "type in ('pv', 'click')"),
    ),
    Metric(
        "bounce_rate_one_view", Text("跳失率(旧口径)", "Bounce rate (older definition)"), Unit.SHARE,
        Text("只浏览一页的访客数 / 访客数;多天取每日值的平均",
             "Visitors with one page view / visitors; several days: mean of the daily values of days with visitors"),
        "SYSTEMS 4.1 [S36]", "traffic", step="visitor_days",
        daily=f"count(*) filter (where views = 1) / nullif({_VIEWED}, 0)", rows=("traffic", "type = 'pv'"),
    ),
    Metric(
        "pv_per_visitor", Text("人均浏览量", "Views per visitor"), Unit.RATIO,
        Text("浏览量 / 访客数;多天取每日值的平均",
             "Page views / visitors; several days: mean of the daily values of days with visitors"),
        "SYSTEMS 4.1 [S33]", "traffic", step="visitor_days", daily=f"sum(views) / nullif({_VIEWED}, 0)",
        rows=("traffic", "type = 'pv'"),
    ),
    Metric(
        "dwell_mean", Text("平均停留时长", "Average dwell time"), Unit.SECONDS,
        Text("总停留秒数 / 访客数;多天取每日值的平均",
             "Total dwell seconds / visitors; several days: mean of the daily values of days with visitors"),
        "SYSTEMS 4.1 [S33]", "traffic", step="visitor_days", daily=f"sum(dwell_seconds) / nullif({_VIEWED}, 0)",
        rows=("traffic", "dwell_seconds > 0"),
    ),
    Metric(
        "cart_people", Text("加购人数", "People who added to cart"), Unit.PEOPLE,
        Text("周期内加购的去重人数;删除、改数量、之后购买均不扣减",
             "Distinct people who added to cart; deletes, changed quantities and later purchases do not subtract"),
        "SYSTEMS 4.1 [S38]", "traffic", step="visitors", aggregate="count(*) filter (where carts > 0)",
        rows=("traffic", "type = 'cart'"),
    ),
    Metric(
        "cart_rate", Text("加购率", "Cart rate"), Unit.SHARE, Text("加购人数 / 访客数", "Cart people / visitors"),
        "SYSTEMS 4.1 [S38]", "traffic", formula="{cart_people} / nullif({uv}, 0)",
    ),
    Metric(
        "fav_people", Text("收藏人数", "People who favourited"), Unit.PEOPLE,
        Text("周期内收藏的去重人数", "Distinct people who added a favourite"),
        "SYSTEMS 4.1 [S38]", "traffic", step="visitors", aggregate="count(*) filter (where favs > 0)",
        rows=("traffic", "type = 'fav'"),
    ),
    Metric(
        "fav_rate", Text("收藏率", "Favourite rate"), Unit.SHARE,
        Text("收藏人数 / 访客数", "Favourite people / visitors"),
        "SYSTEMS 4.1 [S38]", "traffic", formula="{fav_people} / nullif({uv}, 0)",
    ),
    Metric(
        "search_people", Text("搜索人数", "People who searched"), Unit.PEOPLE,
        Text("周期内在店铺有搜索行为的去重人数", "Distinct people who searched"),
        "our definition", "traffic", step="visitors", aggregate="count(*) filter (where searches > 0)",
        rows=("traffic", "type = 'search'"),
    ),
    Metric(
        "inquiry_people", Text("询单人数", "People who inquired"), Unit.PEOPLE,
        Text("周期内咨询的去重人数", "Distinct people who inquired"),
        "our definition", "traffic", step="visitors", aggregate="count(*) filter (where inquiries > 0)",
        rows=("traffic", "type = 'inquiry'"),
    ),
    Metric(
        "inquiry_conversion", Text("询单转化率", "Inquiry conversion"), Unit.SHARE,
        Text("28 天内转为下单的询单数 / 询单数", "Inquiries that became orders within 28 days / inquiries"),
        "SYSTEMS 4.1 [S34]", "traffic", step="inquiry_outcomes",
        aggregate="sum(became_order) / nullif(count(*), 0)", rows=("inquiries", "true"),
    ),
)  # fmt: skip
