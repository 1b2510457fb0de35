"""Do the units add up: everything that ever came in is available, held or sold, for every level?

Recomputed from the changes and the holds, in one snapshot, so the market may be busy. Whether each hold has its order
is asked by the orders' audit: orders know stock, not the other way round.
"""

from types import MappingProxyType

from peakday.kernel.audit import FINDINGS_MAX, Finding
from peakday.kernel.house import House
from peakday.kernel.ids import show_id

AUDIT_SECONDS_MAX = 900
ROOM = "stock"

# invariant → prefix of the subject, query of (subject, detail)
_INVARIANTS = MappingProxyType({
    "units_add_up": ("sku", """
        select sku_id, format('%s came in; %s available, %s held, %s sold%s', coalesce(came, 0), l.available,
            coalesce(held, 0), coalesce(sold, 0), case event_ref when '' then '' else ' of ' || event_ref end)
        from stock.level l left join (
            select shop_id, sku_id, event_ref, sum(delta) as came from stock.change group by 1, 2, 3
        ) c using (shop_id, sku_id, event_ref) left join (
            select shop_id, sku_id, level_ref as event_ref,
                sum(quantity) filter (where status = 'held') as held,
                sum(quantity - returned) filter (where status = 'sold') as sold
            from stock.hold group by 1, 2, 3
        ) h using (shop_id, sku_id, event_ref)
        where coalesce(came, 0) <> l.available + coalesce(held, 0) + coalesce(sold, 0)"""),
    "hold_has_its_level": ("chk", """
        select claim_id, format('%s units of SKU %s, which has no stock', quantity, sku_id) from stock.hold h
        where not exists (select from stock.level l
            where (l.shop_id, l.sku_id, l.event_ref) = (h.shop_id, h.sku_id, h.level_ref))"""),
    "hold_ended_when_its_status_says_so": ("chk", """
        select claim_id, format('%s, ended %s', status, coalesce(ended_at::text, 'never')) from stock.hold
        where (status in ('sold', 'released')) <> (ended_at is not null)"""),
    "hold_is_not_forgotten": ("chk", """
        select claim_id, format('%s units, open until %s', quantity, expires_at) from stock.hold
        where status in ('held', 'noted') and expires_at < now() - interval '1 hour'"""),
    "units_given_back_add_up": ("chk", """
        select claim_id, format('SKU %s: %s came back, %s were noted', sku_id, h.returned, coalesce(g.quantity, 0))
        from stock.hold h full join (
            select claim_id, sku_id, sum(quantity) as quantity from stock.give_back group by 1, 2) g
            using (claim_id, sku_id)
        where coalesce(h.returned, 0) <> coalesce(g.quantity, 0)
            or h.returned > 0 and h.status <> 'sold' or h.claim_id is null"""),
    "set_aside_moves_and_makes_nothing": ("sku", """
        select sku_id, format('key %s comes to %s', key, sum(delta)) from stock.change where kind = 'set_aside'
        group by shop_id, sku_id, key having sum(delta) <> 0"""),
})  # fmt: skip


async def audit(house: House) -> list[Finding]:
    """The broken invariants of the stock; none when all is well."""
    findings = []
    async with house.database.read() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        for invariant, (prefix, query) in _INVARIANTS.items():
            rows = await connection.fetch(f"{query} order by 1 limit {FINDINGS_MAX}", timeout=AUDIT_SECONDS_MAX)
            findings += [Finding(ROOM, invariant, show_id(prefix, row[0]), row[1]) for row in rows]
    return findings
