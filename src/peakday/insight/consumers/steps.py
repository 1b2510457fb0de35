"""Which facts put a person into a stage? Named SQL steps over the relations of the fact store, for DuckDB and Spark.

`touches` are what a person saw, did or bought of a shop, purchases once a day; `stages` is the place of each person on
`$day`. Both take one shop (`$shop_id`) or all shops (null). People of the shop's page views are known by the user that
sent the event; a shelf or mailer that was shown in a region in a week counts as seen by everybody who bought anything
there in that week: our definition, for a retailer's data has no impressions a person.
"""

SEEN = ("impression",)
WANTED = ("fav", "cart", "inquiry", "search")  # asks for the thing itself
ACTED = (*WANTED, "click", "pv", "follow", "join", "comment", "like", "share")


def _listed(kinds: tuple[str, ...]) -> str:
    return ", ".join(f"'{kind}'" for kind in kinds)


BOUGHT_DAYS = """
select distinct shop_id, buyer_id, paid_day as day
from orders
where paid_day >= $purchased_from and paid_day <= $day and buyer_id is not null
  and ($shop_id is null or shop_id = $shop_id)
  and (not coalesce(simulated, false) or $with_simulated)
"""

SENT = f"""
select shop_id, user_id as buyer_id, day,
    case when type in ({_listed(SEEN)}) then 'saw' when type in ({_listed(WANTED)}) then 'wanted' else 'did' end as kind
from events
where day >= least($aware_from, $interested_from) and day <= $day and user_id is not null
  and type in ({_listed(SEEN + ACTED)}) and shop_id is not null
  and ($shop_id is null or shop_id = $shop_id)
  and (not coalesce(simulated, false) or $with_simulated)
"""

VISITS = """
select distinct buyer_id, region_id, paid_day as day
from orders
where paid_day >= $aware_from and paid_day <= $day and buyer_id is not null and region_id is not null
  and (not coalesce(simulated, false) or $with_simulated)
"""

SHELVES = """
select distinct shop_id, region_id, week_start
from exposures
where week_start >= $aware_from - 6 and week_start <= $day
  and ($shop_id is null or shop_id = $shop_id)
"""

SHOWN_DAYS = """
select distinct s.shop_id, v.buyer_id, v.day
from visits v
join shelves s on s.region_id = v.region_id and v.day >= s.week_start and v.day <= s.week_start + 6
"""

TOUCHES = """
select shop_id, buyer_id, day, 'bought' as kind from bought_days
union all
select shop_id, buyer_id, day, kind from sent
union all
select shop_id, buyer_id, day, 'saw' as kind from shown_days
"""

MARKS = """
select shop_id, buyer_id,
    max(case when kind = 'saw' and day >= $aware_from then 1 else 0 end) as saw,
    max(case when kind in ('did', 'wanted') and day >= $interested_from then 1 else 0 end) as did,
    max(case when kind = 'bought' then 1 else 0 end) as bought,
    sum(case when kind = 'bought' and day >= $loyal_from then 1 else 0 end) as loyal_days
from touches
group by shop_id, buyer_id
"""

STAGES = """
select shop_id, buyer_id,
    case when loyal_days >= $loyal_purchase_days then 'L'
         when bought = 1 then 'P'
         when did = 1 then 'I'
         when saw = 1 then 'A' end as stage
from marks
where loyal_days >= $loyal_purchase_days or bought = 1 or did = 1 or saw = 1
"""

_STEPS = {
    "bought_days": BOUGHT_DAYS, "sent": SENT, "visits": VISITS, "shelves": SHELVES,
    "shown_days": SHOWN_DAYS, "touches": TOUCHES, "marks": MARKS, "stages": STAGES,
}  # fmt: skip


def compose(last: str) -> str:
    """One select: the steps as named parts of a `with`, and `last` over them."""
    clauses = ",\n".join(f"{name} as ({text})" for name, text in _STEPS.items())
    return f"with\n{clauses}\n{last}"


STAGES_OF_DAY = compose("select shop_id, buyer_id, stage from stages")
PEOPLE_BY_STAGE = compose("select shop_id, stage, count(*) as people from stages group by shop_id, stage")

DEPTH_MARKS = """
select buyer_id,
    count(distinct case when kind = 'saw' and day >= $aware_from then day end) as saw_days,
    max(case when kind = 'wanted' and day >= $interested_from then 1 else 0 end) as wanted,
    count(distinct case when kind = 'bought' and day >= $loyal_from then day end) as bought_days
from touches
group by buyer_id
"""

PEOPLE_BY_DEPTH = compose(f"""
select
    case s.stage
        when 'A' then case when m.saw_days >= 2 then 'E' else 'D' end
        when 'I' then case when m.wanted = 1 then 'P' else 'E2' end
        when 'P' then 'I'
        else case when m.bought_days >= $keen_purchase_days then 'K' else 'N' end
    end as depth,
    count(*) as people
from stages s join ({DEPTH_MARKS}) m on m.buyer_id = s.buyer_id
group by depth
""")  # of one shop

PAID_LINES = """
select order_id, buyer_id, paid_day, coalesce(category_id, '') as category_id, paid_minor
from order_lines
where shop_id = $shop_id and paid_day >= $first_day and paid_day <= $last_day and buyer_id is not null
  and (not coalesce(simulated, false) or $with_simulated)
"""

TRADE = f"""
with paid as ({PAID_LINES})
select coalesce(sum(paid_minor), 0), count(distinct buyer_id), count(distinct order_id),
    (select count(*) from (select distinct order_id, category_id from paid) as pairs)
from paid
"""

HABITS = f"""
with paid as ({PAID_LINES})
select buyer_id, max(paid_day), count(distinct order_id), sum(paid_minor)
from paid
group by buyer_id
order by buyer_id
"""

MEMBERS = f"""
with members as (
    select distinct user_id as buyer_id from events
    where shop_id = $shop_id and day <= $last_day and user_id is not null and type in ('join', 'follow')
      and (not coalesce(simulated, false) or $with_simulated)
),
paid_lines as ({PAID_LINES}),
active as (
    select user_id as buyer_id from events
    where shop_id = $shop_id and day >= $first_day and day <= $last_day and type in ('fav', 'cart')
    union
    select buyer_id from paid_lines
)
select count(*), count(a.buyer_id) from members m left join active a on a.buyer_id = m.buyer_id
"""

LIFETIMES = """
with days as (
    select buyer_id, paid_day, sum(paid_minor) as paid
    from orders
    where shop_id = $shop_id and paid_day <= $last_day and buyer_id is not null
      and (not coalesce(simulated, false) or $with_simulated)
    group by buyer_id, paid_day
),
firsts as (select buyer_id, min(paid_day) as first_day from days group by buyer_id)
select d.buyer_id, f.first_day, max(case when d.paid_day <= $day then d.paid_day end) as last_day,
    sum(case when d.paid_day > f.first_day and d.paid_day <= $day then 1 else 0 end) as repeats,
    sum(case when d.paid_day > f.first_day and d.paid_day <= $day then d.paid else 0 end) as repeated_minor,
    sum(case when d.paid_day <= $day then d.paid else 0 end) as paid_minor,
    sum(case when d.paid_day > $day then d.paid else 0 end) as later_minor
from days d join firsts f on f.buyer_id = d.buyer_id
where f.first_day <= $day
group by d.buyer_id, f.first_day
order by d.buyer_id
"""  # who bought by `$day`, and what they paid after it until `$last_day`
