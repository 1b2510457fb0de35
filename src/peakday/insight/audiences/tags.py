"""Which tags does a shop's person have, and how are people asked of the facts?

Every select returns distinct ids of one shop's people (`$shop_id`) for the market days `$first_day` to `$last_day`,
simulated people left out. Windows and thresholds are our definition. Coverage is counted when a tag is looked at, and a
fact is seen within seconds: the selects run over the fresh facts.
"""

from peakday.insight.audiences.model import BOUGHT, Did, DidInOrder, Privacy, Tag
from peakday.kernel.text import Text

KNOWN_DAYS = 400  # who did anything in so many days is in the universe
LAPSED_DAYS = 90
NEW_DAYS = 30

_OF_SHOP = "shop_id = $shop_id and not coalesce(simulated, false)"
_PAID = f"from orders where {_OF_SHOP} and buyer_id is not null and paid_day between $first_day and $last_day"
_DID = f"from events where {_OF_SHOP} and user_id is not null and day between $first_day and $last_day"

EVERYBODY = f"select user_id {_DID} union select buyer_id {_PAID}"


def _acted(*kinds: str) -> str:
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    return f"select distinct user_id {_DID} and type in ({listed})"


_IN_APP = f"select user_id {_DID} and terminal = 'app' union select buyer_id {_PAID} and terminal = 'app'"


def _paid_with(condition: str) -> str:
    return f"select buyer_id {_PAID} group by buyer_id having {condition}"


_TOP_FIFTH = f"""
with spent as (select buyer_id, sum(paid_minor) as paid {_PAID} group by buyer_id)
select buyer_id from spent where paid > 0 and paid >= (select quantile_disc(paid, 0.8) from spent)
"""

_TAGS = (
    Tag(
        "buyer",
        Text("购买过", "Bought"),
        Text("365 天内付款过", "Paid an order in 365 days"),
        Privacy.BEHAVIOUR,
        f"select distinct buyer_id {_PAID}",
        365,
    ),
    Tag(
        "new_buyer",
        Text("新客", "New buyer"),
        Text("365 天内首次付款在近 30 天", "The first payment of 365 days is of the last 30"),
        Privacy.BEHAVIOUR,
        _paid_with(f"min(paid_day) > $last_day - {NEW_DAYS}"),
        365,
    ),
    Tag(
        "repeat_buyer",
        Text("复购", "Repeat buyer"),
        Text("365 天内有两天以上付款", "Paid on two days or more in 365 days"),
        Privacy.BEHAVIOUR,
        _paid_with("count(distinct paid_day) >= 2"),
        365,
    ),
    Tag(
        "lapsed",
        Text("沉睡客", "Lapsed"),
        Text("365 天内买过,近 90 天没有", "Bought in 365 days, not in the last 90"),
        Privacy.BEHAVIOUR,
        _paid_with(f"max(paid_day) <= $last_day - {LAPSED_DAYS}"),
        365,
    ),
    Tag(
        "top_spender",
        Text("高消费", "Top spender"),
        Text("365 天消费额前 20%", "In the top fifth by money of 365 days"),
        Privacy.VALUE,
        _TOP_FIFTH,
        365,
    ),
    Tag(
        "bargain",
        Text("优惠敏感", "Bargain hunter"),
        Text("365 天内优惠占标价 20% 以上", "Discounts are a fifth or more of list prices in 365 days"),
        Privacy.VALUE,
        _paid_with("sum(discount_minor) * 5 >= sum(list_minor) and sum(list_minor) > 0"),
        365,
    ),
    Tag(
        "refunded",
        Text("退过款", "Refunded"),
        Text("365 天内有退款", "Had money back in 365 days"),
        Privacy.VALUE,
        _paid_with("sum(refund_minor) > 0"),
        365,
    ),
    Tag(
        "member",
        Text("会员粉丝", "Member"),
        Text("400 天内关注或入会", "Followed or joined in 400 days"),
        Privacy.BEHAVIOUR,
        _acted("join", "follow"),
        KNOWN_DAYS,
    ),
    Tag(
        "visitor",
        Text("近期访客", "Recent visitor"),
        Text("30 天内浏览或点击", "Viewed or clicked in 30 days"),
        Privacy.BEHAVIOUR,
        _acted("pv", "click"),
        30,
    ),
    Tag(
        "searcher",
        Text("搜索过", "Searched"),
        Text("30 天内搜索", "Searched in 30 days"),
        Privacy.BEHAVIOUR,
        _acted("search"),
        30,
    ),
    Tag(
        "carted",
        Text("加购过", "Added to cart"),
        Text("15 天内加购", "Added to the cart in 15 days"),
        Privacy.BEHAVIOUR,
        _acted("cart"),
        15,
    ),
    Tag(
        "saved",
        Text("收藏过", "Saved"),
        Text("30 天内收藏", "Saved an item in 30 days"),
        Privacy.BEHAVIOUR,
        _acted("fav"),
        30,
    ),
    Tag(
        "asked",
        Text("咨询过", "Asked"),
        Text("90 天内咨询客服", "Asked the shop in 90 days"),
        Privacy.BEHAVIOUR,
        _acted("inquiry"),
        90,
    ),
    Tag(
        "app",
        Text("App 用户", "Uses the app"),
        Text("90 天内用 App 浏览或购买", "Looked or bought in the app in 90 days"),
        Privacy.AGGREGATE,
        _IN_APP,
        90,
    ),
)
TAGS = {tag.name: tag for tag in _TAGS}


FEATURES = f"""
select user_id as person, 'did ' || type as feature, count(*) as value {_DID} group by user_id, type
union all
select buyer_id, 'bought ' || coalesce(category_id, ''), count(distinct order_id)
from order_lines where {_OF_SHOP} and buyer_id is not null and paid_day between $first_day and $last_day
group by buyer_id, coalesce(category_id, '')
union all
select buyer_id, 'days', count(distinct paid_day) {_PAID} group by buyer_id
union all
select buyer_id, 'paid', sum(paid_minor) {_PAID} group by buyer_id having sum(paid_minor) > 0
"""


def did_sql(did: Did) -> str:
    """The people who did something `$times` times or more; to `$item_id` where one is named."""
    if did.act == BOUGHT:
        table, person, act, moment, count = "order_lines", "buyer_id", "", "paid_day", "count(distinct order_id)"
    else:
        table, person, act, moment, count = "events", "user_id", "and type = $act", "day", "count(*)"
    item = "and item_id = $item_id" if did.item_id else ""
    return (
        f"select {person} from {table} where {_OF_SHOP} and {person} is not null {act} {item} "
        f"and {moment} between $first_day and $last_day group by {person} having {count} >= $times"
    )


def order_sql(steps: DidInOrder) -> str:
    """The people who did one act, later the next, and so on: each step at its earliest after the one before.

    Each act is a parameter of its own name (`$act_pv`): the facts read names of letters only.
    """
    parts = [f"step_0 as (select person, min(moment) as moment from ({_moments(steps.acts[0])}) group by person)"]
    for number, act in enumerate(steps.acts[1:], 1):
        parts.append(
            f"step_{number} as (select m.person, min(m.moment) as moment from ({_moments(act)}) m "
            f"join step_{number - 1} s on s.person = m.person and m.moment > s.moment group by m.person)"
        )
    return f"with {', '.join(parts)} select person from step_{len(steps.acts) - 1}"


def _moments(act: str) -> str:
    if act == BOUGHT:
        return f"select buyer_id as person, paid_at as moment {_PAID}"
    return f"select user_id as person, ts as moment {_DID} and type = $act_{act}"
