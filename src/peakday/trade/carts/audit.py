"""Does every cart hold what it says, within its limits, of goods that exist?"""

from types import MappingProxyType

from peakday.kernel.audit import FINDINGS_MAX, Finding
from peakday.kernel.house import House
from peakday.kernel.ids import show_id

ROOM = "carts"
AUDIT_SECONDS_MAX = 600
_RECOUNT = "count the lines anew: update carts.cart set lines = (the number of rows in carts.line)"
_REMOVE = "remove the line; the shopper cannot buy it"

# invariant → remedy, query of (buyer_id, detail)
_INVARIANTS = MappingProxyType({
    "cart_counts_its_lines": (_RECOUNT, """
        select coalesce(c.buyer_id, l.buyer_id), format('says %s lines, holds %s', c.lines, coalesce(l.held, 0))
        from carts.cart c full join (select buyer_id, count(*) as held from carts.line group by buyer_id) l
            using (buyer_id)
        where c.lines is distinct from coalesce(l.held, 0)"""),
    "cart_is_within_its_limit": (_REMOVE, """
        select buyer_id, format('%s lines', count(*)) from carts.line group by buyer_id having count(*) > 300"""),
    "line_names_a_sku": (_REMOVE, """
        select l.buyer_id, format('SKU %s of shop %s', l.sku_id, l.shop_id) from carts.line l
        where not exists (select from catalog.sku s where s.sku_id = l.sku_id and s.shop_id = l.shop_id)"""),
    "favourite_names_a_sku": (_REMOVE, """
        select f.buyer_id, format('SKU %s of shop %s', f.sku_id, f.shop_id) from carts.favourite f
        where not exists (select from catalog.sku s where s.sku_id = f.sku_id and s.shop_id = f.shop_id)"""),
    "cart_has_a_buyer": ("remove the cart", """
        select c.buyer_id, format('%s lines', c.lines) from carts.cart c
        where not exists (select from accounts.buyer b where b.buyer_id = c.buyer_id)"""),
})  # fmt: skip


async def audit(house: House) -> list[Finding]:
    """Every broken invariant; at most `FINDINGS_MAX` of each."""
    findings = []
    async with house.database.read() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        for invariant, (remedy, query) in _INVARIANTS.items():
            rows = await connection.fetch(f"{query} limit {FINDINGS_MAX}", timeout=AUDIT_SECONDS_MAX)
            findings += [Finding(ROOM, invariant, show_id("byr", row[0]), row[1], remedy) for row in rows]
    return findings
