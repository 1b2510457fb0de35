"""What do tests of the health centre's database side stand on? P's tea shop, a live instrument, and looks at it."""

from datetime import timedelta

from peakday.operations.health import api
from peakday.operations.health.queries import FindingFilter
from peakday.trade.promotions import api as promotions
from peakday.trade.promotions.model import Kind, Limits, PiecePrice, Scope, Tier, Tiers
from tests.trade.promotions.shop_floor import QUIET, Floor, open_floor

GUARD = api.HealthGuard()
EVERYTHING = FindingFilter(state=None)


async def open_tea_shop(house, line: int | None = 7_000, name: str = "one") -> Floor:
    """The tea shop (tea 100.00, big 200.00, cup 50.00); tea's red line is 70.00."""
    floor = await open_floor(house, name)
    if line is not None:
        async with house.database.transaction() as tx:
            await api.set_red_line(tx, floor.owner, floor.shop_id, (floor.tea_item, None), line, floor.now)
    return floor


async def go_live(floor: Floor, instrument, guard=QUIET):
    """Publish an instrument; by default behind a guard that says nothing."""
    async with floor.house.database.transaction() as tx:
        await promotions.save_draft(tx, floor.owner, floor.shop_id, instrument, floor.now)
        wish = promotions.Wish(floor.shop_id, instrument.instrument_id)
        return await promotions.publish(tx, floor.owner, wish, guard, floor.now)


def a_price(floor: Floor, minor: int, **changes):
    """A single price of tea, for a day from tomorrow on."""
    start = floor.now + timedelta(days=1)
    wanted = {
        "scope": Scope(item_ids=frozenset({floor.tea_item})), "valid_from": start,
        "valid_until": start + timedelta(days=1), "limits": Limits(per_buyer=1),
    }  # fmt: skip
    benefit = PiecePrice(by_sku={floor.tea: minor, floor.big_tea: 2 * minor})
    return floor.instrument(Kind.SINGLE_PRICE, benefit, **(wanted | changes))


def a_coupon(floor: Floor, at: int, off: int, **changes):
    """A shop coupon for a day from tomorrow on."""
    start = floor.now + timedelta(days=1)
    wanted = {
        "valid_from": start, "valid_until": start + timedelta(days=1), "limits": Limits(per_buyer=1, total=100),
    }  # fmt: skip
    return floor.instrument(Kind.SHOP_COUPON, Tiers((Tier(at, off),)), **(wanted | changes))


async def look(floor: Floor) -> int:
    return await api.scan_shop(floor.house, floor.shop_id)


async def findings(floor: Floor, wanted: FindingFilter | None = None):
    async with floor.house.database.read() as tx:
        return await api.risk_items(tx, floor.owner, floor.shop_id, wanted)


async def sent(floor: Floor):
    """The messages of the shop: (key, status, needs an answer), in order."""
    async with floor.house.database.read() as tx:
        rows = await tx.fetch(
            "select key, status, needs_answer, at_risk_minor from kernel.message where shop_id = $1"
            " and topic = 'price_risk' order by sent_at, message_id",
            floor.shop_id,
        )
    return [tuple(row) for row in rows]


async def topics(floor: Floor) -> list[str]:
    async with floor.house.database.read() as tx:
        rows = await tx.fetch("select topic from kernel.outbox where topic like 'health.%' order by event_id")
    return [row["topic"] for row in rows]
