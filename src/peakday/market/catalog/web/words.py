"""How are an item's states, sorts and flags named to a reader?"""

from peakday.kernel.text import Text
from peakday.market.catalog.model import CATEGORY_UNKNOWN, ItemSort, ItemStatus

STATUS_TEXTS: dict[ItemStatus, Text] = {
    ItemStatus.ON_SALE: Text("在售", "On sale"),
    ItemStatus.OFF_SHELF: Text("已下架", "Off the shelf"),
    ItemStatus.DELETED: Text("已删除", "Deleted"),
}
SORT_TEXTS: dict[ItemSort, Text] = {
    ItemSort.NEWEST: Text("最新上架", "Newest"),
    ItemSort.UPDATED: Text("最近修改", "Latest change"),
    ItemSort.TITLE: Text("标题", "Title"),
    ItemSort.PRICE_UP: Text("价格从低到高", "Price, low to high"),
    ItemSort.PRICE_DOWN: Text("价格从高到低", "Price, high to low"),
}
FLAG_TEXTS: dict[str, Text] = {
    CATEGORY_UNKNOWN: Text("来源未给出类目", "The source names no category"),
}
FIELD_TEXTS: dict[str, Text] = {
    "title": Text("标题", "Title"),
    "list_price": Text("一口价", "List price"),
    "list_price_minor": Text("一口价", "List price"),
    "strike_price": Text("划线价", "Strike price"),
    "strike_price_minor": Text("划线价", "Strike price"),
    "sku_price_minor": Text("SKU 价格", "SKU price"),
    "status": Text("状态", "State"),
}
