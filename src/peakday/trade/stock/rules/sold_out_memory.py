"""Which levels are known to be empty, so that nobody needs to ask for the lock?

A batch that leaves a level empty notes it. For a second, claims on that level are answered without a transaction; then
the next one asks the record again, so units that came back are found at most that much later. Only emptiness is
remembered: whether fewer than wanted are left is always asked.
"""

from peakday.trade.stock.model import NO_EVENT, Claim, LevelKey

REMEMBER_SECONDS = 1.0
KEYS_MAX = 100_000


class SoldOutMemory:
    """The empty levels of one process; `now` is in seconds of a clock that does not jump."""

    def __init__(self) -> None:
        self._empty_until: dict[LevelKey, float] = {}

    def note(self, key: LevelKey, available: int, now: float) -> None:
        """What a batch has seen."""
        if available > 0:
            self._empty_until.pop(key, None)
        elif len(self._empty_until) < KEYS_MAX or key in self._empty_until:
            self._empty_until[key] = now + REMEMBER_SECONDS
        else:
            self._empty_until = {key: now + REMEMBER_SECONDS}

    def knows(self, claim: Claim, now: float) -> bool:
        """Whether one of the claim's levels is known to be empty now. An event's claim may have either level."""
        if not self._empty_until:
            return False
        for need in claim.needs:
            until = self._empty_until.get(LevelKey(need.shop_id, need.sku_id, need.event_ref or NO_EVENT))
            if until is not None and now < until:
                return True
        return False
