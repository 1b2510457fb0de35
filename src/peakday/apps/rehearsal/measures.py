"""What was seen at each door, second by second? Answers, their times, refusals, what was asked again."""

from array import array
from collections import Counter
from dataclasses import dataclass, field

PERCENTILES = (50, 95, 99)


@dataclass
class Door:
    """One door's answers: the second in which each came, and how long it took."""

    at: "array[float]" = field(default_factory=lambda: array("f"))
    seconds: "array[float]" = field(default_factory=lambda: array("f"))

    def percentiles_ms(self) -> dict[str, float]:
        """p50, p95, p99 and the longest, in milliseconds."""
        ordered = sorted(self.seconds)
        if not ordered:
            return {**{f"p{share}_ms": 0.0 for share in PERCENTILES}, "max_ms": 0.0}
        found = {f"p{share}_ms": _at(ordered, share) for share in PERCENTILES}
        return {**found, "max_ms": round(ordered[-1] * 1000, 1)}


def _at(ordered: list[float], share: int) -> float:
    return round(ordered[min(len(ordered) - 1, len(ordered) * share // 100)] * 1000, 1)


@dataclass
class Measures:
    """Everything that the shoppers saw. Instants are seconds since the start."""

    doors: dict[str, Door] = field(default_factory=dict)
    refusals: Counter[tuple[str, str]] = field(default_factory=Counter)  # (door, code)
    asked_again: Counter[str] = field(default_factory=Counter)  # why: broken line, 503, 429 …
    given_up: Counter[str] = field(default_factory=Counter)  # door
    placed_at: "array[float]" = field(default_factory=lambda: array("f"))
    arrived_at: "array[float]" = field(default_factory=lambda: array("f"))
    waited: "array[float]" = field(default_factory=lambda: array("f"))  # for a free lane

    def note(self, door: str, at: float, seconds: float) -> None:
        """A door has answered."""
        found = self.doors.get(door)
        if found is None:
            found = self.doors[door] = Door()
        found.at.append(at)
        found.seconds.append(seconds)

    @property
    def answers(self) -> int:
        """How many answers there were."""
        return sum(len(door.at) for door in self.doors.values())

    def by_second(self, instants: "array[float]", seconds: int) -> list[int]:
        """How many of the instants lie in each second."""
        counts = [0] * seconds
        for instant in instants:
            counts[min(max(int(instant), 0), seconds - 1)] += 1
        return counts

    def p99_by_second(self, doors: tuple[str, ...], seconds: int) -> list[float | None]:
        """The 99th percentile of these doors in each second, in milliseconds; None where nobody answered."""
        slots: list[list[float]] = [[] for _ in range(seconds)]
        for name in doors:
            door = self.doors.get(name)
            if door is not None:
                for at, took in zip(door.at, door.seconds, strict=True):
                    slots[min(max(int(at), 0), seconds - 1)].append(took)
        return [_at(sorted(slot), 99) if slot else None for slot in slots]
