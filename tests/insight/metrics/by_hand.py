"""What is each figure when a person counts it with pencil and paper? Plain loops, none of the registry's SQL.

`count_by_hand(market, window, cut)` returns every metric by name. `cut(kind, row)` says whether a fact belongs to the
part that is looked at; facts outside it (earlier payments, competitors) are never cut.
"""

from collections import defaultdict
from collections.abc import Callable
from datetime import timedelta
from fractions import Fraction

from peakday.insight.metrics.model import Window
from tests.insight.metrics.small_market import SHOP, SmallMarket, day_at

Row = dict
Cut = Callable[[str, Row], bool]
BANDS = [digit * 10**power for power in range(2, 8) for digit in (1, 2, 5)]


def everything(kind: str, row: Row) -> bool:
    return True


def part_of(kind: str, row: Row, by: str) -> object:
    """The part of a fact by a dimension."""
    own_time = row.get("_time")
    if by in {"day", "hour", "week_hour"} and own_time is None:
        return None  # an item on sale has no time of its own
    if by == "day":
        return day_at(own_time)
    if by == "hour":
        return (own_time + timedelta(hours=8)).hour
    if by == "week_hour":
        local = own_time + timedelta(hours=8)
        return 100 * local.isoweekday() + local.hour
    if by == "source":
        path = row.get("source_path") or [None]
        return row.get("channel") if row.get("channel") is not None else (path[0] or "")
    if by == "price_band":
        if "quantity" not in row:
            return None
        floor = [band for band in BANDS if row["paid_minor"] >= band * max(row["quantity"], 1)]
        return floor[-1] if floor else 0
    column = {"item": "item_id", "category": "category_id", "terminal": "terminal", "region": "region_id",
              "page": "page", "search_word": "search_query"}[by]  # fmt: skip
    return row.get(column) or ""


