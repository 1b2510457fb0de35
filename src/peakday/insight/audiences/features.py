"""What is known of a person before a day, as counts that models learn from?

One select: what the person did by kind, how often it bought in each category, on how many days it bought, what it paid;
simulated people left out. Columns that are of fewer than FEATURE_PEOPLE_MIN people are left out, the widest
FEATURES_MAX of the others kept.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from peakday.insight.audiences.queries import CrowdReader
from peakday.insight.audiences.tags import FEATURES, KNOWN_DAYS

if TYPE_CHECKING:
    from numpy.typing import NDArray

FEATURE_PEOPLE_MIN = 5
FEATURES_MAX = 400
PEOPLE_MAX = 200_000  # of one model: some 640 MB of counts at the widest


async def fetch_counts(reader: CrowdReader, shop_id: UUID, before: date) -> dict[int, dict[str, float]]:
    """The counts of each person by number, over the days that end the day before `before`."""
    first, last = before - timedelta(days=KNOWN_DAYS), before - timedelta(days=1)
    rows = await reader.ask(FEATURES, {"shop_id": str(shop_id), "first_day": first, "last_day": last})
    numbers = await reader.number_by_person(shop_id, [str(row[0]) for row in rows])
    counts: dict[int, dict[str, float]] = {}
    for person, feature, value in rows:
        counts.setdefault(numbers[str(person)], {})[str(feature)] = float(str(value))
    return counts


def names_of(counts: Mapping[int, Mapping[str, float]]) -> list[str]:
    """The features that enough people have, in order of their names."""
    people = Counter(name for one in counts.values() for name in one)
    common = [name for name, _ in people.most_common(FEATURES_MAX) if people[name] >= FEATURE_PEOPLE_MIN]
    return sorted(common)


def table_of(
    counts: Mapping[int, Mapping[str, float]], people: Sequence[int], names: Sequence[str]
) -> "NDArray[Any]":  # fmt: skip
    """People × features; what is not known of a person is 0."""
    import numpy as np  # noqa: PLC0415 - only who models pays for it

    column = {name: at for at, name in enumerate(names)}
    table = np.zeros((len(people), len(names)))
    for row, person in enumerate(people):
        for name, value in counts.get(person, {}).items():
            at = column.get(name)
            if at is not None:
                table[row, at] = value
    return table
