"""Do warnings name goods that exist, is one warning open once, are red lines of items that exist?"""

from types import MappingProxyType

from peakday.kernel.audit import FINDINGS_MAX, Finding
from peakday.kernel.house import House
from peakday.kernel.ids import show_id

AUDIT_SECONDS_MAX = 600
ROOM = "health"

# invariant → prefix of the subject, query of (subject, detail)
_INVARIANTS = MappingProxyType({
    "red_line_has_an_item": ("itm", """
        select r.item_id, format('SKU %s: no such goods in shop %s', r.sku_id, r.shop_id) from health.red_line r
        where not exists (select from catalog.sku s where (s.shop_id, s.item_id) = (r.shop_id, r.item_id)
            and (r.sku_id is null or s.sku_id = r.sku_id))"""),
    "exemption_has_an_item": ("itm", """
        select e.item_id, format('no such item in shop %s', e.shop_id) from health.exemption e
        where not exists (select from catalog.item i where (i.shop_id, i.item_id) = (e.shop_id, e.item_id))"""),
    "risk_is_below_its_red_line": ("fnd", """
        select finding_id, format('%s: %s is not below %s', kind, price_minor, red_minor) from health.finding
        where kind = 'below_red_line' and (price_minor is null or red_minor is null or price_minor >= red_minor)"""),
    "witness_says_its_price": ("fnd", """
        select finding_id, format('witness: %s for %s, kept: %s', witness ->> 'paid_minor', witness ->> 'quantity',
            price_minor) from health.finding
        where witness is not null
            and div((witness ->> 'paid_minor')::numeric, (witness ->> 'quantity')::numeric) <> price_minor"""),
    "finding_is_of_an_instrument_or_a_sku": ("fnd", """
        select finding_id, format('%s of nothing', kind) from health.finding
        where sku_id is null and cardinality(instrument_ids) = 0"""),
    "accepted_with_a_reason": ("fnd", """
        select finding_id, format('%s accepted without a reason', kind) from health.finding
        where state = 'accepted' and (reason = '' or closed_at is null)"""),
})  # fmt: skip


async def audit(house: House) -> list[Finding]:
    """The broken invariants of the health centre; none when all is well."""
    findings = []
    async with house.database.read() as connection:
        for invariant, (prefix, query) in _INVARIANTS.items():
            rows = await connection.fetch(f"{query} order by 1 limit {FINDINGS_MAX}", timeout=AUDIT_SECONDS_MAX)
            findings += [Finding(ROOM, invariant, show_id(prefix, row[0]), row[1]) for row in rows]
    return findings
