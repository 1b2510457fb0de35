"""Who may enter a market that was just opened? Staff, the owners of the largest shops, two sub-accounts, some buyers.

The passwords are random, made once and kept in `<home>/logins.json` (0600). They are written before the accounts, so
that no crash leaves an account that nobody can enter. A second run opens what is missing and changes nothing else;
where the file was lost, the demo accounts get new passwords and their sessions end.
"""

import asyncio
import os
import secrets
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from peakday.apps.importers.demo_buyers import LOGIN, demo_buyers, open_demo_buyer
from peakday.kernel.actor import SYSTEM
from peakday.kernel.database import Tx
from peakday.kernel.house import House
from peakday.market.accounts import api as accounts
from peakday.market.accounts.model import AccountKind, NewAccount, NewBuyerAccount, Role
from peakday.market.shops import api as shops
from peakday.market.shops.model import Shop
from peakday.trade.orders import api as orders

OWNED_SHOPS = 3
FILE_NAME = "logins.json"
STAFF_LOGIN = "staff"
SECOND_LOGIN = "staff2"  # what the platform sets up needs a second person


@dataclass(frozen=True, slots=True)
class DemoLogin:
    """One row of `logins.json`: who it is, how they enter, which shop they see first, and where."""

    name: str
    role: str
    login: str
    password: str
    shop: str
    address: str


@dataclass(frozen=True, slots=True)
class _Person:
    wanted: NewAccount
    shop: Shop | None


async def ensure_demo_accounts(house: House) -> list[DemoLogin]:
    """Open the demo's accounts that are not there yet; all logins, also those of earlier runs."""
    path = house.settings.home / FILE_NAME
    async with house.database.transaction() as tx:
        people = await _people(tx)
        logins = await asyncio.to_thread(_read, path)
        known = {row.login for row in logins}
        buyers = await demo_buyers(tx)
        fresh = [_login(house, person) for person in people if person.wanted.login not in known]
        fresh += [_buyer_login(house, login) for login in buyers if login not in known]
        if fresh:
            logins = [*logins, *fresh]
            await asyncio.to_thread(_write, path, logins)
        passwords = {row.login: row.password for row in logins}
        for person in people:
            await _open(tx, house, person, passwords[person.wanted.login], is_fresh=person.wanted.login not in known)
        for login, buyer_id in buyers.items():
            wanted = NewBuyerAccount(login, _buyer_name(login), passwords[login])
            await open_demo_buyer(tx, house, buyer_id, wanted, is_fresh=login not in known)
    return logins


def tell_address(home: Path, logins: list[DemoLogin], address: str) -> None:
    """Write down where the market is open now; it may be another port than the last time."""
    told = [replace(login, address=address + urlsplit(login.address).path) for login in logins]
    if told != logins:
        _write(home / FILE_NAME, told)


async def _people(tx: Tx) -> list[_Person]:
    """Staff, for the largest shops their main accounts, two sub-accounts of the largest, and a second of the staff."""
    sizes = await orders.largest_shops(tx, OWNED_SHOPS)
    found = [await shops.find_shop(tx, size.shop_id) for size in sizes]
    owned = [shop for shop in found if shop is not None]
    staff = NewAccount(STAFF_LOGIN, "平台小二 Staff", AccountKind.STAFF, None, Role.PLATFORM)
    second = NewAccount(SECOND_LOGIN, "平台复核 Second", AccountKind.STAFF, None, Role.PLATFORM)
    people = [_Person(staff, None)]
    for number, shop in enumerate(owned, 1):
        main = await accounts.find_main_account(tx, shop.shop_id)
        if main is None or main.login == f"owner{number}":
            owner = NewAccount(f"owner{number}", f"店主 Owner {number}", shop_id=shop.shop_id, role=Role.MAIN)
            people.append(_Person(owner, shop))
    for shop in owned[:1]:
        analyst = NewAccount("analyst", "运营 Operations", shop_id=shop.shop_id, role=Role.OPERATIONS)
        packer = NewAccount("packer", "发货 Shipping", shop_id=shop.shop_id, role=Role.SHIPPING)
        people += [_Person(analyst, shop), _Person(packer, shop)]
    return [*people, _Person(second, None)]


async def _open(tx: Tx, house: House, person: _Person, password: str, *, is_fresh: bool) -> None:
    now = house.clock.now()
    found = await accounts.find_account_by_login(tx, person.wanted.login)
    if found is None:
        await accounts.ensure_account(tx, person.wanted, password, now)
    elif is_fresh:  # the account outlived the file with its password
        await accounts.replace_password(tx, SYSTEM, found, password, now)


def _login(house: House, person: _Person) -> DemoLogin:
    return DemoLogin(
        name=person.wanted.name,
        role=person.wanted.role.value,
        login=person.wanted.login,
        password=secrets.token_urlsafe(12),
        shop=person.shop.name if person.shop else "",
        address=f"http://{house.settings.host}:{house.settings.port}/sign-in",
    )


def _buyer_login(house: House, login: str) -> DemoLogin:
    address = f"http://{house.settings.host}:{house.settings.port}/mall/sign-in"
    return DemoLogin(_buyer_name(login), "buyer", login, secrets.token_urlsafe(12), "/mall", address)


def _buyer_name(login: str) -> str:
    number = login.removeprefix(LOGIN)
    return f"买家 Buyer {number}"


def _read(path: Path) -> list[DemoLogin]:
    return msgspec.json.decode(path.read_bytes(), type=list[DemoLogin]) if path.exists() else []


def _write(path: Path, logins: list[DemoLogin]) -> None:
    making = path.with_suffix(".making")
    making.unlink(missing_ok=True)
    with os.fdopen(os.open(making, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(msgspec.json.format(msgspec.json.encode([asdict(login) for login in logins]), indent=1))
    making.replace(path)
