"""Did every payment happen once, do the books hold what buyers paid, and does the bank say the same?"""

from types import MappingProxyType

from peakday.kernel.audit import FINDINGS_MAX, Finding
from peakday.kernel.house import House
from peakday.kernel.ids import show_id

AUDIT_SECONDS_MAX = 900
ROOM = "payments"
LETTER_SECONDS = 120  # so long a letter of the bank may be under way

_LEFT = """
    select p.payment_id, p.currency, t.shop_id, t.order_id, t.released_at, t.paid_minor - t.refunded_minor
        + t.platform_minor - t.cover_returned_minor - case when t.refunded_minor = 0 then 0 else
            div((t.platform_minor - t.cover_returned_minor)::numeric * t.refunded_minor, t.paid_minor) end
        + t.creator_minor - case when t.refunded_minor = 0 then 0 else
            div(t.creator_minor::numeric * t.refunded_minor, t.paid_minor) end as held
    from payments.payment p join payments.part t using (payment_id) where p.status = 'captured'"""
# invariant → prefix of the subject, query of (subject, detail)
_INVARIANTS = MappingProxyType({
    "payment_is_the_sum_of_its_parts": ("pay", """
        select p.payment_id, format('asks %s, its parts come to %s', p.amount_minor, t.paid)
        from payments.payment p left join (select payment_id, sum(paid_minor) as paid from payments.part group by 1) t
            using (payment_id)
        where p.amount_minor is distinct from t.paid"""),
    "captured_payment_was_told": ("pay", """
        select p.payment_id, format('%s, %s notices say captured', p.status, n.told)
        from payments.payment p
        left join lateral (select count(*) as told from payments.notice n where n.payment_id = p.payment_id
            and n.gateway = p.gateway and n.effect = 'captured') n on true
        where n.told <> (p.status = 'captured')::int"""),
    "refunds_are_what_the_part_counts": ("ord", """
        select t.order_id, format('payment %s: %s went back, its refunds come to %s', t.payment_id, t.refunded_minor,
            coalesce(r.given, 0))
        from payments.part t join payments.payment p using (payment_id)
        left join (select order_id, payment_id, sum(amount_minor) as given from payments.refund group by 1, 2) r
            using (order_id, payment_id)
        where t.refunded_minor <> coalesce(r.given, 0) or t.refunded_minor > 0 and p.status <> 'captured'
            or t.released_at is not null and p.status <> 'captured'"""),
    "returned_covers_are_what_the_part_counts": ("ord", """
        select t.order_id, format('payment %s: %s of the cover went back, its returns come to %s', t.payment_id,
            t.cover_returned_minor, coalesce(r.given, 0))
        from payments.part t
        left join (select order_id, payment_id, sum(cover_minor) as given from payments.cover_return group by 1, 2) r
            using (order_id, payment_id)
        where t.cover_returned_minor <> coalesce(r.given, 0)"""),
    "escrow_is_what_was_paid_and_not_released": ("shp", f"""
        with held as (select shop_id, currency, sum(held) as held from ({_LEFT}) l where released_at is null
            group by 1, 2),
        booked as (select owner_id as shop_id, currency, -net_minor as booked from ledger.account where kind = 'escrow')
        select shop_id, format('%s: payments leave %s in escrow, the books %s', currency, coalesce(held, 0),
            coalesce(booked, 0))
        from held full join booked using (shop_id, currency) where coalesce(held, 0) <> coalesce(booked, 0)"""),
    "clearing_is_what_came_in_and_did_not_go_back": (None, """
        with kept as (select currency, sum(minor) as kept from (
                select p.currency, t.paid_minor - t.refunded_minor as minor
                from payments.payment p join payments.part t using (payment_id) where p.status = 'captured'
                union all select currency, -amount_minor from payments.amends where status <> 'owed') m group by 1),
        booked as (select currency, net_minor as booked from ledger.account where kind = 'clearing')
        select currency, format('buyers paid %s and did not get it back, the books say %s', coalesce(kept, 0),
            coalesce(booked, 0))
        from kept full join booked using (currency) where coalesce(kept, 0) <> coalesce(booked, 0)"""),
    "bank_and_house_agree": ("pay", f"""
        select b.payment_id, format('the bank says %s of %s, the house %s of %s', b.status, b.amount_minor,
            coalesce(p.status, 'nothing'), coalesce(p.amount_minor, 0))
        from payments.bank_charge b left join payments.payment p using (payment_id)
        where (b.status = 'captured') <> (coalesce(p.status, '') = 'captured')
            and not exists (select from payments.notice n where n.payment_id = b.payment_id
                and n.effect in ('unknown', 'amount_differs'))
            and not exists (select from payments.bank_letter l where l.payment_id = b.payment_id
                and (l.settled_at is null or l.settled_at > now() - interval '{LETTER_SECONDS} seconds'))
        union all
        select p.payment_id, 'captured, and the bank knows no charge' from payments.payment p
        where p.status = 'captured' and p.gateway = 'sandbox'
            and not exists (select from payments.bank_charge b where b.payment_id = p.payment_id
                and b.status = 'captured')"""),
    "bank_gave_back_what_was_sent": ("rfd", """
        select refund_id, format('the house sent %s, the bank gave %s', r.amount_minor, b.amount_minor)
        from (select refund_id, payment_id, amount_minor from payments.refund where status = 'sent') r
        full join payments.bank_refund b using (refund_id, payment_id)
        where r.amount_minor is distinct from b.amount_minor and not exists (select from payments.refund w
            where w.refund_id = b.refund_id and w.payment_id = b.payment_id and w.status = 'asked'
                and w.amount_minor = b.amount_minor)"""),
    "bank_paid_out_what_was_sent": ("amd", """
        select amends_id, format('the house sent %s, the bank paid %s', a.amount_minor, b.amount_minor)
        from (select amends_id, amount_minor from payments.amends where status = 'sent') a
        full join (select payout_id as amends_id, amount_minor from payments.bank_payout) b using (amends_id)
        where a.amount_minor is distinct from b.amount_minor and not exists (select from payments.amends w
            where w.amends_id = b.amends_id and w.status = 'asked' and w.amount_minor = b.amount_minor)"""),
    "amends_reached_their_gateway": ("amd", """
        select amends_id, format('%s minor units after %s attempts: %s', amount_minor, attempts, last_error)
        from payments.amends where status = 'failed'"""),
    "refund_reached_its_gateway": ("rfd", """
        select refund_id, format('%s minor units after %s attempts: %s', amount_minor, attempts, last_error)
        from payments.refund where status = 'failed'"""),
})  # fmt: skip


async def audit(house: House) -> list[Finding]:
    """The broken invariants of payments; none when all is well. Everything is read in one snapshot."""
    findings = []
    async with house.database.read() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        for invariant, (prefix, query) in _INVARIANTS.items():
            rows = await connection.fetch(f"{query} order by 1 limit {FINDINGS_MAX}", timeout=AUDIT_SECONDS_MAX)
            findings += [
                Finding(ROOM, invariant, show_id(prefix, row[0]) if prefix else row[0], row[1]) for row in rows
            ]
    return findings
