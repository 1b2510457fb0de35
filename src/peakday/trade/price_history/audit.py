"""Do prices overlap, do deals name things that exist, did protection give more than was paid?"""

from types import MappingProxyType

from peakday.kernel.audit import FINDINGS_MAX, Finding
from peakday.kernel.house import House
from peakday.kernel.ids import show_id

AUDIT_SECONDS_MAX = 900
ROOM = "price_history"

# invariant → prefix of the subject, query of (subject, detail)
_INVARIANTS = MappingProxyType({
    "offer_does_not_overlap": ("sku", """
        select a.sku_id, format('%s: offers %s and %s', a.kind, a.offer_no, b.offer_no)
        from price_history.offer a join price_history.offer b
            on (a.shop_id, a.sku_id, a.kind) = (b.shop_id, b.sku_id, b.kind)
            and a.offer_no < b.offer_no and a.valid && b.valid"""),
    "offer_is_a_price": ("sku", """
        select sku_id, format('offer %s: price %s, valid %s', offer_no, price_minor, valid) from price_history.offer
        where price_minor < 0 or isempty(valid) or lower_inf(valid)"""),
    "offer_has_a_sku": ("sku", """
        select o.sku_id, format('offer %s: no such SKU of item %s', o.offer_no, o.item_id) from price_history.offer o
        where not exists (select from catalog.sku s
            where (s.shop_id, s.item_id, s.sku_id) = (o.shop_id, o.item_id, o.sku_id))"""),
    "deal_has_an_item": ("ord", """
        select d.order_id, format('line %s: no item %s in the shop', d.line_no, d.item_id) from price_history.deal d
        where not exists (select from catalog.item i where (i.shop_id, i.item_id) = (d.shop_id, d.item_id))"""),
    "deal_is_divided_exactly": ("ord", """
        select order_id, format('line %s: %s minor units for %s pieces, %s a piece', line_no, compared_minor, quantity,
            dealt_minor) from price_history.deal
        where compared_minor <> paid_minor + red_packet_minor - tax_minor
           or quantity > 0 and abs(compared_minor - dealt_minor * quantity) >= quantity"""),
    "protection_is_at_most_paid": ("ord", """
        select p.order_id, format('line %s: gave %s of %s', p.line_no, p.amount_minor, coalesce(d.paid_minor, 0))
        from (select shop_id, order_id, line_no, sum(amount_minor) as amount_minor from price_history.protection
            group by shop_id, order_id, line_no) p
        left join price_history.deal d using (shop_id, order_id, line_no)
        where p.amount_minor > coalesce(d.paid_minor, 0)"""),
})  # fmt: skip


async def audit(house: House) -> list[Finding]:
    """The broken invariants of the price history; none when all is well."""
    findings = []
    async with house.database.read() as connection:
        for invariant, (prefix, query) in _INVARIANTS.items():
            rows = await connection.fetch(f"{query} order by 1 limit {FINDINGS_MAX}", timeout=AUDIT_SECONDS_MAX)
            findings += [Finding(ROOM, invariant, show_id(prefix, row[0]), row[1]) for row in rows]
    return findings
