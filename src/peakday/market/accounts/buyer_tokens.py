"""How does a buyer carry who they are, so that nobody needs to look it up?

A buyer's pass travels as a signed token, `pkb1.` and base64url of its fields and their HMAC-SHA256: in the hot minute
it costs microseconds and no query. What is revoked (a sign-out, a ban) is told apart by `RevokedPasses`, which every
process reads every few seconds.

    16 bytes buyer · 1 flags · 8 issued at · 8 expires at (microseconds since 1970) · 6 mark · 32 HMAC
"""

import base64
import binascii
import hmac
import secrets
import struct
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from peakday.kernel.database.arrays import quick_id
from peakday.kernel.settings import Settings
from peakday.market.accounts.model import BuyerId, BuyerPass

TOKEN_MARK = "pkb1."  # noqa: S105 - the mark that begins every buyer's token
MARK_BYTES = 6
_FIELDS = struct.Struct(f">16sBqq{MARK_BYTES}s")
_MAC_BYTES = 32
_TOKEN_LENGTH = len(TOKEN_MARK) + -(-(_FIELDS.size + _MAC_BYTES) * 4 // 3)
_PADDING = "=" * (-(_FIELDS.size + _MAC_BYTES) % 3)
_PLAIN = str.maketrans("-_", "+/")
_GUEST, _SIMULATED = 1, 2
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_KEY_FILE = "buyer.key"


def make_buyer_token(secret: bytes, wanted: BuyerPass) -> str:
    """The token of a pass. Each has a mark of its own, so that one can be revoked and another not."""
    flags = _GUEST * wanted.is_guest | _SIMULATED * wanted.is_simulated
    mark = wanted.mark or new_mark()
    fields = _FIELDS.pack(
        wanted.buyer_id.bytes, flags, _microseconds(wanted.issued_at), _microseconds(wanted.expires_at), mark
    )
    signed = fields + hmac.digest(secret, fields, "sha256")
    return TOKEN_MARK + base64.urlsafe_b64encode(signed).rstrip(b"=").decode()


def new_mark() -> bytes:
    """The mark of a fresh pass."""
    return secrets.token_bytes(MARK_BYTES)


def read_buyer_token(secret: bytes, token: str, now: datetime) -> BuyerPass | None:
    """The pass in a token; None when it is not ours, was changed, or has expired. Knows nothing of revocation."""
    if len(token) != _TOKEN_LENGTH or not token.startswith(TOKEN_MARK):
        return None
    try:
        signed = binascii.a2b_base64(token[len(TOKEN_MARK) :].translate(_PLAIN) + _PADDING, strict_mode=True)
    except ValueError:
        return None
    fields, mac = signed[: _FIELDS.size], signed[_FIELDS.size :]
    if not hmac.compare_digest(mac, hmac.digest(secret, fields, "sha256")):
        return None
    buyer, flags, issued, expires, mark = _FIELDS.unpack(fields)
    if _microseconds(now) >= expires:
        return None
    buyer_id = BuyerId(quick_id(buyer))
    expires_at, issued_at = _instant(expires), _instant(issued)
    return BuyerPass(buyer_id, bool(flags & _GUEST), bool(flags & _SIMULATED), expires_at, issued_at, mark)


def buyer_secret(settings: Settings) -> bytes:
    """What signs the passes of this installation: from PEAKDAY_SECRET, else a key file in `home`, made once."""
    return _secret(settings.home, settings.secret)


@cache
def _secret(home: Path, given: str | None) -> bytes:
    if given:
        return hmac.digest(given.encode(), b"peakday buyer passes", "sha256")
    path = home / _KEY_FILE
    if not path.exists():
        _make_key(path)
    return path.read_bytes()


def _make_key(path: Path) -> None:
    """Write the key whole, then give it its name; whoever loses the race reads the winner's."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    fresh.touch(mode=0o600)
    fresh.write_bytes(secrets.token_bytes(32))
    try:
        path.hardlink_to(fresh)
    except FileExistsError:
        pass
    finally:
        fresh.unlink()


def _microseconds(instant: datetime) -> int:
    return (instant - _EPOCH) // _MICROSECOND


def _instant(microseconds: int) -> datetime:
    return datetime.fromtimestamp(microseconds / 1_000_000, UTC)  # exact: a float holds microseconds until 2255
