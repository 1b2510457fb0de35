"""Is a posting that carries a known id the same posting?

Two are the same when every step, the rule, the reference and the label are. Compared are 16 bytes of BLAKE2b.
"""

import hashlib
from struct import Struct

from peakday.trade.ledger.model import Hold, Posting, Settle, Step, Transfer, Void

FINGERPRINT_BYTES = 16
_WHOLE = -1
_NEVER = -1
_pack_transfer = Struct(">c16s16sq3s").pack
_pack_hold = Struct(">c16s16s16sq3sq").pack
_pack_settle = Struct(">c16sq").pack


def posting_mark(posting: Posting) -> bytes:
    """What the hashes of its entries cover of a posting: the fingerprint, then label, rule and reference as they are.

    Steps are in the fingerprint only, since each entry carries its own; the id is in every entry.
    """
    rule = posting.rule.encode()
    said = b"".join(
        (b"\x01" if posting.is_simulated else b"\x00", len(rule).to_bytes(4, "big"), rule, posting.ref.encode())
    )
    digest = hashlib.blake2b(said, digest_size=FINGERPRINT_BYTES)
    for step in posting.steps:
        digest.update(_step_bytes(step))
    return digest.digest() + said


def mark_of(fingerprint: bytes, rule: str, ref: str, *, is_simulated: bool) -> bytes:
    """The same from a stored posting, whose steps stand in its entries."""
    said = rule.encode()
    return b"".join(
        (fingerprint, b"\x01" if is_simulated else b"\x00", len(said).to_bytes(4, "big"), said, ref.encode())
    )


def _step_bytes(step: Step) -> bytes:
    """One step; the first byte tells its kind."""
    match step:
        case Transfer():
            return _pack_transfer(
                b"t", step.debit_id.bytes, step.credit_id.bytes, step.amount_minor, step.currency.encode()
            )
        case Hold():
            return _pack_hold(
                b"h", step.hold_id.bytes, step.debit_id.bytes, step.credit_id.bytes, step.amount_minor,
                step.currency.encode(), _NEVER if step.seconds is None else step.seconds,
            )  # fmt: skip
        case Settle():
            return _pack_settle(b"s", step.hold_id.bytes, _WHOLE if step.amount_minor is None else step.amount_minor)
        case Void():
            return b"v" + step.hold_id.bytes
    return b"e" + step.hold_id.bytes
