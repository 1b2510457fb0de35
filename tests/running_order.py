"""In which order do the test files run? The long ones first.

The workers take one file after the other (`--dist loadfile`, so what a file sets up once is set up once); a long file
taken last would leave the others idle. Seconds are not kept here, only the rank: a file that became short may stay.
"""

from collections.abc import Iterable
from pathlib import Path

import pytest

LONG_FILES = (
    "apps/importers/test_complete_journey.py",
    "apps/console/test_journeys.py",
    "apps/cli/test_market.py",
    "apps/storefront/test_journey.py",
    "insight/metrics/test_conformance.py",
    "apps/console/test_promotion_journeys.py",
    "apps/http/test_openapi_fuzz.py",
    "kernel/database/test_launcher.py",
    "insight/metrics/facts/test_changes.py",
    "kernel/eventlog/test_conformance.py",
    "apps/http/test_replays.py",
    "insight/metrics/test_real_data.py",
    "apps/importers/test_online_retail.py",
    "trade/promotions/test_best_price_laws.py",
    "apps/rehearsal/test_story.py",
    "market/catalog/actions/test_import_items.py",
    "apps/storefront/test_opening.py",
    "insight/metrics/test_queries.py",
    "insight/metrics/facts/test_store.py",
    "apps/console/test_health_pages.py",
    "apps/console/test_event_journey.py",
    "apps/console/test_promotions_journey.py",
    "apps/http/test_security.py",
    "apps/storefront/test_shopping.py",
    "trade/carts/test_histories.py",
    "trade/orders/test_histories.py",
    "apps/simulation/test_state_machine.py",
)
_TESTS = Path(__file__).parent
_RANKS = {_TESTS / name: rank for rank, name in enumerate(LONG_FILES)}


def long_ones_first(items: Iterable[pytest.Item]) -> list[pytest.Item]:
    """The same in every process: the workers of one run must collect one order."""
    gone = [str(path) for path in _RANKS if not path.exists()]
    if gone:
        raise pytest.UsageError(f"tests/running_order.py names files that are not there: {', '.join(gone)}")
    return sorted(items, key=lambda item: _RANKS.get(item.path, len(_RANKS)))
