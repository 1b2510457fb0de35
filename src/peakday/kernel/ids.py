"""How are things named so that names sort by time, cannot be swapped and read well?

An id is a time-ordered UUID (version 7). Each noun has its own NewType over UUID, so the type check refuses
a buyer where a shop is meant, and its own prefix when shown: `ord_0192…`. A fact that comes from elsewhere gets
a *derived* id: same source and same key, same id, which is what makes an import safe to repeat.
"""

import hashlib
import os
import re
from datetime import UTC, datetime
from uuid import UUID

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford base 32: no i, l, o, u
_PAIRS = [first + second for first in _ALPHABET for second in _ALPHABET]
_DIGITS = str.maketrans(_ALPHABET, "0123456789abcdefghijklmnopqrstuv")  # as int(…, 32) reads them
_BODY = re.compile(f"[0-7][{_ALPHABET}]{{25}}", re.ASCII | re.IGNORECASE).fullmatch  # 26 letters, 128 bits
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_VERSION = 7 << 76 | 2 << 62
_FREE_BITS = ((1 << 80) - 1) & ~(0xF << 76) & ~(0x3 << 62)


def new_id(at: datetime) -> UUID:
    """A fresh id that sorts by `at`."""
    return _lay_version_over(_milliseconds(at) << 80 | int.from_bytes(os.urandom(10), "big"))


def new_ids(at: datetime, count: int) -> list[UUID]:
    """So many fresh ids that sort by `at`, in ascending order."""
    first = _milliseconds(at) << 80
    random = os.urandom(10 * count)
    tails = sorted(int.from_bytes(random[i : i + 10], "big") & _FREE_BITS for i in range(0, 10 * count, 10))
    return [UUID(int=first | tail | _VERSION) for tail in tails]


def derived_id(at: datetime | None, *key: str) -> UUID:
    """The one id of what `key` names (for example source, kind, number); the same key gives the same id.

    It is the first 16 bytes of SHA-256 over the key's parts joined by U+001F, with the version and variant of a UUID 7
    laid over them; with `at`, its milliseconds replace the first six bytes, so that it sorts by time as fresh ids do.
    SHA-256, because SQL engines have it too and can make the same ids a million at a time.
    """
    return UUID(bytes=derived_bytes(at, *key))


def derived_bytes(at: datetime | None, *key: str) -> bytes:
    """The same as its 16 bytes: for who makes ten thousand a second."""
    made = bytearray(hashlib.sha256("\x1f".join(key).encode()).digest()[:16])
    if at is not None:
        made[:6] = _milliseconds(at).to_bytes(6, "big")
    made[6] = made[6] & 0x0F | 0x70
    made[8] = made[8] & 0x3F | 0x80
    return bytes(made)


def show_id(prefix: str, value: UUID) -> str:
    """`ord` and an id to `ord_01ja…` (26 letters of Crockford base 32)."""
    n, two = value.int, _PAIRS
    return (
        f"{prefix}_{two[n >> 120]}{two[n >> 110 & 1023]}{two[n >> 100 & 1023]}{two[n >> 90 & 1023]}"
        f"{two[n >> 80 & 1023]}{two[n >> 70 & 1023]}{two[n >> 60 & 1023]}{two[n >> 50 & 1023]}{two[n >> 40 & 1023]}"
        f"{two[n >> 30 & 1023]}{two[n >> 20 & 1023]}{two[n >> 10 & 1023]}{two[n & 1023]}"
    )


def read_id(prefix: str, text: str) -> UUID:
    """The reverse of `show_id`; also accepts a plain UUID. Raises ValueError on anything else."""
    head, _, body = text.partition("_")
    if not body:
        return UUID(text)
    if head != prefix or not _BODY(body):
        raise ValueError(f"{text!r} is not an id of kind {prefix!r}")
    return UUID(int=int(body.lower().translate(_DIGITS), 32))


def _milliseconds(at: datetime) -> int:
    delta = at - _EPOCH
    return ((delta.days * 86_400 + delta.seconds) * 1000 + delta.microseconds // 1000) & ((1 << 48) - 1)


def _lay_version_over(bits: int) -> UUID:
    return UUID(int=bits & ~(0xF << 76) & ~(0x3 << 62) | _VERSION)
