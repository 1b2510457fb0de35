"""Which buyer is behind a token, and does the token still hold?

The signature answers at once; `RevokedPasses` keeps in memory what was revoked and reads what was added since, at most
every `REVOCATIONS_SECONDS`: a sign-out counts within that time in every process, and the hot minute asks the database
once in it.
"""

import time
from datetime import UTC, datetime, timedelta
from uuid import UUID
from weakref import WeakKeyDictionary

from peakday.kernel.actor import Actor, ActorKind
from peakday.kernel.database import Database
from peakday.kernel.refusal import NotAllowed, NotSignedIn
from peakday.market.accounts.buyer_store import list_revocations
from peakday.market.accounts.buyer_tokens import read_buyer_token
from peakday.market.accounts.model import BuyerId, BuyerPass

REVOCATIONS_SECONDS = 2.0
LATE_COMMITS = timedelta(seconds=30)  # a row noted then may have become visible only now
BUY = "buy"
GUEST = "guest"
SIMULATED = "simulated"
PASSES_KEPT_MAX = 20_000  # whose signature was verified here: it need not be proven again with every request


class RevokedPasses:
    """What was revoked, as this process knows it."""

    def __init__(self) -> None:
        self._revoked_at: dict[bytes, datetime] = {}
        self._read_until = datetime(1970, 1, 1, tzinfo=UTC)
        self._due_at = 0.0

    async def look(self, database: Database) -> None:
        """Read what was added, when it is time; whoever comes meanwhile goes on with what is known."""
        if time.monotonic() < self._due_at:
            return
        if self._due_at:  # nobody passes before the first reading
            self._due_at = time.monotonic() + REVOCATIONS_SECONDS
        async with database.read() as connection:
            found, read_until = await list_revocations(connection, self._read_until - LATE_COMMITS)
        self._revoked_at.update(found)
        self._read_until = read_until
        self._due_at = time.monotonic() + REVOCATIONS_SECONDS

    @property
    def is_due(self) -> bool:
        """Whether it is time to look again."""
        return time.monotonic() >= self._due_at

    @property
    def is_known(self) -> bool:
        """Whether it was ever read."""
        return self._due_at > 0

    def covers(self, shown: BuyerPass) -> bool:
        """Whether a pass was revoked: itself, or all of its buyer's that were made until then."""
        if shown.mark in self._revoked_at:
            return True
        until = self._revoked_at.get(shown.buyer_id.bytes)
        return until is not None and shown.issued_at <= until

    def add(self, mark: bytes, revoked_at: datetime) -> None:
        """Know at once what was revoked here."""
        self._revoked_at[mark] = revoked_at


_revoked: WeakKeyDictionary[Database, RevokedPasses] = WeakKeyDictionary()  # one for each database of the process


_verified: dict[tuple[bytes, str], BuyerPass] = {}


def revoked_passes(database: Database) -> RevokedPasses:
    """What this process knows of revoked passes."""
    known = _revoked.get(database)
    return _revoked.setdefault(database, RevokedPasses()) if known is None else known


async def find_pass(database: Database, secret: bytes, token: str, now: datetime) -> BuyerPass | None:
    """The pass in a token; None when it is not ours, has expired or was revoked."""
    shown = _verified.get((secret, token))
    if shown is None:
        shown = read_buyer_token(secret, token, now)
        if shown is None:
            return None
        if len(_verified) >= PASSES_KEPT_MAX:
            _verified.clear()
        _verified[secret, token] = shown
    if now >= shown.expires_at:
        return None
    revoked = revoked_passes(database)
    await revoked.look(database)
    return None if revoked.covers(shown) else shown


def actor_of_pass(shown: BuyerPass, remote_address: str = "") -> Actor:
    """A buyer as one who acts: may `buy`; `guest` and `simulated` say what kind of buyer it is."""
    kinds = {BUY, *([GUEST] if shown.is_guest else []), *([SIMULATED] if shown.is_simulated else [])}
    return Actor(ActorKind.BUYER, shown.buyer_id, None, frozenset(kinds), remote_address=remote_address)


def require_buyer(actor: Actor) -> BuyerId:
    """The buyer who acts; refuses `NotSignedIn` for nobody and `NotAllowed` for who is no buyer, staff too."""
    if actor.kind is not ActorKind.BUYER:
        raise NotAllowed(permission=BUY)
    if actor.account_id is None:
        raise NotSignedIn
    return BuyerId(UUID(int=actor.account_id.int))
