"""How do thousands of ids and numbers reach a statement cheaply?

As one text that the statement casts (`$1::text::uuid[]`): the driver's own arrays look at every element several times,
which costs five times as much as joining them. Only for values that need no quoting: ids, numbers, plain words.
"""

from collections.abc import Iterable
from uuid import UUID

from asyncpg.pgproto import pgproto


def quick_id(raw: bytes) -> UUID:
    """An id of 16 bytes in the driver's own class: a UUID that is made, written and hashed ten times as fast."""
    made: UUID = pgproto.UUID(raw)
    return made


def plain_array(values: Iterable[object]) -> str:
    """The array literal of ids, numbers or words without blanks, commas, quotes, braces or backslashes."""
    return "{" + ",".join(map(str, values)) + "}"
