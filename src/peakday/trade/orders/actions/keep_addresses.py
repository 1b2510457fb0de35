"""How does a buyer keep addresses? One of them is the usual one; orders keep their own copy."""

import re
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from peakday.kernel.actor import Actor
from peakday.kernel.database import Tx
from peakday.kernel.refusal import Problem
from peakday.kernel.text import Text
from peakday.market.accounts import api as accounts
from peakday.trade.orders import checkout_store
from peakday.trade.orders.checkouts import ADDRESSES_MAX, Address
from peakday.trade.orders.errors import AddressNotFound, BadAddress, TooManyAddresses

LINE_MAX = 200
_PHONE = re.compile(r"\+?[0-9][0-9 -]{4,19}", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f]")


async def add_address(tx: Tx, actor: Actor, address: Address, now: datetime) -> Address:
    """Keep a new address; one that is kept already with the same words is that one, also for two that ask at once.

    Refuses `BadAddress`, `TooManyAddresses`.
    """
    buyer_id = accounts.require_buyer(actor)
    await checkout_store.lock_addresses(tx, buyer_id)
    for kept in await checkout_store.list_addresses(tx, buyer_id):
        if replace(address, address_id=kept.address_id) == kept:
            return kept
    return await save_address(tx, actor, address, now)


async def save_address(tx: Tx, actor: Actor, address: Address, now: datetime) -> Address:
    """Add an address, or change the one of its id. Refuses `BadAddress`, `TooManyAddresses`."""
    buyer_id = accounts.require_buyer(actor)
    problems = _faults(address)
    if problems:
        raise BadAddress(*problems)
    await checkout_store.lock_addresses(tx, buyer_id)
    kept = await checkout_store.list_addresses(tx, buyer_id)
    if len(kept) >= ADDRESSES_MAX and all(each.address_id != address.address_id for each in kept):
        raise TooManyAddresses(limit=ADDRESSES_MAX)
    await checkout_store.save_address(tx, buyer_id, address, now)
    return address


async def remove_address(tx: Tx, actor: Actor, address_id: UUID, now: datetime) -> None:
    """Take an address out of the list. Refuses `AddressNotFound`."""
    buyer_id = accounts.require_buyer(actor)
    if not await checkout_store.remove_address(tx, buyer_id, address_id, now):
        raise AddressNotFound


async def list_addresses(tx: Tx, actor: Actor) -> list[Address]:
    """A buyer's addresses, the usual one first."""
    return await checkout_store.list_addresses(tx, accounts.require_buyer(actor))


def _faults(address: Address) -> list[Problem]:
    problems = []
    for name in ("recipient", "city", "street"):
        text = getattr(address, name)
        if not text.strip() or len(text) > LINE_MAX or _CONTROL.search(text):
            message = Text(f"请填写 1 到 {LINE_MAX} 个字", f"Write 1 to {LINE_MAX} letters")
            problems.append(Problem(name, "length", message, Text("请补全该项", "Fill this in")))
    if not _PHONE.fullmatch(address.phone):
        message = Text("电话号码有误", "This is no phone number")
        problems.append(
            Problem("phone", "out_of_form", message, Text("请填写数字", "Write digits"), value=address.phone[:40])
        )
    for name in ("postcode", "region_id"):
        text = getattr(address, name) or ""
        if len(text) > LINE_MAX or _CONTROL.search(text):
            message = Text("内容过长", "This is too long")
            problems.append(Problem(name, "length", message, Text("请缩短", "Make it shorter")))
    return problems
