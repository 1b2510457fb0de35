"""What does the hash of an entry cover?

SHA-256 over the hash before it, every column of the entry, and what its posting says: fingerprint, rule, reference,
label. Numbers are big-endian, texts UTF-8, instants whole microseconds since 1970; so anybody can compute it anew.
Whoever changes, adds or takes away an entry must change every hash after it and the head.
"""

import hashlib
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from struct import Struct

from peakday.trade.ledger.model import Effect, Entry

FIRST_HASH = bytes(32)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_NO_ID = bytes(16)
_NEVER = -(2**63)
_EFFECT_BYTE = {effect: effect.value[0].encode() for effect in Effect}
_pack = Struct(">32sq16sic?16s16s16sqqqq6q").pack


def entry_hash(before: bytes, mark: bytes, entry: Entry) -> bytes:
    """The hash of an entry after the hash `before`; `mark` is its posting's (`fingerprint.posting_mark`)."""
    (entry_no, posting_id, step, effect, hold_id, debit_id, credit_id, amount, released, currency, expires_at, at,
     debit_net, debit_debits, debit_credits, credit_net, credit_debits, credit_credits) = entry  # fmt: skip
    packed = _pack(
        before, entry_no, posting_id.bytes, step, _EFFECT_BYTE[effect], hold_id is not None,
        hold_id.bytes if hold_id else _NO_ID, debit_id.bytes, credit_id.bytes, amount, released,
        _NEVER if expires_at is None else _microseconds(expires_at), _microseconds(at),
        debit_net, debit_debits, debit_credits, credit_net, credit_debits, credit_credits,
    )  # fmt: skip
    return hashlib.sha256(b"".join((packed, currency.encode(), b"\x00", mark))).digest()


@lru_cache(maxsize=64)  # the entries of a batch have one instant
def _microseconds(at: datetime) -> int:
    return (at - _EPOCH) // _MICROSECOND
