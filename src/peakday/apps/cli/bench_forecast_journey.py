"""Which series does Complete Journey give a forecaster: units a week of each product, and what was planned for it?

Products of the departments that sell goods (no fuel, coupons or miscellaneous), the most sold in weeks 2 to 29, those
with an odd number (the others were for making the method). Week 1 is one day and left out, so there are 52 whole weeks.
Lines of 100 pieces or more (weights in grams) are left out. Display and mailer: the share of the stores, weighted by
their receipts of weeks 2 to 29, that had the product there; of all stores whose shelves the retailer recorded.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb

from peakday.apps.importers.complete_journey import find_sample
from peakday.insight.forecasting import api as forecasting

if TYPE_CHECKING:
    from numpy.typing import NDArray

PRODUCTS = 2_000
WEEKS = 52
FIRST_WEEK, CHOSEN_UNTIL = 2, 29

_CHOSEN = f"""
create table chosen as
select product_id, sum(quantity) as units
from read_parquet($lines) l join read_parquet($products) p using (product_id)
where week between {FIRST_WEEK} and {CHOSEN_UNTIL} and quantity between 1 and 99
  and department not in ('FUEL', 'MISCELLANEOUS', 'COUPON', 'KIOSK-GAS')
  and product_category is not null and product_category not like '%COUPON%'
group by product_id order by units desc, product_id limit {PRODUCTS}
"""
_SOLD = f"""
select product_id, week - {FIRST_WEEK} as at, sum(quantity)::double as units,
    median(retail_disc / nullif(sales_value + retail_disc + coupon_match_disc, 0)) as depth
from read_parquet($lines) l join chosen using (product_id)
where quantity between 1 and 99 and week >= {FIRST_WEEK} and product_id % 2 = 1
group by product_id, week
"""
_SHOWN = f"""
with store as (
    select store_id, count(*)::double / sum(count(*)) over () as share
    from read_parquet($lines)
    where week between {FIRST_WEEK} and {CHOSEN_UNTIL}
      and store_id in (select distinct store_id from read_parquet($promotions))
    group by store_id
)
select product_id, week - {FIRST_WEEK} as at,
    coalesce(sum(share) filter (display_location <> '0'), 0) as display,
    coalesce(sum(share) filter (mailer_location <> '0'), 0) as mailer,
    coalesce(sum(share) filter (mailer_location in ('F', 'D', 'H', 'L')), 0) as prominence
from read_parquet($promotions) r join chosen using (product_id) join store using (store_id)
where week >= {FIRST_WEEK} and product_id % 2 = 1
group by product_id, week
"""


@dataclass(frozen=True, slots=True)
class Journey:
    """Products x weeks: units sold, depth of the price cut (`nan`: nothing sold), shares of display, mailer, front."""

    units: "NDArray[Any]"
    depth: "NDArray[Any]"
    display: "NDArray[Any]"
    mailer: "NDArray[Any]"
    prominence: "NDArray[Any]"

    def plan_at(self, origin: int, until: int, *, with_depth: bool = True) -> forecasting.Plan:
        """What the weeks before `until` were planned with, as known at `origin`."""
        shown = [one[:, :until] for one in (self.display, self.mailer, self.prominence)]
        depth = forecasting.planned_depth(self.depth[:, :until], shown[1], origin)
        return forecasting.Plan(depth * with_depth, *shown)


def read_journey() -> Journey:
    """The series of the installed package; refuses when it is not installed."""
    import numpy as np  # noqa: PLC0415 - the command line starts without it

    sample = find_sample()
    files = {name: str(sample.file(name)) for name in ("products", "promotions")} | {
        "lines": str(sample.file("transactions"))
    }
    with duckdb.connect() as desk:
        desk.execute(_CHOSEN, {name: files[name] for name in ("lines", "products")})
        sold = desk.execute(_SOLD, {"lines": files["lines"]}).fetchnumpy()
        shown = desk.execute(_SHOWN, {name: files[name] for name in ("lines", "promotions")}).fetchnumpy()
    products = np.unique(sold["product_id"])

    def laid(table: "dict[str, NDArray[Any]]", name: str, lacking: float) -> "NDArray[Any]":
        rows = np.full((len(products), WEEKS), lacking)
        values: NDArray[Any] = np.ma.filled(np.ma.asarray(table[name], dtype=float), lacking)
        rows[np.searchsorted(products, table["product_id"]), table["at"].astype(int)] = values
        return rows

    return Journey(
        laid(sold, "units", 0.0),
        laid(sold, "depth", np.nan),
        *(laid(shown, name, 0.0) for name in ("display", "mailer", "prominence")),
    )
