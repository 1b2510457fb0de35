"""Do forecasts add up, do shares make a whole, and is every forecast that was shown and is over settled and scored?"""

from datetime import timedelta

from peakday.insight.forecasting.model import HORIZON_DAYS, PPM, WHOLE_SHOP
from peakday.kernel.audit import FINDINGS_MAX, Finding
from peakday.kernel.clock import day_of
from peakday.kernel.house import House
from peakday.kernel.ids import show_id

_GRACE_DAYS = 3

_SUMS = """
with day as (
    select shop_id, first_day, is_backtest, sku_id = $1 as is_whole, at, sum(m)::bigint as milli
    from forecasting.forecast, unnest(milli) with ordinality as each (m, at)
    where is_backtest group by 1, 2, 3, 4, 5
)
select whole.shop_id, whole.first_day, whole.at, whole.milli, part.milli as parts
from day whole join day part using (shop_id, first_day, is_backtest, at)
where whole.is_whole and not part.is_whole and whole.milli <> part.milli
limit $2
"""  # of backtests: what was shown of an old making stays without those that nobody saw
_SHARES = """
select shop_id, sku_id, first_day, (select sum(s) from unnest(shares_ppm) as s) as whole
from forecasting.forecast where (select sum(s) from unnest(shares_ppm) as s) <> $1 limit $2
"""
_SETTLED = """
select shop_id, sku_id, first_day from forecasting.forecast
where not is_backtest and shown_at is not null and sold_milli is null and first_day < $1
order by first_day limit $2
"""
_SCORED = """
select f.shop_id, f.first_day, count(*) * $1::int as cells, coalesce(s.cells, 0) as scored
from forecasting.forecast f
left join forecasting.score s on s.shop_id = f.shop_id and s.first_day = f.first_day
    and s.is_backtest = f.is_backtest and s.is_whole_shop = (f.sku_id = $2)
where f.sold_milli is not null
group by f.shop_id, f.first_day, f.is_backtest, f.sku_id = $2, s.cells
having count(*) * $1::int <> coalesce(s.cells, 0)
limit $3
"""


async def audit(house: House) -> list[Finding]:
    """The broken invariants of forecasts; none when all is well."""
    overdue = day_of(house.clock.now()) - timedelta(days=HORIZON_DAYS + _GRACE_DAYS)
    findings = []
    async with house.database.read() as connection:
        for row in await connection.fetch(_SUMS, WHOLE_SHOP, FINDINGS_MAX):
            detail = f"{row['first_day']} day {row['at']}: {row['milli']}, its SKUs {row['parts']}"
            findings.append(_finding("skus_sum_to_shop", "shp", row["shop_id"], detail))
        for row in await connection.fetch(_SHARES, PPM, FINDINGS_MAX):
            detail = f"{row['first_day']}: shares sum to {row['whole']}"
            findings.append(_finding("regions_sum_to_sku", "sku", row["sku_id"], detail))
        late = await connection.fetch(_SETTLED, overdue, FINDINGS_MAX)
        findings += [_finding("shown_is_settled", "sku", row["sku_id"], f"from {row['first_day']}") for row in late]
        for row in await connection.fetch(_SCORED, HORIZON_DAYS, WHOLE_SHOP, FINDINGS_MAX):
            detail = f"{row['first_day']}: {row['cells']} days known, {row['scored']} scored"
            findings.append(_finding("known_is_scored", "shp", row["shop_id"], detail))
    return findings


def _finding(invariant: str, prefix: str, subject: object, detail: str) -> Finding:
    return Finding("forecasting", invariant, show_id(prefix, subject), detail)  # type: ignore[arg-type]
