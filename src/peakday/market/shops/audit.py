"""Does every account belong to a shop that exists, and is every profile one that its own rules would accept?"""

from dataclasses import fields

from peakday.kernel.audit import FINDINGS_MAX, Finding
from peakday.kernel.house import House
from peakday.kernel.ids import show_id
from peakday.market.accounts.api import list_account_shops
from peakday.market.shops import queries
from peakday.market.shops.model import SHOP_PREFIX, ProfileChanges, Shop
from peakday.market.shops.rules import profile_problems

_PAGE = 200


async def audit(house: House) -> list[Finding]:
    """The broken invariants of shops; none when all is well."""
    findings = []
    async with house.database.read() as connection:
        claimed = sorted({account.shop_id for account in await list_account_shops(connection)})
        for shop_id in await queries.list_missing_shops(connection, claimed):
            findings.append(
                Finding("shops", "account_has_shop", show_id(SHOP_PREFIX, shop_id), "accounts claim it; no such shop")
            )
        page = await queries.list_shops(connection, None, None, None, _PAGE)
        while page and len(findings) < FINDINGS_MAX:
            findings += [finding for shop in page for finding in _profile_findings(shop)]
            page = await queries.list_shops(connection, None, None, page[-1].shop_id, _PAGE)
    return findings[:FINDINGS_MAX]


def _profile_findings(shop: Shop) -> list[Finding]:
    profile = ProfileChanges(**{field.name: getattr(shop, field.name) for field in fields(ProfileChanges)})
    return [
        Finding("shops", "profile_is_valid", show_id(SHOP_PREFIX, shop.shop_id), f"{problem.field}: {problem.code}")
        for problem in profile_problems(profile)
    ]
