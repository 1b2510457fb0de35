"""Why can a line not be bought now?

It is gone from the catalogue, not on sale, without a price, in another currency than its shop, or asks for more pieces
or money than one line may. Stock is asked for apart: a quote holds nothing back.
"""

from peakday.kernel.money import AMOUNT_MINOR_MAX
from peakday.kernel.refusal import Problem
from peakday.kernel.text import Text
from peakday.market.catalog.model import ShelfGood
from peakday.market.shops.model import ShopFront
from peakday.trade.promotions.model import PIECES_MAX

_REMOVE = Text("请移除或移入收藏夹", "Remove it, or move it to your favourites")
_FEWER = Text("请减少数量", "Ask for fewer pieces")
GONE = Problem("sku_id", "gone", Text("商品不存在", "This is no longer there"), _REMOVE)
OFF_SHELF = Problem("sku_id", "off_shelf", Text("商品已下架", "This is not on sale"), _REMOVE)
NO_PRICE = Problem("sku_id", "no_price", Text("商品暂无价格", "This has no price"), _REMOVE)
OTHER_CURRENCY = Problem("sku_id", "other_currency", Text("币种与店铺不符", "Not in its shop's currency"), _REMOVE)


def line_problem(
    good: ShelfGood | None, shop: ShopFront | None, price_minor: int | None, quantity: int
) -> Problem | None:  # fmt: skip
    """The first reason, None when it can be bought."""
    if good is None or shop is None:
        return GONE
    if not good.is_on_sale:
        return OFF_SHELF
    if price_minor is None:
        return NO_PRICE
    if good.currency != shop.currency:
        return OTHER_CURRENCY
    return _quantity_problem(price_minor, quantity)


def _quantity_problem(price_minor: int, quantity: int) -> Problem | None:
    if not 1 <= quantity <= PIECES_MAX:
        return Problem("quantity", "out_of_range", Text("件数超出范围", "This number cannot be bought"), _FEWER)
    if price_minor * quantity > AMOUNT_MINOR_MAX:
        return Problem("quantity", "amount_out_of_range", Text("金额超出范围", "The amount is out of range"), _FEWER)
    return None
