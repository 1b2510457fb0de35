"""Is a link to no item found, and is a well-kept shop without findings?"""

from peakday.insight.channels import api
from peakday.insight.channels.audit import audit
from peakday.kernel.actor import SYSTEM
from peakday.kernel.ids import new_id
from tests.insight.channels.channel_files import OWN_MAPPING, own_file


async def test_a_link_to_no_item_is_found_and_nothing_else(house, shop, connect, tmp_path):
    channel = await connect(shop, mapping=OWN_MAPPING)
    rows = [{"no": "1", "got": "1.00", "when": "2022-11-11 10:00:00", "what": "mask"}]
    await api.import_file(house, SYSTEM, shop, channel.connection_id, own_file(tmp_path, rows), "a.csv")
    assert await audit(house) == []
    async with house.database.transaction() as tx:
        await tx.execute(
            "insert into channels.item_link (shop_id, connection_id, item_ref, item_id, linked_at)"
            " values ($1, $2, 'mask', $3, now())",
            shop, channel.connection_id, new_id(house.clock.now()),
        )  # fmt: skip

    (found,) = await audit(house)

    assert (found.invariant, found.detail) == ("link_to_an_item", "mask")
