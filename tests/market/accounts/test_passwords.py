"""Are passwords kept as argon2id at the stated cost, and does an unknown login cost the same work?"""

from peakday.market.accounts.passwords import STANDARD_COST, hash_password, is_outdated, is_password_right
from tests.market.people import CHEAP, PASSWORD


async def test_the_standard_hash_is_argon2id_with_19_mib_and_two_passes():
    stored = await hash_password(PASSWORD)
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert await is_password_right(PASSWORD, stored)
    assert not await is_password_right(PASSWORD + "!", stored)
    assert (STANDARD_COST.memory_kib, STANDARD_COST.passes, STANDARD_COST.lanes) == (19_456, 2, 1)


async def test_a_cheaper_hash_is_outdated():
    assert is_outdated(await hash_password(PASSWORD, CHEAP))


async def test_without_an_account_every_password_is_wrong_even_that_of_nobody():
    assert not await is_password_right("nobody has this password", None)


async def test_a_broken_hash_fits_no_password():
    assert not await is_password_right(PASSWORD, "not a hash")
