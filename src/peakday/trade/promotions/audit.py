"""Are limits kept, versions without gaps, live instruments sound, and does each shop's hold for its own goods only?"""

from types import MappingProxyType

from peakday.kernel.audit import FINDINGS_MAX, Finding
from peakday.kernel.database import Tx
from peakday.kernel.house import House
from peakday.kernel.ids import show_id
from peakday.trade.promotions.rules.instrument_faults import instrument_faults
from peakday.trade.promotions.rules.instrument_states import can_move
from peakday.trade.promotions.stored import CARD_PREFIX, PREFIX, PRESALE_PREFIX, InstrumentStatus
from peakday.trade.promotions.written import read_instrument

AUDIT_SECONDS_MAX = 900
ROOM = "promotions"
READ_AT_ONCE = 500

# of an offer the newest version's terms count; of a card those of its own version
_TERMS = """
select u.instrument_id, u.order_id, u.used_id, u.buyer_id, v.version, v.body
from promotions.usage u join promotions.instrument i using (instrument_id)
left join promotions.card c on c.card_id = u.card_id
join promotions.version v on v.instrument_id = u.instrument_id and v.version = coalesce(c.version, i.version)
where u.returned_at is null
"""
# invariant → prefix of the subject, query of (subject, detail)
_INVARIANTS = MappingProxyType({
    "versions_have_no_gap": (PREFIX, """
        select i.instrument_id, format('version %s, %s kept from %s to %s', i.version, count(v.version),
            min(v.version), max(v.version))
        from promotions.instrument i left join promotions.version v using (instrument_id)
        group by i.instrument_id, i.version
        having count(v.version) <> i.version or max(v.version) is distinct from i.version"""),
    "columns_say_what_the_version_says": (PREFIX, """
        select i.instrument_id, format('version %s', i.version) from promotions.instrument i
        join promotions.version v using (instrument_id, version)
        where (i.kind, i.name_zh, i.name_en) is distinct from
                (v.body->>'kind', v.body->'name'->>'zh', v.body->'name'->>'en')
            or i.valid_from is distinct from (v.body->>'valid_from')::timestamptz
            or i.valid_until is distinct from (v.body->>'valid_until')::timestamptz"""),
    "a_shops_instrument_holds_for_its_own_goods": (PREFIX, """
        select i.instrument_id, format('version %s: shops %s', i.version, v.body->'scope'->'shop_ids')
        from promotions.instrument i join promotions.version v using (instrument_id)
        where i.shop_id is not null
            and v.body->'scope'->'shop_ids' is distinct from jsonb_build_array(i.shop_id::text)
        union all
        select i.instrument_id, format('item %s is not the shop''s', named)
        from promotions.instrument i join promotions.version v using (instrument_id, version)
        cross join lateral jsonb_array_elements_text(coalesce(v.body->'scope'->'item_ids', '[]')) as named
        where i.shop_id is not null and i.status = 'live' and not exists (
            select from catalog.item c where c.shop_id = i.shop_id and c.item_id::text = named)"""),
    "a_second_person_approved": (PREFIX, """
        select instrument_id, format('submitted and approved by %s', approved_by) from promotions.instrument
        where approved_by = submitted_by"""),
    "tally_is_what_was_issued_and_used": (PREFIX, """
        select t.instrument_id, format('issued %s of %s, used %s of %s', t.issued, coalesce(c.cards, 0), t.used,
            coalesce(u.uses, 0))
        from promotions.tally t
        left join (select instrument_id, count(*) as cards from promotions.card group by 1) c using (instrument_id)
        left join (select instrument_id, count(*) as uses from promotions.usage where returned_at is null group by 1) u
            using (instrument_id)
        where t.issued <> coalesce(c.cards, 0) or t.used <> coalesce(u.uses, 0)"""),
    "spent_is_what_uses_gave": (PREFIX, """
        select t.instrument_id, format('%s spent, uses gave %s', t.spent_platform_minor + t.spent_merchant_minor
            + t.spent_creator_minor, coalesce(g.minor, 0))
        from promotions.tally t left join (
            select instrument_id, sum(minor) as minor from (
                select instrument_id, minor - coalesce((funders->>'buyer')::bigint, 0) as minor from promotions.usage
                union all
                select u.instrument_id, -(r.minor - coalesce((r.funders->>'buyer')::bigint, 0))
                from promotions.usage_return r join promotions.usage u using (order_id, used_id)) moves
            group by instrument_id) g using (instrument_id)
        where t.spent_platform_minor + t.spent_merchant_minor + t.spent_creator_minor <> coalesce(g.minor, 0)"""),
    "buyers_tally_is_what_they_used": (PREFIX, """
        select b.instrument_id, format('buyer %s used %s of %s', b.buyer_id, b.used, coalesce(u.uses, 0))
        from promotions.buyer_tally b left join (select instrument_id, buyer_id, count(*) as uses
            from promotions.usage where returned_at is null group by 1, 2) u using (instrument_id, buyer_id)
        where b.used <> coalesce(u.uses, 0)"""),
    "uses_are_within_the_order_limit": (PREFIX, f"""
        select instrument_id, format('order %s used it %s times', order_id, count(*)) from ({_TERMS}) t
        group by instrument_id, order_id having count(*) > min((body->'limits'->>'per_order')::int)"""),
    "uses_are_within_the_buyer_limit": (PREFIX, f"""
        select instrument_id, format('buyer %s used it %s times', buyer_id, count(*)) from ({_TERMS}) t
        group by instrument_id, buyer_id having count(*) > max((body->'limits'->>'per_buyer')::int)"""),
    "uses_are_within_the_total": (PREFIX, f"""
        select instrument_id, format('used %s times', count(*)) from ({_TERMS}) t
        group by instrument_id having count(*) > max((body->'limits'->>'total')::int)"""),
    "cards_are_used_once": (CARD_PREFIX, """
        select c.card_id, format('%s, %s open uses, %s left of %s', c.status, count(u.used_id), c.value_left_minor,
            c.value_minor)
        from promotions.card c left join promotions.usage u on u.card_id = c.card_id and u.returned_at is null
        group by c.card_id
        having (c.value_minor is null and count(u.used_id) <> case when c.status = 'used' then 1 else 0 end)
            or (c.status = 'used' and c.value_left_minor > 0)"""),
    "returns_are_at_most_what_was_used": (PREFIX, """
        select u.instrument_id, format('order %s: %s came back of %s', u.order_id, sum(r.minor), u.minor)
        from promotions.usage u join promotions.usage_return r using (order_id, used_id)
        group by u.order_id, u.used_id having sum(r.minor) > u.minor"""),
    "presales_are_the_shops_goods": (PRESALE_PREFIX, """
        select p.presale_id, format('no SKU %s of item %s', p.sku_id, p.item_id) from promotions.presale p
        where not exists (select from catalog.sku s
            where (s.shop_id, s.item_id, s.sku_id) = (p.shop_id, p.item_id, p.sku_id))"""),
})  # fmt: skip


