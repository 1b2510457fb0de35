"""Who stands in the tests of the market? Shops, their owners and staff, each with good defaults."""

from uuid import UUID

from peakday.kernel.actor import SYSTEM, Actor
from peakday.kernel.database import Database, Tx
from peakday.market.accounts.api import create_account, sign_in
from peakday.market.accounts.identity import actor_of_account
from peakday.market.accounts.model import (
    Account,
    AccountKind,
    NewAccount,
    Role,
    SessionOpened,
    SignInAttempt,
)
from peakday.market.accounts.passwords import PasswordCost
from peakday.market.shops.api import ensure_shops
from peakday.market.shops.model import NewShop, ShopId

PASSWORD = "a quiet harbour at dawn"
CHEAP = PasswordCost(memory_kib=8, passes=1, lanes=1)
ADDRESS = "203.0.113.7"


def a_shop(source_ref: str, now, **changes) -> NewShop:
    return NewShop(**{"source": "test", "source_ref": source_ref, "name": f"Shop {source_ref}", "currency": "CNY",
                      "opened_at": now, **changes})  # fmt: skip


async def open_shop(tx: Tx, source_ref: str, now) -> ShopId:
    [shop_id] = await ensure_shops(tx, [a_shop(source_ref, now)])
    return shop_id


async def open_account(
    tx: Tx, shop_id: UUID | None, login: str, now, role: Role = Role.MAIN, permissions=frozenset()
) -> Account:
    kind = AccountKind.STAFF if shop_id is None else AccountKind.MERCHANT
    role = Role.PLATFORM if shop_id is None else role
    wanted = NewAccount(login, login.title(), kind, shop_id, role, frozenset(permissions))
    return await create_account(tx, SYSTEM, wanted, PASSWORD, now, CHEAP)


async def open_shop_with_owner(database: Database, source_ref: str, now) -> tuple[ShopId, Actor]:
    """A shop and its main account, whose login is `owner-<ref>`."""
    async with database.transaction() as tx:
        shop_id = await open_shop(tx, source_ref, now)
        owner = await open_account(tx, shop_id, f"owner-{source_ref}", now)
    return shop_id, actor_of_account(owner)


async def enter(database: Database, login: str, now, password: str = PASSWORD, address: str = ADDRESS) -> SessionOpened:
    return await sign_in(database, SignInAttempt(login, password, address, "test browser"), now)
