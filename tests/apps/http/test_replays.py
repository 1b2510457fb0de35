"""Has every change one effect, however often and from however many sides it is asked?

Every door that changes something is asked for one thing by one request, then five times more, three of them at once;
then three at once for another thing of the same kind. A door without a row in the tables fails the test.
"""

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace

import pytest

from peakday.apps.http.app import create_app
from peakday.apps.opening import open_web_engines
from peakday.apps.simulation.virtual_clock import install
from peakday.kernel.clock import FixedClock
from peakday.kernel.database import connect
from tests.apps.http.replayed_by_houses import ROWS as HOUSES
from tests.apps.http.replayed_by_houses import UNGRANTED as HOUSES_UNGRANTED
from tests.apps.http.replayed_by_houses import roll_switch_back
from tests.apps.http.replayed_by_insight import ROWS as INSIGHT
from tests.apps.http.replayed_by_insight import UNGRANTED as INSIGHT_UNGRANTED
from tests.apps.http.replayed_by_market import ROWS as MARKET
from tests.apps.http.replayed_by_market import UNGRANTED as MARKET_UNGRANTED
from tests.apps.http.replayed_by_shoppers import ROWS as SHOPPERS
from tests.apps.http.replaying import look_query, open_scenes, read_tables
from tests.trade.sale_events.builders import OPENING

ROWS = SHOPPERS | HOUSES | INSIGHT | MARKET
UNGRANTED = HOUSES_UNGRANTED | INSIGHT_UNGRANTED | MARKET_UNGRANTED
METHODS = ("post", "put", "patch", "delete")
AGAIN = {404, 409}  # a refusal to do again what is done; it changes nothing


@pytest.fixture
def clock():
    return FixedClock(OPENING)


@pytest.fixture
async def database(database_url, clock):
    """Its clock stands still, so that the same thing done again leaves the same row."""
    await install(database_url, clock.now())
    database = await connect(database_url, pool_size=8)
    yield database
    await database.close()


@pytest.fixture
async def scenes(house):
    @asynccontextmanager
    async def given():
        yield house

    async with open_web_engines(house), AsyncExitStack() as stack:
        app = create_app(given)
        app.state.house = house
        yield app, *await open_scenes(app, house, stack)


def doors_of(app) -> set[str]:
    found = set()
    for path, methods in app.openapi()["paths"].items():
        for method in methods:
            if method in METHODS:
                found.add(f"{method.upper()} {path}")
    return found


async def test_every_change_asked_again_and_at_once_has_one_effect(scenes):
    app, one, two = scenes
    doors = doors_of(app)
    assert sorted(doors - ROWS.keys() - UNGRANTED.keys()) == [], (
        "a row in replayed_by_shoppers or replayed_by_houses is missing"
    )
    assert sorted({row.partition("#")[0] for row in (*ROWS, *UNGRANTED)} - doors) == [], "no such door any more"
    async with one.house.database.read() as connection:
        look = await connection.prepare(look_query(await read_tables(connection)))
        wrong = [fault for door, row in ROWS.items() for fault in await faults_of(door, row, (one, two), look)]
        planted = await faults_of("planted", roll_switch_back, (one, two), look, is_same_wish=False)
        unkeyed = [fault for row in ROWS.values() for fault in await faults_without_key(row, one, look)]
    assert wrong == []
    assert unkeyed == []
    assert planted[0] == "planted: asked again it changed kernel.switch_change"


async def faults_without_key(row, scene, look):
    """What is done or said wrong of a change that needs a key and comes without one."""
    ask = await row(scene)
    if not ask.is_keyed:
        return []
    before, answer = await seen(look), await scene.send(replace(ask, is_keyed=False), "")
    is_refused = answer.status_code == 422 and answer.json()["problems"][0]["code"] == "idempotency_key_needed"
    return [f"{ask.path} without a key: {answer.text}"] * (not is_refused or changed(before, await seen(look)) != [])


async def faults_of(door, row, scenes, look, *, is_same_wish=True):
    """What is wrong with a door."""
    one, two = scenes
    ask, key = await row(one), one.key("ask")
    before = await seen(look)
    answers = [await one.send(ask, key)]
    once = await seen(look)
    keys = [key if is_same_wish else one.key("again") for _ in range(5)]
    answers += [await one.send(ask, key) for key in keys[:2]]
    answers += await asyncio.gather(*[one.send(ask, key) for key in keys[2:]])
    faults = [
        f"{door}: asked again it changed {name}" for name in changed(once, await seen(look)) if name not in ask.anew
    ]
    ask, key = await row(two), two.key("ask")
    other = await seen(look)
    at_once = await asyncio.gather(*[two.send(ask, key) for _ in range(3)])
    single, triple = added(before, once), added(other, await seen(look))
    if single.keys() != triple.keys() or any(single[name] != triple[name] for name in single if name not in ask.anew):
        faults.append(f"{door}: one request adds {single}, three at once {triple}")
    faults += [f"{door}: {why}" for why in (unlike(answers, first=1), unlike(at_once, first=0)) if why]
    return faults


async def seen(look):
    return {row["name"]: (row["rows"], row["hash"]) for row in await look.fetch()}


def changed(before, after):
    return [name for name, there in after.items() if there != before[name]]


def added(before, after):
    """How many rows more, by table; and which tables changed in their rows only."""
    return {name: after[name][0] - before[name][0] for name in changed(before, after)}


def unlike(answers, first):
    """An answer that is neither a yes nor the refusal to do it again; the first ones are a yes."""
    codes = [answer.status_code for answer in answers]
    is_fit = all(code < 300 for code in codes[:first]) and any(code < 300 for code in codes)
    if is_fit and all(code < 300 or code in AGAIN for code in codes):
        return ""
    return f"answered {codes}: {next(answer.text for answer in answers if answer.status_code >= 300)[:300]}"
