"""How long does a buyer's pass hold, and how many may one address ask for?

A guest's pass holds 30 days (the cart waits for them), a registered buyer's 7 days, a simulated shopper's one day; our
choice. Per window of 15 minutes one address gets at most 600 guests' passes and 100 registrations: a campus or a mobile
carrier shares one address, and each registration costs a password's hash.
"""

from datetime import timedelta

from peakday.market.accounts.model import BuyerPass

GUEST_PASS_AGE = timedelta(days=30)
BUYER_PASS_AGE = timedelta(days=7)
SHOPPER_PASS_AGE = timedelta(days=1)
PASS_AGE_MAX = GUEST_PASS_AGE  # whatever was issued so long ago has expired

GUESTS_AN_ADDRESS_MAX = 600
REGISTRATIONS_AN_ADDRESS_MAX = 100


def age_of(wanted: BuyerPass) -> timedelta:
    """How long such a pass holds from when it is issued."""
    if wanted.is_simulated:
        return SHOPPER_PASS_AGE
    return GUEST_PASS_AGE if wanted.is_guest else BUYER_PASS_AGE
