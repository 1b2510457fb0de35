"""What is the red line B of a SKU: the final price at which it makes a loss?

What was typed for the SKU goes before what was typed for its item; then the shop's rule, a share of the displayed
purchase price (not of the struck-through one). Where nothing was typed B is predicted (our definition): cost and a
margin, or, where no cost is known, a share of what the SKU was usually dealt at. Without any of these there is no B.
"""

from peakday.operations.health.model import LineSource, RedLine, RedLineRules, Ware
from peakday.operations.health.rules.check_limits import CheckLimits
from peakday.trade.promotions.model import BASIS


def red_line_of(ware: Ware, typed: RedLineRules, limits: CheckLimits) -> RedLine | None:
    """B of a SKU and where it comes from; None when nothing says it. Rounded up: a share is never undercut."""
    if ware.sku_id in typed.by_sku:
        return RedLine(typed.by_sku[ware.sku_id], LineSource.TYPED_SKU)
    if ware.item_id in typed.by_item:
        return RedLine(typed.by_item[ware.item_id], LineSource.TYPED_ITEM)
    if typed.shop_bp is not None:
        return RedLine(-(-ware.price_minor * typed.shop_bp // BASIS), LineSource.SHOP_RULE)
    if ware.cost_minor is not None:
        return RedLine(-(-ware.cost_minor * (BASIS + limits.cost_margin_bp) // BASIS), LineSource.COST)
    if ware.usual_minor is not None:
        return RedLine(-(-ware.usual_minor * limits.deals_share_bp // BASIS), LineSource.DEALS)
    return None
