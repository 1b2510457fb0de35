"""What do tests of kept instruments stand on? A shop with tea and cups, two people of it, and a guard that is told."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from peakday.kernel.actor import Actor
from peakday.kernel.house import House
from peakday.kernel.ids import new_id
from peakday.kernel.text import Text
from peakday.market.accounts.identity import actor_of_account
from peakday.market.accounts.model import NewBuyer, Role, buyer_id_of
from peakday.market.accounts.store import upsert_buyers
from peakday.market.catalog.api import copy_items, ensure_categories
from peakday.market.catalog.model import NewCategory, NewItem, NewSku, item_id_of, sku_id_of
from peakday.trade.promotions.guard import Finding, Inspection, Severity
from peakday.trade.promotions.model import Instrument, Kind, Limits, Tier, Tiers
from tests.market.people import open_account, open_shop_with_owner

DAY = timedelta(days=1)


@dataclass
class SayingGuard:
    """A guard that says what the test tells it to say."""

    findings: tuple[Finding, ...] = ()
    asked: list[Instrument] = field(default_factory=list)

    async def inspect(self, tx, shop_id, candidate, now) -> Inspection:
        self.asked.append(candidate)
        return Inspection(self.findings)


def a_finding(severity=Severity.CONFIRM, code="below_red_line", loss=12_300) -> Finding:
    return Finding(code, severity, Text("到手价低于红线", "The final price is below the red line"), None, loss)


QUIET = SayingGuard()


@dataclass(frozen=True)
class Floor:
    """A shop: tea (100.00; big 200.00) and a cup (50.00), its owner and a second person."""

    house: House
    shop_id: UUID
    owner: Actor
    second: Actor
    buyer: UUID
    tea: UUID
    big_tea: UUID
    cup: UUID
    tea_item: UUID
    cup_item: UUID
    drinks: UUID
    ware: UUID

    @property
    def now(self) -> datetime:
        return self.house.clock.now()

    def instrument(self, kind=Kind.SHOP_COUPON, benefit=None, **changes) -> Instrument:
        wanted = {
            "instrument_id": new_id(self.now), "kind": kind, "name": Text("十月券", "October coupon"),
            "currency": "CNY", "benefit": benefit or Tiers((Tier(10_000, 1_000),)),
        }  # fmt: skip
        return Instrument(**(wanted | changes))


async def open_floor(house: House, name: str = "one") -> Floor:
    now = house.clock.now()
    shop_id, owner = await open_shop_with_owner(house.database, name, now)
    async with house.database.transaction() as tx:
        second = await open_account(tx, shop_id, f"second-{name}", now, Role.OPERATIONS)
        tree = await ensure_categories(tx, [
            NewCategory("test", "drinks", "饮品", "Drinks"), NewCategory("test", "tea", "茶", "Tea", "drinks"),
            NewCategory("test", "ware", "器皿", "Ware"),
        ])  # fmt: skip
        skus = (NewSku("tea", price_minor=10_000), NewSku("big", {"size": "big"}, price_minor=20_000))
        await copy_items(tx, [
            NewItem(shop_id, "test", "tea", "Longjing tea", tree["tea"], list_price_minor=10_000, skus=skus),
            NewItem(shop_id, "test", "cup", "Cup", tree["ware"], list_price_minor=5_000),
        ], now)  # fmt: skip
        await upsert_buyers(tx, [NewBuyer("test", f"buyer-{name}", now)])
    return Floor(
        house, shop_id, owner, actor_of_account(second), buyer_id_of("test", f"buyer-{name}"),
        sku_id_of(shop_id, "tea", "tea"), sku_id_of(shop_id, "tea", "big"), sku_id_of(shop_id, "cup", "cup"),
        item_id_of(shop_id, "tea"), item_id_of(shop_id, "cup"), tree["drinks"], tree["ware"],
    )  # fmt: skip


def limits(**given) -> Limits:
    return Limits(**given)


async def count_rows(house: House) -> dict[str, int]:
    """How many rows every table of the room has: a refusal changes none of them."""
    async with house.database.read() as tx:
        names = await tx.fetch("select table_name from information_schema.tables where table_schema = 'promotions'")
        return {row[0]: await tx.fetchval(f"select count(*) from promotions.{row[0]}") for row in names}


__all__ = ["DAY", "QUIET", "Floor", "SayingGuard", "a_finding", "count_rows", "limits", "open_floor"]
