"""Who has given and who has got what of a sale, when so much of the payment went back to the buyer?

The answer depends on how much went back, not on in how many refunds: every posting of a refund is the difference of two
such splits. What others gave is reversed in proportion, rounded down, and wholly with the last minor unit; fees are
taken from what the goods still bring, rounded down, so a fraction stays with the merchant.
"""

from dataclasses import dataclass

from peakday.trade.ledger.model import Sale

BASIS_POINTS = 10_000


@dataclass(frozen=True, slots=True)
class FundingSplit:
    """All in minor units. `brought` is what buyer, platform and creator gave and did not get back.

    The last three add up to it: what the platform and the creator earn by it, and what is the merchant's.
    """

    platform_gave: int
    creator_gave: int
    brought: int
    commission: int
    creator_commission: int
    merchant: int


def funding_split(sale: Sale, refunded_minor: int) -> FundingSplit:
    """The split after `refunded_minor` of what the buyer paid went back."""
    assert 0 <= refunded_minor <= sale.paid_minor, (sale, refunded_minor)
    platform = sale.platform_minor - _reversed(sale.platform_minor, sale, refunded_minor)
    creator = sale.creator_minor - _reversed(sale.creator_minor, sale, refunded_minor)
    brought = sale.paid_minor - refunded_minor + platform + creator
    commission = brought * sale.commission_bp // BASIS_POINTS
    creator_commission = brought * sale.creator_commission_bp // BASIS_POINTS
    merchant = brought - commission - creator_commission
    return FundingSplit(platform, creator, brought, commission, creator_commission, merchant)


def _reversed(given_minor: int, sale: Sale, refunded_minor: int) -> int:
    return given_minor * refunded_minor // sale.paid_minor if refunded_minor else 0
