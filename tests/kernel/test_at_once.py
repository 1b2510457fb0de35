"""Are two waits done at the same time, and is neither left behind?"""

import asyncio

import pytest

from peakday.kernel.at_once import at_once


async def test_both_give_what_they_found_and_each_can_wait_for_the_other():
    told = asyncio.Event()

    async def listen():
        await told.wait()
        return "heard"

    async def tell():
        told.set()
        return "told"

    assert await at_once(listen(), tell()) == ("heard", "told")


async def test_where_the_first_fails_the_second_has_ended_before_the_fault_goes_on():
    ended = []

    async def fail():
        await asyncio.sleep(0)
        raise LookupError

    async def wait():
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(True)

    with pytest.raises(LookupError):
        await at_once(fail(), wait())
    assert ended == [True]


async def test_where_both_fail_the_first_fault_is_told():
    async def fail(fault):
        raise fault

    with pytest.raises(LookupError):
        await at_once(fail(LookupError()), fail(KeyError()))
