"""Who acts, and what may they do?

Every action takes an `Actor` first and checks it in its first line. A permission is `menu:view`, `menu:edit` or
`data:view` (the right to see figures). A merchant's actor is bound to one shop; every read of shop data takes
that scope from `shop_scope`, so that forgetting it fails loudly.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from peakday.kernel.refusal import NotAllowed, NotFound


class ActorKind(StrEnum):
    """What kind of person or program acts."""

    MERCHANT = "merchant"
    STAFF = "staff"
    BUYER = "buyer"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who acts: an account (or the system), perhaps bound to one shop, with permissions."""

    kind: ActorKind
    account_id: UUID | None
    shop_id: UUID | None = None
    permissions: frozenset[str] = field(default_factory=frozenset)
    name: str = ""
    via_key: UUID | None = None
    remote_address: str = ""  # from where, for the audit trail

    def can(self, permission: str) -> bool:
        """Whether this actor holds a permission; the system and a `*` hold all."""
        return self.kind is ActorKind.SYSTEM or permission in self.permissions or "*" in self.permissions


SYSTEM = Actor(kind=ActorKind.SYSTEM, account_id=None, name="system")


def require(actor: Actor, permission: str, shop_id: UUID | None = None) -> None:
    """Refuse unless the actor holds the permission and, where a shop is named, is bound to that very shop.

    Another shop is refused as `NotFound`: an outsider must not learn that it exists. Staff may enter any shop.
    """
    if shop_id is not None and actor.kind not in {ActorKind.SYSTEM, ActorKind.STAFF} and actor.shop_id != shop_id:
        raise NotFound
    if not actor.can(permission):
        raise NotAllowed(permission=permission)
