"""Did every message stay in its shop, does no delivery wait for nobody, do to-dos lie in shops that exist?"""

from types import MappingProxyType

from peakday.kernel.audit import FINDINGS_MAX, Finding
from peakday.kernel.house import House
from peakday.kernel.ids import show_id

AUDIT_SECONDS_MAX = 300
ROOM = "workbench"

# invariant → prefix of the subject, query of (subject, detail)
_INVARIANTS = MappingProxyType({
    "message_has_a_shop": ("msg", """
        select m.message_id, format('no shop %s', m.shop_id) from kernel.message m
        where not exists (select from shops.shop s where s.shop_id = m.shop_id)"""),
    "todo_has_a_shop": ("tdo", """
        select t.todo_id, format('no shop %s', t.shop_id) from workbench.todo t
        where not exists (select from shops.shop s where s.shop_id = t.shop_id)"""),
    "message_stays_in_its_shop": ("msg", """
        select d.message_id, format('%s to account %s', d.channel, d.account_id)
        from kernel.message_delivery d join kernel.message m using (message_id)
        where not exists (select from accounts.account a
            where a.account_id = d.account_id and a.shop_id = m.shop_id)"""),
    "delivery_waits_for_a_job": ("msg", """
        select d.message_id, format('%s, step %s: its job %s', d.channel, d.step,
            case when j.job_id is null then 'is not there' else 'has ended' end)
        from kernel.message_delivery d
        left join kernel.job j on j.kind = 'kernel.deliver_message' and j.key = d.delivery_id::text
        where d.status = 'waiting' and (j.job_id is null or coalesce(j.finished_at, j.failed_at) is not null)"""),
    "settled_delivery_has_its_time": ("msg", """
        select message_id, format('%s, step %s: %s', channel, step, status) from kernel.message_delivery
        where (status = 'waiting') <> (settled_at is null) or read_at is not null and channel <> 'desk'"""),
    "settled_message_is_left_alone": ("msg", """
        select message_id, format('%s, but looked at again %s', status, next_step_at) from kernel.message
        where status in ('accepted', 'resolved') and next_step_at is not null"""),
})  # fmt: skip


async def audit(house: House) -> list[Finding]:
    """The broken invariants of messages and to-dos; none when all is well."""
    findings = []
    async with house.database.read() as connection:
        for invariant, (prefix, query) in _INVARIANTS.items():
            rows = await connection.fetch(f"{query} order by 1 limit {FINDINGS_MAX}", timeout=AUDIT_SECONDS_MAX)
            findings += [Finding(ROOM, invariant, show_id(prefix, row[0]), row[1]) for row in rows]
    return findings
