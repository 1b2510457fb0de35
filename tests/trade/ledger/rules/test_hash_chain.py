"""Does the hash of an entry change with everything that it says, and never otherwise?"""

import hashlib
from datetime import timedelta
from uuid import uuid4

import pytest

from peakday.trade.ledger.model import Effect, Entry
from peakday.trade.ledger.rules.hash_chain import FIRST_HASH, entry_hash
from tests.trade.ledger.builders import ALICE, CASH, NOW, an_id

ENTRY = Entry(
    1, an_id("posting"), 0, Effect.TRANSFER, None, CASH, ALICE, 100, 0, "CNY", None, NOW, 100, 0, 0, -100, 0, 0
)  # fmt: skip
CHANGES = {
    "effect": Effect.VOID, "currency": "CNYX", "expires_at": NOW, "at": NOW + timedelta(microseconds=1),
    "posting_id": uuid4(), "hold_id": an_id("hold"), "debit_id": uuid4(), "credit_id": uuid4(),
}  # fmt: skip


def test_the_hash_is_what_anybody_can_compute():
    def number(value, size=8):
        return value.to_bytes(size, "big", signed=True)

    microseconds = int(NOW.timestamp()) * 1_000_000
    text = b"".join((
        bytes(32), number(1), ENTRY.posting_id.bytes, number(0, 4), b"t", b"\x00", bytes(16), CASH.bytes, ALICE.bytes,
        number(100), number(0), number(-(2**63)), number(microseconds),
        *map(number, (100, 0, 0, -100, 0, 0)), b"CNY", b"\x00", b"mark",
    ))  # fmt: skip
    assert entry_hash(FIRST_HASH, b"mark", ENTRY) == hashlib.sha256(text).digest()


@pytest.mark.parametrize("name", Entry._fields)
def test_every_column_is_covered(name):
    changed = ENTRY._replace(**{name: CHANGES.get(name, 7)})
    assert entry_hash(FIRST_HASH, b"mark", changed) != entry_hash(FIRST_HASH, b"mark", ENTRY)


def test_no_hold_is_not_a_hold_with_an_id_of_zeros():
    zeros = ENTRY._replace(hold_id=type(ALICE)(int=0))
    assert entry_hash(FIRST_HASH, b"mark", zeros) != entry_hash(FIRST_HASH, b"mark", ENTRY)


def test_the_hash_before_and_the_posting_are_covered():
    hashes = {entry_hash(before, mark, ENTRY) for before in (FIRST_HASH, b"x" * 32) for mark in (b"mark", b"marl")}
    assert len(hashes) == 4
