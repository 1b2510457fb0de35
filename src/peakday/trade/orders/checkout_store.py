"""How are checkouts found again, and addresses kept?"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from peakday.kernel.database import Tx
from peakday.trade.orders.checkouts import Address, StoredCheckout


@dataclass(frozen=True, slots=True)
class BuyersSide:
    """What a checkout is met with: whether it stands already, and the addresses it names."""

    stored: StoredCheckout | None
    addresses: Mapping[UUID, Address]


@dataclass(frozen=True, slots=True)
class SideAsk:
    """A checkout that is asked for, and the addresses it names."""

    buyer_id: UUID
    checkout_id: UUID
    address_ids: tuple[UUID, ...]


async def read_buyers_side(
    tx: Tx, buyer_id: UUID, checkout_id: UUID, address_ids: Iterable[UUID]
) -> BuyersSide:  # fmt: skip
    """Both in one question: a checkout asks it before anything else."""
    (side,) = await read_buyers_sides(tx, [SideAsk(buyer_id, checkout_id, tuple(address_ids))])
    return side


async def read_buyers_sides(tx: Tx, asks: Sequence[SideAsk]) -> list[BuyersSide]:
    """The same for many checkouts in one question, in their order; each buyer's own addresses only."""
    rows = await tx.fetch(
        _BUYERS_SIDE, [ask.buyer_id for ask in asks], [ask.checkout_id for ask in asks],
        list({name for ask in asks for name in ask.address_ids}),
    )  # fmt: skip
    stored: dict[tuple[UUID, UUID], StoredCheckout | None] = {}
    addresses: dict[tuple[UUID, UUID], asyncpg.Record] = {}
    for row in rows:
        key = row["buyer_id"], row["checkout_id"]
        if key not in stored:
            stored[key] = _checkout(row) if row["request_hash"] is not None else None
        if row["address_id"] is not None:
            addresses[row["buyer_id"], row["address_id"]] = row
    return [
        BuyersSide(
            stored[ask.buyer_id, ask.checkout_id],
            {name: _address(addresses[ask.buyer_id, name])
             for name in ask.address_ids if (ask.buyer_id, name) in addresses},
        )
        for ask in asks
    ]  # fmt: skip


async def find_checkout(tx: Tx, buyer_id: UUID, checkout_id: UUID) -> StoredCheckout | None:
    """A buyer's checkout, or none."""
    row = await tx.fetchrow(
        f"select {_CHECKOUT} from orders.checkout where buyer_id = $1 and checkout_id = $2", buyer_id, checkout_id
    )
    return _checkout(row) if row else None


async def find_checkouts(tx: Tx, buyer_id: UUID, checkout_ids: Sequence[UUID]) -> list[StoredCheckout]:
    """Those of a buyer's checkouts that there are, in the order of their ids."""
    rows = await tx.fetch(
        f"select {_CHECKOUT} from orders.checkout where buyer_id = $1 and checkout_id = any($2::uuid[])"
        " order by checkout_id",
        buyer_id, checkout_ids,
    )  # fmt: skip
    return [_checkout(row) for row in rows]


async def find_checkout_of_order(tx: Tx, buyer_id: UUID, order_id: UUID) -> StoredCheckout | None:
    """The checkout of a buyer's order, or none: also where the order is another's."""
    row = await tx.fetchrow(
        f"select {_CHECKOUT} from orders.checkout where buyer_id = $1 and order_ids @> array[$2::uuid]",
        buyer_id, order_id,
    )  # fmt: skip
    return _checkout(row) if row else None


async def find_quotes(tx: Tx, checkouts: Sequence[tuple[UUID, UUID]]) -> dict[UUID, dict[str, Any]]:
    """What was quoted for these (buyer_id, checkout_id), by checkout."""
    rows = await tx.fetch(
        "select checkout_id, quote from orders.checkout"
        " join unnest($1::uuid[], $2::uuid[]) as w(buyer_id, checkout_id) using (buyer_id, checkout_id)",
        [buyer_id for buyer_id, _ in checkouts], [checkout_id for _, checkout_id in checkouts],
    )  # fmt: skip
    return {row["checkout_id"]: row["quote"] for row in rows}


async def fill_address(tx: Tx, buyer_id: UUID, checkout_id: UUID) -> None:
    """A checkout that was placed without an address (in the hot minute) goes to the buyer's usual or newest one."""
    await tx.execute(_FILL_ADDRESS, buyer_id, checkout_id)