async def audit(house: House) -> list[Finding]:
    """The broken invariants of instruments, cards, uses and presales; none when all is well."""
    findings = []
    async with house.database.read() as connection:
        for invariant, (prefix, query) in _INVARIANTS.items():
            rows = await connection.fetch(f"{query} order by 1 limit {FINDINGS_MAX}", timeout=AUDIT_SECONDS_MAX)
            findings += [Finding(ROOM, invariant, show_id(prefix, row[0]), row[1]) for row in rows]
    async with house.database.transaction() as tx:
        return findings + await _unsound(tx) + await _odd_moves(tx)


async def _unsound(tx: Tx) -> list[Finding]:
    """Live instruments that no calculator could give a meaning to, or that cannot be read at all."""
    findings: list[Finding] = []
    query = (
        "select i.instrument_id, v.body from promotions.instrument i join promotions.version v"
        " using (instrument_id, version) where i.status = 'live' order by i.instrument_id"
    )
    async for row in tx.cursor(query, prefetch=READ_AT_ONCE, timeout=AUDIT_SECONDS_MAX):
        try:
            faults = [f"{f.field}: {f.code}" for f in instrument_faults(read_instrument(row[0], row["body"]))]
        except (KeyError, ValueError, TypeError) as error:
            faults = [f"cannot be read: {error!r}"]
        if faults and len(findings) < FINDINGS_MAX:
            findings.append(Finding(ROOM, "live_instruments_are_sound", show_id(PREFIX, row[0]), ", ".join(faults)))
    return findings


async def _odd_moves(tx: Tx) -> list[Finding]:
    """Statuses that were not reached by allowed moves, one after the other."""
    findings: list[Finding] = []
    query = (
        "select m.instrument_id, m.move_no, m.from_status, m.to_status,"
        " lag(m.move_no) over w as before_no, lag(m.to_status) over w as before,"
        " lead(m.move_no) over w as after_no, i.status from promotions.move m join promotions.instrument i"
        " using (instrument_id) window w as (partition by m.instrument_id order by m.move_no)"
        " order by m.instrument_id, m.move_no"
    )
    async for row in tx.cursor(query, prefetch=READ_AT_ONCE, timeout=AUDIT_SECONDS_MAX):
        here = row["from_status"]
        is_next = row["move_no"] == (row["before_no"] or 0) + 1 and here == row["before"]
        is_allowed = here is None or can_move(InstrumentStatus(here), InstrumentStatus(row["to_status"]))
        is_last = row["after_no"] is not None or row["to_status"] == row["status"]
        if not (is_next and is_allowed and is_last) and len(findings) < FINDINGS_MAX:
            detail = f"move {row['move_no']}: {here} to {row['to_status']}, now {row['status']}"
            subject = show_id(PREFIX, row["instrument_id"])
            findings.append(Finding(ROOM, "statuses_are_reached_by_moves", subject, detail))
    return findings
