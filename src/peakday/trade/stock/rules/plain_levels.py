"""Which claims can be taken without looking first?

Claims of one need each on levels that a batch has lately seen to be *plain*: units are taken with the order, nobody is
limited, and there are enough of them above the merchant's low mark. Then nothing but the number is to decide, and that
the statement which takes them compares under its lock (`ahead_store`). What is remembered here is only a guess of when
that is worth trying: where the record says otherwise nothing was taken, and the batch is decided the long way.
"""

from collections.abc import Callable, Mapping, Sequence
from uuid import UUID

from peakday.trade.stock.model import NO_EVENT, Claim, DeductMode, Level, LevelKey, Need
from peakday.trade.stock.rules.claim_decisions import EventKey, level_of

LEVELS_KEPT_MAX = 100_000


class Wanted:
    """Claims that share a need (one object), and the level that they are to take from."""

    __slots__ = ("claims", "key", "need")

    def __init__(self, need: Need, key: LevelKey) -> None:
        self.need, self.key = need, key
        self.claims: list[Claim] = []

    @property
    def units(self) -> int:
        """Of all of them."""
        return self.need.quantity * len(self.claims)


class PlainLevels:
    """The plain levels that one process knows."""

    def __init__(self) -> None:
        self._level_of: dict[tuple[UUID, UUID, str], LevelKey] = {}
        self._free: dict[LevelKey, int] = {}  # units above the low mark

    def note(
        self, claims: Sequence[Claim], levels: dict[LevelKey, Level], event_limits: Mapping[EventKey, int]
    ) -> None:  # fmt: skip
        """What a batch that looked has seen, once it stands."""
        for need in {id(need): need for claim in claims for need in claim.needs}.values():
            asked = need.shop_id, need.sku_id, need.event_ref or NO_EVENT
            level = level_of(need, levels)
            if level is None or not _is_plain(level) or EventKey(need.shop_id, asked[2]) in event_limits:
                self._level_of.pop(asked, None)
                continue
            if len(self._free) >= LEVELS_KEPT_MAX:
                self._level_of, self._free = {}, {}
            self._level_of[asked] = level.key
            self._free[level.key] = level.available - (level.low_mark + 1 if level.low_mark is not None else 0)

    def sort(self, claims: Sequence[Claim], can_write: Callable[[Claim], bool]) -> list[Wanted]:
        """Those of the claims that can be taken so, by need: where `can_write`, and as far as there are units."""
        found: dict[tuple[int, int], Wanted | None] = {}
        for claim in claims:
            need = claim.needs[0]
            shared = id(need), claim.expires_seconds
            wanted = found.get(shared)
            if wanted is None:
                if shared in found:
                    continue
                key = self._level_of.get((need.shop_id, need.sku_id, need.event_ref or NO_EVENT))
                wanted = found[shared] = None if key is None else Wanted(need, key)
            if wanted is not None and len(claim.needs) == 1 and can_write(claim):
                wanted.claims.append(claim)
        return self._with_units([wanted for wanted in found.values() if wanted is not None and wanted.claims])

    def took(self, every: Sequence[Wanted]) -> None:
        """They were taken."""
        for wanted in every:
            if wanted.key in self._free:
                self._free[wanted.key] -= wanted.units

    def _with_units(self, every: Sequence[Wanted]) -> list[Wanted]:
        left: dict[LevelKey, int] = {}
        kept = []
        for wanted in every:
            rest = left.get(wanted.key, self._free[wanted.key]) - wanted.units
            if rest >= 0:
                left[wanted.key] = rest
                kept.append(wanted)
        return kept


def _is_plain(level: Level) -> bool:
    return level.mode is DeductMode.ORDER and level.buyer_limit is None
