"""How are things named so that names sort by time, cannot be swapped and read well?

An id is a time-ordered UUID (version 7). Each noun has its own NewType over UUID, so the type check refuses
a buyer where a shop is meant, and its own prefix when shown: `ord_0192…`. A fact that comes from elsewhere gets
a *derived* id: same source and same key, same id, which is what makes an import safe to repeat.
"""

import hashlib
import os
from datetime import UTC, datetime
from uuid import UUID

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford base 32: no i, l, o, u
_VALUES = {letter: value for value, letter in enumerate(_ALPHABET)}
_LENGTH = 26
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def new_id(at: datetime) -> UUID:
    """A fresh id that sorts by `at`."""
    return _compose(at, int.from_bytes(os.urandom(10), "big"))


def derived_id(at: datetime | None, *key: str) -> UUID:
    """The one id of what `key` names (for example source, kind, number); the same key gives the same id.

    With `at` it sorts by time as fresh ids do; without, by the hash alone.
    """
    digest = hashlib.blake2b("\x1f".join(key).encode(), digest_size=16).digest()
    if at is None:
        return _compose_bits(int.from_bytes(digest[:6], "big"), int.from_bytes(digest[6:], "big"))
    return _compose(at, int.from_bytes(digest[6:], "big"))


def show_id(prefix: str, value: UUID) -> str:
    """`ord` and an id to `ord_01ja…` (26 letters of Crockford base 32)."""
    number = value.int
    letters = [_ALPHABET[(number >> shift) & 31] for shift in range(125, -1, -5)]
    return f"{prefix}_{''.join(letters)}"


def read_id(prefix: str, text: str) -> UUID:
    """The reverse of `show_id`; also accepts a plain UUID. Raises ValueError on anything else."""
    head, _, body = text.partition("_")
    if not body:
        return UUID(text)
    if head != prefix or len(body) != _LENGTH:
        raise ValueError(f"{text!r} is not an id of kind {prefix!r}")
    number = 0
    for letter in body.lower():
        if letter not in _VALUES:
            raise ValueError(f"{text!r} is not an id of kind {prefix!r}")
        number = number << 5 | _VALUES[letter]
    if number >= 1 << 128:
        raise ValueError(f"{text!r} is not an id of kind {prefix!r}")
    return UUID(int=number)


def _compose(at: datetime, random_bits: int) -> UUID:
    delta = at - _EPOCH
    milliseconds = (delta.days * 86_400 + delta.seconds) * 1000 + delta.microseconds // 1000
    return _compose_bits(milliseconds, random_bits)


def _compose_bits(milliseconds: int, random_bits: int) -> UUID:
    low = random_bits & ((1 << 62) - 1)
    middle = (random_bits >> 62) & 0xFFF
    return UUID(int=(milliseconds & ((1 << 48) - 1)) << 80 | 7 << 76 | middle << 64 | 2 << 62 | low)
