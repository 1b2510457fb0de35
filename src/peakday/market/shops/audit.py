"""Does every account belong to a shop that exists?"""

from peakday.kernel.audit import FINDINGS_MAX, Finding
from peakday.kernel.house import House
from peakday.kernel.ids import show_id
from peakday.market.accounts.api import list_account_shops
from peakday.market.shops import queries
from peakday.market.shops.model import SHOP_PREFIX


async def audit(house: House) -> list[Finding]:
    """The broken invariants of shops; none when all is well."""
    async with house.database.read() as connection:
        claimed = sorted({account.shop_id for account in await list_account_shops(connection)})
        missing = await queries.list_missing_shops(connection, claimed)
    return [
        Finding("shops", "account_has_shop", show_id(SHOP_PREFIX, shop_id), "accounts claim it; there is no such shop")
        for shop_id in missing[:FINDINGS_MAX]
    ]
