"""Is a feature on for the right share of the buyers, the same for each of them everywhere?"""

import asyncio
from uuid import UUID, uuid4

from peakday.kernel.switches import SwitchBoard, bucket_of, fresh_switches, is_on
from peakday.kernel.switches import board as board_file

BUYERS = [UUID(int=number) for number in range(10_000)]


def at(house, **percents):
    house.add(SwitchBoard({f"tests.{name}": percent for name, percent in percents.items()}))
    return house


def test_a_switch_is_on_for_its_share_of_the_buyers(house):
    at(house, none=0, tenth=10, all=100)
    assert [sum(is_on(house, f"tests.{name}", buyer) for buyer in BUYERS) for name in ("none", "all")] == [0, 10_000]
    assert 900 < sum(is_on(house, "tests.tenth", buyer) for buyer in BUYERS) < 1100


def test_raising_the_share_only_adds_buyers(house):
    at(house, grown=10)
    before = {buyer for buyer in BUYERS if is_on(house, "tests.grown", buyer)}
    at(house, grown=25)
    after = {buyer for buyer in BUYERS if is_on(house, "tests.grown", buyer)}
    assert before < after


def test_two_switches_at_the_same_share_do_not_meet_the_same_buyers(house):
    at(house, one=10, other=10)
    both = sum(is_on(house, "tests.one", buyer) and is_on(house, "tests.other", buyer) for buyer in BUYERS)
    assert 50 < both < 150


def test_the_bucket_of_a_buyer_is_the_same_for_ever():
    assert bucket_of("cart.next_tier", UUID(int=7)) == 6398
    assert bucket_of("cart.next_tier", str(UUID(int=7))) == 6398


def test_without_a_subject_only_a_switch_that_is_on_for_all_is_on(house):
    at(house, half=50, all=100)
    assert not is_on(house, "tests.half")
    assert is_on(house, "tests.all")


def test_a_switch_that_is_not_on_the_board_has_its_default(house):
    assert is_on(house, "tests.unknown", uuid4())
    assert not is_on(house, "tests.unknown", uuid4(), default=False)


async def test_a_turn_is_known_to_the_process_a_moment_later(house, monkeypatch):
    monkeypatch.setattr(board_file, "REFRESH_SECONDS", 0.02)
    async with fresh_switches(house):
        assert is_on(house, "cart.next_tier")
        async with house.database.transaction() as tx:
            await tx.execute("update kernel.switch set percent = 0 where name = 'cart.next_tier'")
        async with asyncio.timeout(2):
            while is_on(house, "cart.next_tier"):
                await asyncio.sleep(0.01)


async def test_while_the_database_is_away_the_last_known_state_holds(house, monkeypatch):
    monkeypatch.setattr(board_file, "REFRESH_SECONDS", 0.02)
    async with fresh_switches(house):
        async with house.database.transaction() as tx:
            await tx.execute("alter table kernel.switch rename to away")
        await asyncio.sleep(0.1)
        assert is_on(house, "cart.next_tier")
        async with house.database.transaction() as tx:
            await tx.execute("alter table kernel.away rename to switch")
            await tx.execute("update kernel.switch set percent = 0 where name = 'cart.next_tier'")
        async with asyncio.timeout(2):
            while is_on(house, "cart.next_tier"):
                await asyncio.sleep(0.01)
