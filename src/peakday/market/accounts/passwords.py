"""How are passwords hashed and checked without stopping the process?

argon2id with the parameters that OWASP recommends (19 MiB, 2 passes, 1 lane). Hashing runs on a few threads of its own:
the loop goes on, and many sign-ins at once cannot take all memory. An unknown login costs as much as a known one.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from peakday.market.accounts.rules.password_strength import as_typed

HASHING_THREADS = 2


@dataclass(frozen=True, slots=True)
class PasswordCost:
    """What a guess costs: memory, passes over it, lanes."""

    memory_kib: int
    passes: int
    lanes: int


STANDARD_COST = PasswordCost(memory_kib=19_456, passes=2, lanes=1)

_threads = ThreadPoolExecutor(HASHING_THREADS, thread_name_prefix="password")


async def hash_password(password: str, cost: PasswordCost = STANDARD_COST) -> str:
    """The hash to keep."""
    return await asyncio.get_running_loop().run_in_executor(_threads, _hasher(cost).hash, as_typed(password))


async def is_password_right(password: str, password_hash: str | None) -> bool:
    """Whether a password fits. Without a hash (unknown login) it takes the same time and says no."""
    stored = password_hash or await _hash_of_nobody()
    fits = await asyncio.get_running_loop().run_in_executor(_threads, _verify, stored, as_typed(password))
    return fits and password_hash is not None


def is_outdated(password_hash: str) -> bool:
    """Whether a hash was made at another cost than the standard one."""
    return _hasher(STANDARD_COST).check_needs_rehash(password_hash)


def _verify(stored: str, password: str) -> bool:
    try:
        return _hasher(STANDARD_COST).verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False


_nobody: list[str] = []


async def _hash_of_nobody() -> str:
    if not _nobody:
        _nobody.append(await hash_password("nobody has this password"))
    return _nobody[0]


@cache
def _hasher(cost: PasswordCost) -> PasswordHasher:
    return PasswordHasher(
        time_cost=cost.passes, memory_cost=cost.memory_kib, parallelism=cost.lanes, type=Type.ID, encoding="utf-8"
    )
