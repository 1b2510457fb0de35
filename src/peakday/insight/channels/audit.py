"""Does every line of a channel belong to its import, every link to an item, and is no report half sent?"""

from peakday.kernel.audit import FINDINGS_MAX, Finding
from peakday.kernel.house import House
from peakday.kernel.ids import show_id

_LINES = """
select l.shop_id, l.order_ref from channels.line l left join kernel.import_run r using (run_id)
where r.run_id is null or r.shop_id is distinct from l.shop_id limit $1
"""
_LINKS = """
select k.shop_id, k.item_ref from channels.item_link k
left join catalog.item i on i.shop_id = k.shop_id and i.item_id = k.item_id
left join catalog.sku s on s.shop_id = k.shop_id and s.item_id = k.item_id and s.sku_id = k.sku_id
where i.item_id is null or (k.sku_id is not null and s.sku_id is null) limit $1
"""
_SENDINGS = """
select s.shop_id, s.sending_id from channels.sending s
left join kernel.job j on j.kind = 'channels.send_report' and j.key = s.sending_id::text
where s.status = 'waiting' and (j.job_id is null or j.finished_at is not null) limit $1
"""


async def audit(house: House) -> list[Finding]:
    """The broken invariants of channels; none when all is well."""
    findings = []
    async with house.database.read() as connection:
        for name, query, column in (
            ("line_of_an_import", _LINES, "order_ref"), ("link_to_an_item", _LINKS, "item_ref"),
            ("waiting_report_has_a_job", _SENDINGS, "sending_id"),
        ):  # fmt: skip
            rows = await connection.fetch(query, FINDINGS_MAX)
            findings += [Finding("channels", name, show_id("shp", row["shop_id"]), str(row[column])) for row in rows]
    return findings
