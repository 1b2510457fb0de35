"""Which columns may a file of items have, and what must each hold?

One row is one SKU. Without a SKU column each item has one SKU, of its own number. Fields of an item that stand in
several rows are taken from its first row.
"""

from dataclasses import dataclass

from peakday.kernel.text import Text
from peakday.market.catalog.model import ItemStatus

REF_LENGTH_MAX = 64
TITLE_LENGTH_MAX = 255
NAME_LENGTH_MAX = 100
JSON_LENGTH_MAX = 4_000
ADDRESS_LENGTH_MAX = 2_048
IMAGES_MAX = 20
QUANTITY_MAX = 10**12


@dataclass(frozen=True, slots=True)
class ItemColumn:
    """One column: its name in our files, what people call it, whether it must be there, its length limit."""

    name: str
    title: Text
    required: bool = False
    length_max: int = NAME_LENGTH_MAX


ITEM_COLUMNS: tuple[ItemColumn, ...] = (
    ItemColumn("item_ref", Text("商品编号", "Item number"), True, REF_LENGTH_MAX),
    ItemColumn("title", Text("商品标题", "Title"), True, TITLE_LENGTH_MAX),
    ItemColumn("list_price", Text("一口价", "List price"), True, 40),
    ItemColumn("category", Text("类目", "Category"), False, 400),
    ItemColumn("brand", Text("品牌", "Brand")),
    ItemColumn("strike_price", Text("划线价", "Strike price"), False, 40),
    ItemColumn("sku_price", Text("SKU价格", "SKU price"), False, 40),
    ItemColumn("cost", Text("成本价", "Cost"), False, 40),
    ItemColumn("quantity", Text("数量", "Quantity"), False, 40),
    ItemColumn("sku_ref", Text("SKU编号", "SKU number"), False, REF_LENGTH_MAX),
    ItemColumn("spec", Text("规格", "Spec"), False, JSON_LENGTH_MAX),
    ItemColumn("attributes", Text("商品属性", "Attributes"), False, JSON_LENGTH_MAX),
    ItemColumn("images", Text("商品图片", "Images"), False, ADDRESS_LENGTH_MAX * IMAGES_MAX),
    ItemColumn("status", Text("状态", "State"), False, 40),
    ItemColumn("listed_at", Text("上架时间", "Listed at"), False, 40),
)  # fmt: skip
COLUMN_NAMES = tuple(column.name for column in ITEM_COLUMNS)
REQUIRED = frozenset(column.name for column in ITEM_COLUMNS if column.required)

STATUS_WORDS: dict[str, ItemStatus] = {
    "": ItemStatus.ON_SALE,
    "on_sale": ItemStatus.ON_SALE, "onsale": ItemStatus.ON_SALE, "active": ItemStatus.ON_SALE,
    "上架": ItemStatus.ON_SALE, "在售": ItemStatus.ON_SALE, "出售中": ItemStatus.ON_SALE, "已上架": ItemStatus.ON_SALE,
    "off_shelf": ItemStatus.OFF_SHELF, "inactive": ItemStatus.OFF_SHELF,
    "下架": ItemStatus.OFF_SHELF, "已下架": ItemStatus.OFF_SHELF, "仓库中": ItemStatus.OFF_SHELF,
    "deleted": ItemStatus.DELETED, "删除": ItemStatus.DELETED, "已删除": ItemStatus.DELETED,
}  # fmt: skip