def half_up(part: int, whole: int) -> int | None:
    """The quotient rounded half away from zero."""
    if not whole:
        return None
    sign = -1 if (part < 0) != (whole < 0) else 1
    return sign * ((2 * abs(part) + abs(whole)) // (2 * abs(whole)))


def share(part: float, whole: float) -> float | None:
    return None if not whole else float(Fraction(part) / Fraction(whole))


def mean(values: list[Fraction]) -> float | None:
    return None if not values else float(sum(values, Fraction(0)) / len(values))


def count_by_hand(market: SmallMarket, window: Window, cut: Cut = everything, *, simulated: bool = False) -> dict:
    """Every metric of the shop in the window."""
    facts = _Facts(market, window, simulated)
    found = {**_traffic(facts, cut), **_trade(facts, cut), **_items(facts, cut), **_market(facts, cut)}
    whole = {**_traffic(facts, everything), **_items(facts, everything)}
    found["uv_whole"], found["item_paid_whole"] = whole["uv"], whole["item_paid_amount"]
    found["visitor_share"] = share(found["uv"], found["uv_whole"])
    found["item_paid_share"] = share(found["item_paid_amount"], found["item_paid_whole"])
    found["order_conversion"] = share(found["order_buyers"], found["uv"])
    found["pay_conversion"] = share(found["paying_buyers"], found["uv"])
    found["uv_value"] = half_up(found["paid_amount"], found["uv"])
    found["item_conversion"] = share(found["item_buyers"], found["item_visitors"])
    return found


class _Facts:
    """The facts of the market with the instants of a window."""

    def __init__(self, market: SmallMarket, window: Window, simulated: bool) -> None:
        self.start, self.end = window.start.replace(tzinfo=None), window.end.replace(tzinfo=None)
        before = window.previous()
        self.before = before.start.replace(tzinfo=None), before.end.replace(tzinfo=None)
        self.first_day, self.last_day = window.first_day, window.last_day
        self.rows = market.rows
        self.simulated = simulated

    def within(self, instant) -> bool:
        return instant is not None and self.start <= instant < self.end

    def is_known(self, row: Row) -> bool:
        return self.simulated or not row["simulated"]

    def timed(self, relation: str, column: str, *, shop: bool = True) -> list[Row]:
        """Rows whose instant lies in the window, with that instant as `_time`."""
        return [
            {**row, "_time": row[column]}
            for row in self.rows[relation]
            if self.within(row[column]) and self.is_known(row) and (row["shop_id"] == str(SHOP)) == shop
        ]


def _traffic(facts: _Facts, cut: Cut) -> dict:
    events = [e for e in facts.timed("events", "ts") if cut("events", e)]
    people = defaultdict(set)
    days: dict = defaultdict(lambda: defaultdict(lambda: {"pv": 0, "click": 0}))
    dwell: dict = defaultdict(Fraction)
    for event in events:
        people[event["type"]].add(event["user_id"])
        days[event["day"]][event["user_id"]][event["type"]] = (
            days[event["day"]][event["user_id"]].get(event["type"], 0) + 1
        )
        dwell[event["day"]] += Fraction(event["dwell_seconds"] or 0)
    bounced, single, per_visitor, stayed = [], [], [], []
    for day, acts in days.items():
        visitors = [act for act in acts.values() if act["pv"]]
        if visitors:
            count = len(visitors)
            bounced.append(Fraction(sum(not act["click"] for act in visitors), count))
            single.append(Fraction(sum(act["pv"] == 1 for act in visitors), count))
            per_visitor.append(Fraction(sum(act["pv"] for act in visitors), count))
            stayed.append(dwell[day] / count)
    inquiries = [e for e in events if e["type"] == "inquiry"]
    became = sum(any(_follows(facts, order, inquiry) for order in facts.rows["orders"]) for inquiry in inquiries)
    uv = len(people["pv"])
    return {
        "pv": sum(e["type"] == "pv" for e in events), "uv": uv,
        "bounce_rate": mean(bounced), "bounce_rate_one_view": mean(single), "pv_per_visitor": mean(per_visitor),
        "dwell_mean": mean(stayed), "cart_people": len(people["cart"]), "fav_people": len(people["fav"]),
        "cart_rate": share(len(people["cart"]), uv), "fav_rate": share(len(people["fav"]), uv),
        "search_people": len(people["search"]), "inquiry_people": len(people["inquiry"]),
        "inquiry_conversion": share(became, len(inquiries)),
        "item_visitors": len({e["user_id"] for e in events if e["type"] == "pv" and e["item_id"]}),
        "item_cart_people": len({e["user_id"] for e in events if e["type"] == "cart" and e["item_id"]}),
    }  # fmt: skip


def _follows(facts: _Facts, order: Row, inquiry: Row) -> bool:
    return (
        order["shop_id"] == str(SHOP)
        and order["buyer_id"] == inquiry["user_id"]
        and facts.is_known(order)
        and inquiry["ts"] <= order["created_at"] < inquiry["ts"] + timedelta(days=28)
    )


def _trade(facts: _Facts, cut: Cut) -> dict:
    paid = [o for o in facts.timed("orders", "paid_at") if cut("orders", o)]
    placed = [o for o in facts.timed("orders", "created_at") if cut("orders", o)]
    by_id = {o["order_id"]: o for o in facts.rows["orders"] if o["shop_id"] == str(SHOP)}
    refunds = []
    for refund in facts.rows["refunds"]:
        order = by_id.get(refund["order_id"], {"simulated": False, "terminal": None, "region_id": None})
        row = {
            **refund,
            "terminal": order["terminal"],
            "region_id": order["region_id"],
            "_time": refund["completed_at"],
        }
        in_shop = refund["shop_id"] == str(SHOP) and facts.within(refund["completed_at"])
        if in_shop and facts.is_known(order) and cut("orders", row):
            refunds.append(row)
    year = facts.start - timedelta(days=365)
    own = [o for o in by_id.values() if facts.is_known(o) and o["paid_at"]]
    earlier = {o["buyer_id"] for o in own if year <= o["paid_at"] < facts.start}
    previous = sum(o["paid_minor"] for o in own if facts.before[0] <= o["paid_at"] < facts.before[1])
    spent: dict = defaultdict(list)
    for order in paid:
        if order["buyer_id"] is not None:
            spent[order["buyer_id"]].append(order["paid_minor"])
    amount = sum(o["paid_minor"] for o in paid)
    new = {b: sum(s) for b, s in spent.items() if b not in earlier}
    old = {b: sum(s) for b, s in spent.items() if b in earlier}
    order_buyers = len({o["buyer_id"] for o in placed} - {None})
    listed, discount = sum(o["list_minor"] for o in paid), sum(o["discount_minor"] for o in paid)
    refunded = sum(r["amount_minor"] for r in refunds)
    return {
        "order_buyers": order_buyers, "placed_orders": len(placed),
        "order_amount": sum(o["paid_minor"] for o in placed),
        "paid_amount": amount, "paying_buyers": len(spent), "paid_orders": len(paid),
        "order_pay_conversion": share(len(spent), order_buyers), "average_order_value": half_up(amount, len(spent)),
        "list_amount": listed, "discount_amount": discount, "discount_depth": share(discount, listed),
        "postage_amount": sum(o["postage_minor"] for o in paid), "refund_amount": refunded, "refunds": len(refunds),
        "refund_rate": share(refunded, amount), "previous_paid_amount": previous,
        "trade_growth": share(amount - previous, previous), "new_buyers": len(new), "returning_buyers": len(old),
        "new_buyer_amount": sum(new.values()), "returning_buyer_amount": sum(old.values()),
        "returning_share": share(len(old), len(spent)), "single_buyers": sum(len(s) == 1 for s in spent.values()),
        "repeat_buyers": sum(len(s) > 1 for s in spent.values()),
        "orders_per_buyer": share(sum(len(s) for s in spent.values()), len(spent)),
    }  # fmt: skip


def _items(facts: _Facts, cut: Cut) -> dict:
    paid = [line for line in facts.timed("order_lines", "paid_at") if cut("lines", line)]
    placed = [line for line in facts.timed("order_lines", "created_at") if cut("lines", line)]
    own = {i["item_id"]: i for i in facts.rows["items"] if i["shop_id"] == str(SHOP)}
    listed = [
        item for item in own.values()
        if item["status"] == "on_sale" and cut("items", item)
        and (item["first_listed_day"] is None or item["first_listed_day"] <= facts.last_day)
    ]  # fmt: skip
    sold = {line["item_id"] for line in paid}
    sold_anywhere = {line["item_id"] for line in facts.timed("order_lines", "paid_at")}  # under any category
    unsold = [item for item in listed if item["item_id"] not in sold_anywhere]
    fresh = 0
    for line in paid:
        first = own.get(line["item_id"], {}).get("first_listed_day")
        if first is not None and 0 <= (line["paid_day"] - first).days <= 29:
            fresh += line["paid_minor"]
    amount, pieces = sum(line["paid_minor"] for line in paid), sum(line["quantity"] for line in paid)
    buyers = len({line["buyer_id"] for line in paid} - {None})
    return {
        "sub_orders": len(paid), "pieces": pieces, "items_sold": len(sold), "item_paid_amount": amount,
        "item_buyers": buyers, "item_order_buyers": len({line["buyer_id"] for line in placed} - {None}),
        "piece_price": half_up(amount, pieces), "pieces_per_buyer": share(pieces, buyers),
        "items_on_sale": len(listed), "unsaleable_items": len(unsold),
        "sell_through": None if not listed else 1 - len(unsold) / len(listed),
        "new_items": sum(item["first_listed_day"] is not None and item["first_listed_day"] >= facts.first_day
                         for item in listed),
        "new_item_amount": fresh,
    }  # fmt: skip


def _market(facts: _Facts, cut: Cut, people_min: int = 5, rivals_min: int = 5) -> dict:
    events = facts.timed("events", "ts")
    weeks = {(x["region_id"], x["week_start"]) for x in facts.rows["exposures"]
             if x["shop_id"] == str(SHOP) and (x["display"] != "0" or x["mailer"] != "0")}  # fmt: skip
    exposed = {e["user_id"] for e in events if e["type"] == "impression"}
    for order in facts.rows["orders"]:
        if facts.within(order["created_at"]) and facts.is_known(order) and order["buyer_id"] is not None:
            seen = any(r == order["region_id"] and 0 <= (order["created_day"] - w).days <= 6 for r, w in weeks)
            exposed |= {order["buyer_id"]} if seen else set()
    payers = {o["buyer_id"] for o in facts.timed("orders", "paid_at")}
    category_of = {i["item_id"]: i["category_id"] for i in facts.rows["items"] if i["shop_id"] == str(SHOP)}
    visits = set()
    for event in events:
        category = event["category_id"] or category_of.get(event["item_id"])
        if event["type"] in {"pv", "impression"} and category and cut("visits", {**event, "category_id": category}):
            visits.add((event["user_id"], category))
    here = {(line["buyer_id"], line["category_id"]) for line in facts.timed("order_lines", "paid_at")}
    elsewhere: dict = defaultdict(int)
    rivals: dict = defaultdict(set)
    for line in facts.timed("order_lines", "paid_at", shop=False):
        elsewhere[line["buyer_id"], line["category_id"]] += line["paid_minor"]
        rivals[line["buyer_id"], line["category_id"]].add(line["shop_id"])
    lost = [visit for visit in visits if visit in elsewhere and visit not in here]
    people = len({user for user, _ in lost})
    amount = sum(elsewhere[visit] for visit in lost)
    unit = 10 ** max(len(str(amount)) - 2, 0)
    is_shown = people >= people_min and len(set().union(*(rivals[visit] for visit in lost))) >= rivals_min
    return {
        "exposed_people": len(exposed), "exposed_buyers": len(exposed & payers),
        "exposure_conversion": share(len(exposed & payers), len(exposed)),
        "category_visitors": len({user for user, _ in visits}), "lost_people": people,
        "lost_amount": (amount + unit // 2) // unit * unit if is_shown or not people else None,
        "loss_rate": share(people, len({user for user, _ in visits})),
    }  # fmt: skip
