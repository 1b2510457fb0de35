"""Has each entry its price in the sale of its track and no other, is nobody in tracks that exclude each other?"""

from types import MappingProxyType

from peakday.kernel.audit import FINDINGS_MAX, Finding
from peakday.kernel.house import House
from peakday.kernel.ids import show_id

AUDIT_SECONDS_MAX = 900
ROOM = "sale_events"

# an entry with the interval in which its track sells, and what its offers carry
_ENTRIES = """
    with held as (select n.*, e.code || '/' || n.track as ref, w.held, e.terms, e.status as event_status
        from sale_events.entry n left join sale_events.event e using (event_id)
        left join sale_events.wave w on w.event_id = n.event_id and w.track = n.track
            and w.kind in ('deposit', 'spot'))"""
# invariant → prefix of the subject, query of (subject, detail)
_INVARIANTS = MappingProxyType({
    "entry_has_a_track": ("sku", _ENTRIES + """
        select sku_id, format('no track %s that sells in event %s', track, event_id) from held
        where held is null or event_status <> 'published'"""),
    "entry_has_its_price": ("sku", _ENTRIES + """
        select sku_id, format('%s: %s enrolled, no such offer until the end of %s', ref, price_minor, held) from held h
        where status = 'enrolled' and not exists (select from price_history.offer o where o.shop_id = h.shop_id
            and o.item_id = h.item_id and o.sku_id = h.sku_id and o.kind = 'event' and o.event_ref = h.ref
            and o.price_minor = h.price_minor and o.currency = h.currency and upper(o.valid) = upper(h.held)
            and o.valid <@ h.held)"""),
    "exited_has_no_price_to_come": ("sku", _ENTRIES + """
        select h.sku_id, format('%s: left at %s, offer %s holds %s', ref, h.updated_at, o.offer_no, o.valid)
        from held h join price_history.offer o on o.shop_id = h.shop_id and o.item_id = h.item_id
            and o.sku_id = h.sku_id and o.event_ref = h.ref
        where h.status = 'exited' and upper(o.valid) > h.updated_at"""),
    "price_has_an_entry": ("sku", """
        select o.sku_id, format('offer %s of %s without an entry', o.offer_no, o.event_ref) from price_history.offer o
        where o.source = 'sale_events' and not exists (select from sale_events.entry n
            join sale_events.event e using (event_id) where n.shop_id = o.shop_id and n.item_id = o.item_id
            and n.sku_id = o.sku_id and e.code || '/' || n.track = o.event_ref)"""),
    "tracks_do_not_exclude_each_other": ("itm", _ENTRIES + """
        select distinct a.item_id, format('enrolled in %s and in %s', a.track, b.track)
        from held a join held b using (shop_id, event_id, item_id)
        where a.status = 'enrolled' and b.status = 'enrolled'
 and exists (
                select from jsonb_array_elements(a.terms -> 'forbidden_pairs') pair
                where pair ->> 0 = a.track and pair ->> 1 = b.track)"""),
    "entry_is_proven": ("sku", """
        select sku_id, format('%s: price %s, permitted %s, list %s', track, price_minor, permitted_minor, list_minor)
        from sale_events.entry where price_minor > list_minor
            or (proof_verdict = 'proven') <> (permitted_minor is not null and price_minor <= permitted_minor)"""),
    "entry_has_a_sku": ("sku", """
        select n.sku_id, format('%s: no such SKU of item %s', n.track, n.item_id) from sale_events.entry n
        where not exists (select from catalog.sku s
            where (s.shop_id, s.item_id, s.sku_id) = (n.shop_id, n.item_id, n.sku_id))"""),
    "entry_has_a_shop_that_takes_part": ("shp", """
        select distinct n.shop_id, format('entries in event %s, the shop does not take part', n.event_id)
        from sale_events.entry n where n.status = 'enrolled' and not exists (select from sale_events.shop_enrolment s
            where s.shop_id = n.shop_id and s.event_id = n.event_id and s.status = 'enrolled')"""),
    "exited_has_an_exit": ("sku", """
        select n.sku_id, format('%s: %s by exit %s', n.track, n.status, n.exit_id) from sale_events.entry n
        left join sale_events.exit x on x.exit_id = n.exit_id and x.shop_id = n.shop_id
        where (n.status = 'exited') <> (x.exit_id is not null and x.undone_at is null)"""),
})  # fmt: skip


async def audit(house: House) -> list[Finding]:
    """The broken invariants of the sale events; none when all is well."""
    findings = []
    async with house.database.read() as connection:
        for invariant, (prefix, query) in _INVARIANTS.items():
            rows = await connection.fetch(f"{query} order by 1 limit {FINDINGS_MAX}", timeout=AUDIT_SECONDS_MAX)
            findings += [Finding(ROOM, invariant, show_id(prefix, row[0]), row[1]) for row in rows]
    return findings
