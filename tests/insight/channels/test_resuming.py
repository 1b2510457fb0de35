"""Does an import of a channel that is cut off go on where it stood, with nothing lost and nothing doubled?"""

import asyncio

from peakday.insight.channels import api
from peakday.insight.channels.actions import import_channel_file
from peakday.kernel.actor import SYSTEM
from peakday.kernel.imports import ImportStatus
from tests.insight.channels.channel_files import OWN_MAPPING, own_file

LINES = 300


async def test_an_import_that_is_cut_off_goes_on_where_it_stood(house, shop, connect, tmp_path, monkeypatch):
    monkeypatch.setattr(import_channel_file, "BLOCK_LINES", 1)
    rows = [{"no": str(number), "got": "1.25", "when": "2022-11-11 10:00:00"} for number in range(LINES)]
    path, channel = own_file(tmp_path, rows), await connect(shop, mapping=OWN_MAPPING)
    ask = (house, SYSTEM, shop, channel.connection_id, path, path.name)
    task = asyncio.create_task(api.import_file(*ask))
    while not await _accepted(house, shop):
        await asyncio.sleep(0.01)
    task.cancel()
    await asyncio.wait([task])
    half = await _accepted(house, shop)
    assert 0 < half < LINES

    monkeypatch.setattr(import_channel_file, "BLOCK_LINES", 5_000)
    run = await api.import_file(*ask)

    async with house.database.read() as tx:
        figures = await api.consolidate(tx, SYSTEM, shop, "CNY")
    assert (run.status, run.rows_accepted) == (ImportStatus.RUNNING, LINES)
    assert [(one.orders, one.paid_minor) for one in figures] == [(LINES, LINES * 125)]
    assert (await api.import_file(*ask)).status is ImportStatus.DONE


async def _accepted(house, shop):
    async with house.database.read() as tx:
        return sum(run.rows_accepted for run in await api.list_imports(tx, SYSTEM, shop))
