"""Does every API door keep to its own description, whatever it is sent? Fuzzed over HTTP with schemathesis."""

import asyncio
import os
import re

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.apps.serving import serving

EXAMPLES_A_DOOR = int(os.environ.get("PEAKDAY_FUZZ_EXAMPLES", "5"))  # two hundred doors; more before a release
CHECKS = (not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance)


@pytest.fixture
async def served(market, tmp_path, database_url):
    """The app in a process of its own; gives its address and the headers of the north shop's main account."""
    with serving(tmp_path / "served", database_url) as address:
        async with market.signed_in("north-main", address) as client:
            page = await client.get("/account")
            token = re.search(r'name="csrf-token" content="([^"]+)"', page.text).group(1)
            cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
            yield address, {"cookie": cookie, "x-csrf-token": token}, market.places["north"].shown


async def test_no_door_answers_5xx_or_an_undeclared_status(served):
    tried = await asyncio.to_thread(fuzz, *served)
    assert tried >= 20


def fuzz(address: str, headers: dict[str, str], shop: str) -> int:
    """Try every door of the description; returns how many there are."""
    doors = [found.ok() for found in schemathesis.openapi.from_url(f"{address}/v1/openapi.json").get_all_operations()]
    for door in doors:
        fuzz_door(door, headers, shop)
    return len(doors)


def fuzz_door(door, headers: dict[str, str], shop: str) -> None:
    @settings(
        max_examples=EXAMPLES_A_DOOR,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=door.as_strategy())
    def run(case) -> None:
        if case.path_parameters and "shop_id" in case.path_parameters:
            case.path_parameters["shop_id"] = shop  # one's own shop: past the first gate, to the door's own work
        case.call_and_validate(headers=headers, checks=CHECKS)

    run()
