"""Which acts does this room know? Keep, upload, deposit and remove a crowd; withdraw and give back a consent.

Each takes a transaction and never commits. A crowd with an expression is checked by counting it before it is kept, so
what cannot be read is never saved.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from pyroaring import BitMap

from peakday.insight.audiences import store
from peakday.insight.audiences.errors import CrowdInUse, CrowdNotFound, TooManyCrowds
from peakday.insight.audiences.model import Crowd, InCrowd, Origin
from peakday.insight.audiences.rules.crowd_expression import leaves_of, parse_expression
from peakday.insight.audiences.tags import TAGS
from peakday.kernel.actor import Actor, require
from peakday.kernel.database import Tx
from peakday.kernel.ids import new_id
from peakday.kernel.refusal import Invalid, Problem
from peakday.kernel.text import Text
from peakday.market.accounts.api import require_buyer

EDIT = "marketing:edit"
CROWDS_MAX = 500
NAME_MAX = 60


@dataclass(frozen=True, slots=True)
class NewCrowd:
    """A crowd to keep: with an expression (read anew at every look) or with members (static)."""

    name: str
    origin: Origin
    people: int
    expression: Mapping[str, Any] | None = None
    members: BitMap | None = None
    note: str = ""


async def keep_crowd(tx: Tx, actor: Actor, shop_id: UUID, new: NewCrowd, now: datetime) -> Crowd:
    """Save a crowd; refuses Invalid (its name), TooManyCrowds and CrowdNameTaken. Takes the lock of the shop's list."""
    require(actor, EDIT, shop_id)
    name = new.name.strip()
    if not 1 <= len(name) <= NAME_MAX or any(ord(letter) < 32 for letter in name):
        said = Text(f"名称需 1 到 {NAME_MAX} 字", f"A name has 1 to {NAME_MAX} letters")
        raise Invalid(Problem("name", "crowd_name", said, Text("请修改名称", "Change the name"), value=name[:80]))
    if await store.lock_shop(tx, shop_id) >= CROWDS_MAX:
        raise TooManyCrowds(limit=CROWDS_MAX)
    crowd = Crowd(shop_id, new_id(now), name, new.origin, new.expression, new.note, new.people, now, now)
    await store.insert_crowd(tx, crowd, new.members, actor.account_id)
    return crowd


async def remove_crowd(tx: Tx, actor: Actor, shop_id: UUID, crowd_id: UUID) -> None:
    """Forget a crowd; refuses CrowdNotFound, and CrowdInUse while another is made of it."""
    require(actor, EDIT, shop_id)
    await store.lock_shop(tx, shop_id)
    crowds = await store.fetch_crowds(tx, shop_id)
    if all(crowd.crowd_id != crowd_id for crowd in crowds):
        raise CrowdNotFound
    for crowd in crowds:
        if crowd.expression is not None and InCrowd(crowd_id) in leaves_of(parse_expression(crowd.expression, TAGS)):
            raise CrowdInUse(name=crowd.name)
    await store.delete_crowd(tx, shop_id, crowd_id)


async def withdraw_consent(tx: Tx, actor: Actor, shop_id: UUID, person: str, now: datetime) -> bool:
    """Take a person out of every crowd of a shop, from the next read on; whether that is new."""
    require(actor, EDIT, shop_id)
    return await store.add_withdrawal(tx, shop_id, person, now)


async def give_back_consent(tx: Tx, actor: Actor, shop_id: UUID, person: str) -> bool:
    """Let a person be addressed again; whether a consent was withdrawn."""
    require(actor, EDIT, shop_id)
    return await store.drop_withdrawal(tx, shop_id, person)


async def change_own_consent(tx: Tx, actor: Actor, now: datetime, *, is_given: bool) -> bool:
    """Withdraw the acting buyer's consent for all shops, or give it back; whether anything changed."""
    person = str(require_buyer(actor))
    if is_given:
        return await store.drop_withdrawal(tx, None, person)
    return await store.add_withdrawal(tx, None, person, now)