async def list_addresses(tx: Tx, buyer_id: UUID) -> list[Address]:
    """A buyer's addresses, the usual one first, then the newest."""
    rows = await tx.fetch(
        f"select {_ADDRESS} from orders.address where buyer_id = $1 and removed_at is null"
        " order by is_default desc, address_id desc",
        buyer_id,
    )  # fmt: skip
    return [_address(row) for row in rows]


async def save_address(tx: Tx, buyer_id: UUID, address: Address, now: datetime) -> None:
    """Add an address, or change the one of this id; a usual one takes the place of the one before."""
    if address.is_default:
        await tx.execute(
            "update orders.address set is_default = false where buyer_id = $1 and is_default and address_id <> $2",
            buyer_id, address.address_id,
        )  # fmt: skip
    await tx.execute(
        "insert into orders.address (buyer_id, address_id, recipient, phone, region_id, city, street, postcode,"
        " is_default, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
        " on conflict (buyer_id, address_id) do update set recipient = $3, phone = $4, region_id = $5, city = $6,"
        " street = $7, postcode = $8, is_default = $9, removed_at = null",
        buyer_id, address.address_id, address.recipient, address.phone, address.region_id, address.city,
        address.street, address.postcode, address.is_default, now,
    )  # fmt: skip


async def remove_address(tx: Tx, buyer_id: UUID, address_id: UUID, now: datetime) -> bool:
    """Take an address out of the list; orders keep their copy. False when there is none of this id."""
    removed = await tx.fetchval(
        "update orders.address set removed_at = $3, is_default = false"
        " where buyer_id = $1 and address_id = $2 and removed_at is null returning true",
        buyer_id, address_id, now,
    )  # fmt: skip
    return bool(removed)


async def lock_addresses(tx: Tx, buyer_id: UUID) -> None:
    """One change of a buyer's addresses at a time."""
    await tx.execute("select pg_advisory_xact_lock(hashtextextended('orders.address' || $1::text, 0))", str(buyer_id))


_CHECKOUT = (
    "buyer_id, checkout_id, request_hash, currency, payable_minor, created_at, shop_ids, order_ids, address, simulated"
)
_ADDRESS = "address_id, recipient, phone, region_id, city, street, postcode, is_default"
_BUYERS_SIDE = f"""
select w.buyer_id, w.checkout_id, c.request_hash, c.currency, c.payable_minor, c.created_at, c.shop_ids, c.order_ids,
    c.address, c.simulated, {", ".join("a." + name for name in _ADDRESS.split(", "))}
from unnest($1::uuid[], $2::uuid[]) as w(buyer_id, checkout_id)
left join orders.checkout c on (c.buyer_id, c.checkout_id) = (w.buyer_id, w.checkout_id)
left join orders.address a on a.buyer_id = w.buyer_id and a.address_id = any($3::uuid[]) and a.removed_at is null
"""
_FILL_ADDRESS = f"""
update orders.checkout c set address = jsonb_build_object('addresses', jsonb_build_array(to_jsonb(a)),
    'of', to_jsonb(array_fill(0, array[cardinality(c.order_ids)])))
from (select {_ADDRESS} from orders.address where buyer_id = $1 and removed_at is null
    order by is_default desc, address_id desc limit 1) a
where c.buyer_id = $1 and c.checkout_id = $2 and c.address -> 'addresses' = '[]'
"""


def _checkout(row: asyncpg.Record) -> StoredCheckout:
    return StoredCheckout(
        buyer_id=row["buyer_id"], checkout_id=row["checkout_id"], request_hash=row["request_hash"],
        currency=row["currency"], payable_minor=row["payable_minor"], created_at=row["created_at"],
        shop_ids=tuple(row["shop_ids"]), order_ids=tuple(row["order_ids"]),
        addresses=tuple(_kept_address(each) for each in row["address"].get("addresses", [])),
        addresses_of=tuple(row["address"].get("of", [0] * len(row["order_ids"]))), simulated=row["simulated"],
    )  # fmt: skip


def _kept_address(body: Mapping[str, Any]) -> Address:
    return Address(**{**body, "address_id": UUID(body["address_id"])})


def _address(row: asyncpg.Record) -> Address:
    return Address(**{name: row[name] for name in _ADDRESS.split(", ")})
