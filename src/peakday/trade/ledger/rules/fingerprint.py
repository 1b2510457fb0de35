"""Is a posting that carries a known id the same posting?

Two are the same when every step, the rule, the reference and the label are. Compared are 16 bytes of BLAKE2b.
"""

import hashlib
from struct import Struct

from peakday.trade.ledger.model import Expire, Hold, Posting, Settle, Step, Transfer, Void

FINGERPRINT_BYTES = 16
_WHOLE = -1
_NEVER = -1
_pack_transfer = Struct(">c16s16sq3s").pack
_pack_hold = Struct(">c16s16s16sq3sq").pack
_pack_settle = Struct(">c16sq").pack


def fingerprint(posting: Posting) -> bytes:
    """Of all that the posting asks; its id is not part of it."""
    rule, ref = posting.rule.encode(), posting.ref.encode()
    parts = [step_bytes(step) for step in posting.steps]
    parts += (b"=", len(rule).to_bytes(2, "big"), rule, ref, b"\x01" if posting.is_simulated else b"\x00")
    return hashlib.blake2b(b"".join(parts), digest_size=FINGERPRINT_BYTES).digest()


def step_bytes(step: Step) -> bytes:
    """One step; the first byte tells its kind."""
    match step:
        case Transfer(debit_id, credit_id, amount_minor, currency):
            return _pack_transfer(b"t", debit_id.bytes, credit_id.bytes, amount_minor, currency.encode())
        case Hold(hold_id, debit_id, credit_id, amount_minor, currency, seconds):
            return _pack_hold(
                b"h", hold_id.bytes, debit_id.bytes, credit_id.bytes, amount_minor, currency.encode(),
                _NEVER if seconds is None else seconds,
            )  # fmt: skip
        case Settle(hold_id, amount):
            return _pack_settle(b"s", hold_id.bytes, _WHOLE if amount is None else amount)
        case Void(hold_id):
            return b"v" + hold_id.bytes
        case Expire(hold_id):
            return b"e" + hold_id.bytes
