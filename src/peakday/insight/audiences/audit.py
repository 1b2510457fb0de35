"""Are a shop's people numbered without a gap, and does every crowd hold its own shop's people only?"""

from pyroaring import BitMap

from peakday.kernel.audit import FINDINGS_MAX, Finding
from peakday.kernel.house import House
from peakday.kernel.ids import show_id

_NUMBERS = """
select n.shop_id, n.people, count(p.person_no) as found, coalesce(max(p.person_no), 0) as last
from audiences.numbering n left join audiences.person p using (shop_id)
group by n.shop_id, n.people
having count(p.person_no) <> n.people or coalesce(max(p.person_no), 0) <> n.people
limit $1
"""
_CROWDS = """
select c.shop_id, c.crowd_id, c.members, coalesce(n.people, 0) as people
from audiences.crowd c left join audiences.numbering n using (shop_id)
where c.members is not null
order by c.shop_id, c.crowd_id
"""


async def audit(house: House) -> list[Finding]:
    """The broken invariants of crowds; none when all is well."""
    findings = []
    async with house.database.pool.acquire() as connection, connection.transaction():
        for row in await connection.fetch(_NUMBERS, FINDINGS_MAX):
            detail = f"{row['people']} counted, {row['found']} there, the last is {row['last']}"
            findings.append(Finding("audiences", "people_numbered_densely", show_id("shp", row["shop_id"]), detail))
        async for row in connection.cursor(_CROWDS):
            members = BitMap.deserialize(row["members"])
            if members and (members.min() < 1 or members.max() > row["people"]) and len(findings) < FINDINGS_MAX:
                detail = f"numbers up to {members.max()}, the shop has {row['people']}"
                findings.append(Finding("audiences", "crowd_of_own_people", show_id("crd", row["crowd_id"]), detail))
    return findings
