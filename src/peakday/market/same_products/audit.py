"""Is what people said of pairs kept by the clusters, and is every pair of items that are there?"""

from peakday.kernel.audit import FINDINGS_MAX, Finding
from peakday.kernel.house import House
from peakday.kernel.ids import show_id

_TORN = """
select p.item_id, p.other_item_id, p.verdict from same_products.pair p
join same_products.member m on (m.shop_id, m.item_id) = (p.shop_id, p.item_id)
join same_products.member o on (o.shop_id, o.item_id) = (p.other_shop_id, p.other_item_id)
where p.verdict = 'not_same' and m.cluster_id = o.cluster_id limit $1
"""
_LOST = """
select p.item_id from same_products.pair p
left join same_products.member m on (m.shop_id, m.item_id) = (p.shop_id, p.item_id)
left join same_products.member o on (o.shop_id, o.item_id) = (p.other_shop_id, p.other_item_id)
where m.item_id is null or o.item_id is null limit $1
"""


async def audit(house: House) -> list[Finding]:
    """The broken invariants of same products; none when all is well."""
    async with house.database.read() as tx:
        torn = await tx.fetch(_TORN, FINDINGS_MAX)
        lost = await tx.fetch(_LOST, FINDINGS_MAX)
    return [
        *(Finding("same_products", "persons_word_kept", show_id("itm", row[0]), f"{row[2]}: {row[1]}") for row in torn),
        *(Finding("same_products", "pair_of_known_items", show_id("itm", row[0]), "no such item") for row in lost),
    ]
