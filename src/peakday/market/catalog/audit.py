"""Does the catalogue hold what it promises?"""

from peakday.kernel.audit import FINDINGS_MAX, Finding
from peakday.kernel.house import House
from peakday.kernel.ids import show_id
from peakday.market.catalog.model import CATEGORY_PREFIX, CATEGORY_UNKNOWN, IMPORT_PREFIX, ITEM_PREFIX, SKU_PREFIX

AUDIT_SECONDS_MAX = 600
ROOM = "catalog"

# invariant → prefix of the subject, query of (subject, detail)
_CHECKS: dict[str, tuple[str, str]] = {
    "sku_price_not_negative": (
        SKU_PREFIX,
        (
            "select sku_id, format('price %s, cost %s', price_minor, cost_minor) from catalog.sku"
            " where price_minor < 0 or cost_minor < 0 or quantity_stated < 0"
        ),
    ),
    "item_price_not_negative": (
        ITEM_PREFIX,
        (
            "select item_id, format('list price %s, strike price %s', list_price_minor, strike_price_minor)"
            " from catalog.item where list_price_minor < 0 or strike_price_minor < 0"
        ),
    ),
    "item_category_is_a_leaf": (
        ITEM_PREFIX,
        (
            "select i.item_id, case when i.leaf_category_id is null then 'no category and no flag'"
            " when c.category_id is null then 'no such category' else 'not a leaf: ' || c.path end"
            " from catalog.item i left join catalog.category c on c.category_id = i.leaf_category_id"
            f" where c.is_leaf is not true and not (i.leaf_category_id is null and '{CATEGORY_UNKNOWN}' = any(i.flags))"
        ),
    ),
    "item_brand_exists": (
        ITEM_PREFIX,
        (
            "select i.item_id, 'no brand ' || i.brand_id from catalog.item i"
            " left join catalog.brand b on b.brand_id = i.brand_id where i.brand_id is not null and b.brand_id is null"
        ),
    ),
    "sku_has_an_item": (
        SKU_PREFIX,
        (
            "select s.sku_id, 'no item ' || s.item_id from catalog.sku s"
            " left join catalog.item i on i.shop_id = s.shop_id and i.item_id = s.item_id where i.item_id is null"
        ),
    ),
    "item_has_a_sku": (
        ITEM_PREFIX,
        (
            "select i.item_id, 'no SKU' from catalog.item i"
            " left join catalog.sku s on s.shop_id = i.shop_id and s.item_id = i.item_id where s.sku_id is null"
        ),
    ),
    "leaf_has_no_children": (
        CATEGORY_PREFIX,
        (
            "select c.category_id, 'is_leaf ' || c.is_leaf from catalog.category c where c.is_leaf = exists ("
            " select from catalog.category k where k.parent_id = c.category_id)"
        ),
    ),
    "import_counts_add_up": (
        IMPORT_PREFIX,
        (
            "select r.run_id, format('read %s, accepted %s, refused %s, rows with problems %s', r.rows_read,"
            " r.rows_accepted, r.rows_refused, p.refused) from kernel.import_run r cross join lateral ("
            " select count(distinct row_no) as refused from kernel.import_problem where run_id = r.run_id) p"
            " where r.rows_read <> r.rows_accepted + r.rows_refused"
            " or (r.kind like 'csv-%' and r.rows_refused <> p.refused)"
        ),
    ),
}


async def audit(house: House) -> list[Finding]:
    """Everything in the catalogue that breaks a promise: prices, categories, brands, SKUs, import counts."""
    findings = []
    async with house.database.read() as tx:
        for invariant, (prefix, query) in _CHECKS.items():
            rows = await tx.fetch(f"{query} order by 1 limit {FINDINGS_MAX}", timeout=AUDIT_SECONDS_MAX)
            findings += [Finding(ROOM, invariant, show_id(prefix, row[0]), row[1]) for row in rows]
    return findings
