"""What are an account, a buyer, a session, an API key and an entry of the audit trail?

A shop has one *main account*; its staff are *sub-accounts*, each with a role and a set of permissions. An API key acts
for its shop within its scopes. *Staff* of kind `staff` are the platform's own people.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, NewType
from uuid import UUID

from peakday.kernel.actor import Actor
from peakday.kernel.ids import derived_id

AccountId = NewType("AccountId", UUID)
BuyerId = NewType("BuyerId", UUID)
KeyId = NewType("KeyId", UUID)

ACCOUNT_PREFIX = "acc"
BUYER_PREFIX = "byr"
KEY_PREFIX = "key"
SESSION_PREFIX = "ses"
SHOP_PREFIX = "shp"  # the shop's own room stands above; only the prefix of its ids is needed here


class AccountKind(StrEnum):
    """On which side of the counter an account stands."""

    MERCHANT = "merchant"
    STAFF = "staff"


class AccountStatus(StrEnum):
    """Whether an account may sign in."""

    ACTIVE = "active"
    DISABLED = "disabled"


class Role(StrEnum):
    """What a sub-account is for; `custom` carries permissions of its own."""

    MAIN = "main"
    PLATFORM = "platform"
    CUSTOMER_SERVICE = "customer_service"
    DESIGNER = "designer"
    SHIPPING = "shipping"
    OPERATIONS = "operations"
    FINANCE = "finance"
    CUSTOM = "custom"


@dataclass(frozen=True, slots=True)
class Account:
    """A login of a merchant or of the platform."""

    account_id: AccountId
    kind: AccountKind
    login: str
    name: str
    shop_id: UUID | None
    is_main: bool
    role: Role
    permissions: frozenset[str]
    status: AccountStatus
    created_at: datetime
    password_changed_at: datetime
    signed_in_at: datetime | None


@dataclass(frozen=True, slots=True)
class NewAccount:
    """What is needed to open an account. `permissions` count for sub-accounts only."""

    login: str
    name: str
    kind: AccountKind = AccountKind.MERCHANT
    shop_id: UUID | None = None
    role: Role = Role.CUSTOM
    permissions: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class AccountChanges:
    """What an edit sets; None leaves a field as it is."""

    name: str | None = None
    role: Role | None = None
    permissions: frozenset[str] | None = None
    status: AccountStatus | None = None


@dataclass(frozen=True, slots=True)
class AccountShop:
    """Which shop an account claims; the room of shops audits it."""

    account_id: AccountId
    shop_id: UUID
    is_main: bool


@dataclass(frozen=True, slots=True)
class NewBuyer:
    """A buyer as a source knows them. The same (source, source_ref) is the same buyer."""

    source: str
    source_ref: str
    created_at: datetime
    traits: Mapping[str, Any] = field(default_factory=dict)


def buyer_id_of(source: str, source_ref: str) -> BuyerId:
    """The id of an imported buyer, known without asking the database."""
    return BuyerId(derived_id(None, source, "buyer", source_ref))


@dataclass(frozen=True, slots=True)
class BuyerPass:
    """What a buyer's token says. `mark` is the token's own (empty: make one); simulated is who a rehearsal plays."""

    buyer_id: BuyerId
    is_guest: bool
    is_simulated: bool
    expires_at: datetime
    issued_at: datetime = datetime(1970, 1, 1, tzinfo=UTC)
    mark: bytes = b""


@dataclass(frozen=True, slots=True)
class BuyerAccount:
    """The login of a buyer; a buyer without one is a guest or was imported."""

    buyer_id: BuyerId
    login: str
    name: str
    status: AccountStatus
    created_at: datetime
    signed_in_at: datetime | None


@dataclass(frozen=True, slots=True)
class BuyerEntered:
    """A buyer who has just got a pass. The token is shown here only; nothing of it is kept."""

    token: str
    buyer_pass: BuyerPass
    account: BuyerAccount | None = None


@dataclass(frozen=True, slots=True)
class NewBuyerAccount:
    """What is needed to register."""

    login: str
    name: str
    password: str


@dataclass(frozen=True, slots=True)
class Shopper:
    """A simulated shopper: the buyer that a source calls so, made when there is none."""

    source: str
    source_ref: str


@dataclass(frozen=True, slots=True)
class Session:
    """One place where an account is signed in."""

    session_id: UUID
    account_id: AccountId
    remote_address: str
    user_agent: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class SignInAttempt:
    """What somebody typed, and from where."""

    login: str
    password: str
    remote_address: str
    user_agent: str = ""


@dataclass(frozen=True, slots=True)
class SessionOpened:
    """A successful sign-in. The token is shown here only; the database keeps its hash."""

    token: str
    csrf_token: str
    account: Account
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Identity:
    """Who asks (none when nobody is signed in) and the CSRF token that belongs to their cookie."""

    actor: Actor | None
    csrf_token: str


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key of a program; the secret itself is not kept, only its first letters to tell keys apart."""

    key_id: KeyId
    shop_id: UUID | None
    created_by: AccountId | None
    name: str
    prefix: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime | None
    used_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class NewKey:
    """What is needed to make a key."""

    name: str
    scopes: frozenset[str]
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class KeyCreated:
    """A new key with its secret, which is shown this once."""

    key: ApiKey
    secret: str


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Who saw or did what, from where and when."""

    entry_id: UUID
    shop_id: UUID | None
    actor_kind: str
    account_id: AccountId | None
    key_id: KeyId | None
    actor_name: str
    action: str
    subject: str
    remote_address: str
    at: datetime
    detail: dict[str, Any]


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which entries a reader wants; None wants all. `search` looks into actor, subject and address."""

    action: str | None = None
    account_id: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None
    search: str | None = None
