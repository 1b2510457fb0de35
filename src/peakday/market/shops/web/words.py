"""How are a shop's fields, kinds and ratings named to a reader?"""

from peakday.kernel.text import Text
from peakday.market.shops.model import Rating, ShopKind

FIELDS: dict[str, Text] = {
    "name": Text("店铺名称", "Name"),
    "name_en": Text("英文名称", "English name"),
    "city": Text("所在城市", "City"),
    "belt": Text("产业带", "Industrial belt"),
    "main_category": Text("主营类目", "Main category"),
    "introduction": Text("店铺简介", "Introduction"),
    "service_phone": Text("客服电话", "Service telephone"),
    "service_email": Text("客服邮箱", "Service e-mail"),
}
KIND_TEXTS: dict[ShopKind, Text] = {
    ShopKind.TMALL: Text("天猫", "Tmall"),
    ShopKind.TAOBAO: Text("淘宝", "Taobao"),
    ShopKind.TAOTE: Text("淘特", "Taote"),
    ShopKind.INTL: Text("国际", "International"),
}
RATING_TEXTS: dict[Rating, Text] = {
    Rating.HEART: Text("心", "heart"),
    Rating.DIAMOND: Text("钻", "diamond"),
    Rating.CROWN: Text("皇冠", "crown"),
    Rating.GOLD_CROWN: Text("金冠", "gold crown"),
}
