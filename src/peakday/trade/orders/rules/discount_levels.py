"""Under which name is a promotion's level kept on an order's line?

One map, both ways, so that no room writes a level of its own: what the calculator calls `Level.CROSS_SHOP` is
`cross_shop` on every line, export and figure. The audit looks for any other word.
"""

from collections.abc import Iterable
from types import MappingProxyType

from peakday.trade.orders.model import Discount, DiscountLevel, Funder
from peakday.trade.promotions.model import Funder as Giver
from peakday.trade.promotions.model import Level
from peakday.trade.promotions.priced import Share

LEVEL_OF: MappingProxyType[Level, DiscountLevel] = MappingProxyType(
    {
        Level.ITEM: DiscountLevel.ITEM,
        Level.SHOP: DiscountLevel.SHOP,
        Level.CROSS_SHOP: DiscountLevel.CROSS_SHOP,
        Level.PAYMENT: DiscountLevel.PAYMENT,
    }
)
PROMOTION_LEVEL_OF: MappingProxyType[str, Level] = MappingProxyType(
    {kept.value: level for level, kept in LEVEL_OF.items()}
)
FUNDER_OF: MappingProxyType[Giver, Funder] = MappingProxyType(
    {
        Giver.PLATFORM: Funder.PLATFORM,
        Giver.MERCHANT: Funder.MERCHANT,
        Giver.CREATOR: Funder.CREATOR,
        Giver.BUYER: Funder.BUYER,
    }
)
# who else than the buyer (now) and the merchant pays for a discount: it comes to escrow with the platform's part
PLATFORMS_PART = frozenset({Funder.PLATFORM.value, Funder.BUYER.value, Funder.CREATOR.value})
GIVER_OF: MappingProxyType[str, Giver] = MappingProxyType({kept.value: giver for giver, kept in FUNDER_OF.items()})


def discounts_of(shares: Iterable[Share]) -> tuple[Discount, ...]:
    """The shares of a priced line as the line of an order keeps them."""
    return tuple(
        Discount(str(share.instrument_id), LEVEL_OF[share.level].value, FUNDER_OF[share.funder].value, share.minor)
        for share in shares
        if share.minor
    )


def shares_of(discounts: Iterable[Discount]) -> tuple[Share, ...]:
    """The discounts of a native line as the calculator knows them."""
    return tuple(
        Share(part.instrument, PROMOTION_LEVEL_OF[part.level], GIVER_OF[part.funder], part.minor) for part in discounts
    )
