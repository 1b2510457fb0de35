"""What does the room `carts` refuse?

Conflict
├── CartFull               line 301; the remedies are named
├── FavouritesFull         more favourites than are kept
├── SeveralTills           a quote is of one currency and one set of price rules
├── NotEnoughStock         more pieces than can be bought now
└── TooManyPieces          more pieces of a line than one line may have
NotFound
├── SkuNotSold             no such SKU, or it is not on sale
├── LineNotFound           no such line in this cart
└── RemovalNotFound        nothing to undo under this id, or its time is over
TooLarge
└── TooManyWanted          more lines in one question than a cart holds
"""

from peakday.kernel.refusal import Conflict, NotFound, TooLarge
from peakday.kernel.text import Text


class CartFull(Conflict):
    """The cart holds as many lines as it may."""

    code = "cart_full"
    message = Text(
        "购物车最多 {limit} 种商品。可将商品移入收藏夹、清理失效商品,或先结算一部分",
        "A cart holds {limit} lines. Move some to your favourites, clear those that are no longer sold, or check out"
        " a part first",
    )


class FavouritesFull(Conflict):
    """As many favourites as are kept."""

    code = "favourites_full"
    message = Text("收藏夹最多 {limit} 件,请先清理", "Favourites hold {limit} goods; remove some first")


class SeveralTills(Conflict):
    """Goods that cannot be paid together."""

    code = "several_tills"
    message = Text(
        "所选商品的币种或优惠规则不同({tills}),请分开结算",
        "These goods have different currencies or price rules ({tills}); check them out one group at a time",
    )


class NotEnoughStock(Conflict):
    """More pieces than can be bought now."""

    code = "not_enough_stock"
    message = Text("仅剩 {left} 件,请减少数量", "Only {left} left; ask for fewer pieces")


class TooManyPieces(Conflict):
    """More pieces than one line may have."""

    code = "too_many_pieces"
    message = Text("每种商品最多 {limit} 件", "At most {limit} pieces of one SKU")


class SkuNotSold(NotFound):
    """There is no such SKU in that shop, or it is not on sale."""

    code = "sku_not_sold"
    message = Text("该商品不存在或已下架", "There is no such SKU on sale in that shop")


class LineNotFound(NotFound):
    """No such line in this cart."""

    code = "cart_line_not_found"
    message = Text("购物车中没有该商品", "There is no such line in this cart")


class RemovalNotFound(NotFound):
    """Nothing to undo under this id."""

    code = "removal_not_found"
    message = Text("没有可撤销的删除,或已过期", "There is no removal to undo under this id, or its time is over")


class TooManyWanted(TooLarge):
    """More lines in one question than a cart holds."""

    code = "too_many_wanted"
    message = Text("一次最多 {limit} 种商品", "At most {limit} SKUs in one question")
