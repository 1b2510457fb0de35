"""Is the morning's report made once a day, for whose hour has come, and only when something is new?"""

from datetime import timedelta

import pytest

from peakday.insight.channels import api, sending
from peakday.kernel.actor import SYSTEM
from peakday.kernel.messages.channels import ChannelName
from tests.insight.channels.channel_files import OWN_MAPPING, own_file


@pytest.mark.capability("LY-07")
async def test_a_morning_sends_the_last_day_with_trade_once(house, clock, shop, connect, tmp_path):
    clock.advance(timedelta(hours=12))  # 08:00 in Shanghai
    channel = await connect(shop, mapping=OWN_MAPPING)
    rows = [{"no": "1", "got": "10.00", "when": "2022-11-11 10:00:00"}]
    await api.import_file(house, SYSTEM, shop, channel.connection_id, own_file(tmp_path, rows), "a.csv")
    async with house.database.transaction() as tx:
        for hour, name in ((8, "early"), (9, "late")):
            wanted = (ChannelName.MAIL, f"{name}@example.org", "en", hour)
            assert await sending.add_recipient(house, tx, SYSTEM, shop, wanted) is not None

    assert await sending.send_mornings(house) == 1
    assert await sending.send_mornings(house) == 0
    clock.advance(timedelta(hours=1))
    assert await sending.send_mornings(house) == 1
    clock.advance(timedelta(days=1))
    assert await sending.send_mornings(house) == 0  # nothing is new
    rows.append({"no": "2", "got": "5.00", "when": "2022-11-11 11:00:00"})
    await api.import_file(house, SYSTEM, shop, channel.connection_id, own_file(tmp_path, rows), "b.csv")
    clock.advance(timedelta(days=1))
    assert await sending.send_mornings(house) == 2

    async with house.database.read() as tx:
        sent = await sending.list_sendings(tx, SYSTEM, shop)
    told = sorted((one.asked_at, one.address[:4], str(one.day), "15.00" in one.body) for one in sent)
    assert [row[1:] for row in told] == [
        ("earl", "2022-11-11", False), ("late", "2022-11-11", False),
        ("earl", "2022-11-11", True), ("late", "2022-11-11", True),
    ]  # fmt: skip
