"""What does the worker do for this room? It brings the columnar extract up to the record."""

from peakday.insight.metrics.api import Extracted, FactStore
from peakday.kernel.house import House

EXTRACT_EVERY_SECONDS = 60


async def extract(house: House) -> Extracted:
    """Rewrite the months that changed; figures are exact without it, only slower (they overlay what changed since)."""
    return await house.get(FactStore).extract()
