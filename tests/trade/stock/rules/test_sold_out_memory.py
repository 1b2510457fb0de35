"""Is emptiness remembered for a moment, per level, and forgotten when units are there?"""

from uuid import UUID

from peakday.trade.stock.model import Claim, LevelKey, Need
from peakday.trade.stock.rules import sold_out_memory
from peakday.trade.stock.rules.sold_out_memory import REMEMBER_SECONDS, SoldOutMemory

KEY = LevelKey(UUID(int=1), UUID(int=2))
OTHER = LevelKey(UUID(int=1), UUID(int=3))
ASIDE = LevelKey(UUID(int=1), UUID(int=2), "eleven")


def a_claim(*keys):
    return Claim(
        UUID(int=9), UUID(int=8), tuple(Need(key.shop_id, key.sku_id, 1, key.event_ref or None) for key in keys)
    )


def test_an_empty_level_is_known_for_a_moment():
    memory = SoldOutMemory()
    memory.note(KEY, 0, 100.0)
    assert memory.knows(a_claim(KEY), 100.0 + REMEMBER_SECONDS / 2)
    assert memory.knows(a_claim(OTHER, KEY), 100.0)
    assert not memory.knows(a_claim(OTHER), 100.0)
    assert not memory.knows(a_claim(ASIDE), 100.0)
    assert not memory.knows(a_claim(KEY), 100.0 + REMEMBER_SECONDS)


def test_units_that_a_batch_sees_end_the_memory():
    memory = SoldOutMemory()
    memory.note(KEY, 0, 100.0)
    memory.note(KEY, 3, 100.1)
    assert not memory.knows(a_claim(KEY), 100.2)


def test_the_memory_does_not_grow_without_end(monkeypatch):
    monkeypatch.setattr(sold_out_memory, "KEYS_MAX", 2)
    memory = SoldOutMemory()
    for key in (KEY, OTHER, ASIDE):
        memory.note(key, 0, 100.0)
    assert memory.knows(a_claim(ASIDE), 100.1)
    assert not memory.knows(a_claim(KEY), 100.1)
