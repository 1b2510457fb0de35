"""Does each shop with accounts have exactly one main account, and does nobody hold a right that does not exist?

Whether the shops themselves exist is audited by the room of shops, which stands above this one.
"""

from peakday.kernel.audit import FINDINGS_MAX, Finding
from peakday.kernel.house import House
from peakday.kernel.ids import show_id
from peakday.market.accounts import queries
from peakday.market.accounts.model import SHOP_PREFIX
from peakday.market.accounts.permissions import PERMISSIONS, SCOPES


async def audit(house: House) -> list[Finding]:
    """The broken invariants of accounts; none when all is well."""
    async with house.database.read() as connection:
        mains = await queries.find_main_account_breaches(connection)
        unknown = await queries.find_unknown_grants(connection, sorted(PERMISSIONS), sorted(SCOPES))
    findings = [
        Finding("accounts", "one_main_account", show_id(SHOP_PREFIX, shop_id), f"{count} main accounts, expected 1")
        for shop_id, count in mains
    ]
    findings += [Finding("accounts", "known_permissions", found, "the table does not know it") for found in unknown]
    return findings[:FINDINGS_MAX]
