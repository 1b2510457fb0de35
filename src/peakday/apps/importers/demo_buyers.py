"""Who may shop in a market that was just opened? Three households of the imported data, with logins of their own."""

from uuid import UUID

from peakday.kernel.database import Tx
from peakday.kernel.house import House
from peakday.market.accounts import api as accounts
from peakday.market.accounts.model import NewBuyerAccount

DEMO_BUYERS = 3
LOGIN = "buyer"


async def demo_buyers(tx: Tx) -> dict[str, UUID]:
    """The logins of the demo's buyers, and the household that each is; none in a market without imported buyers."""
    found = await accounts.list_imported_buyers(tx, DEMO_BUYERS)
    return {f"{LOGIN}{number}": buyer_id for number, buyer_id in enumerate(found, 1)}


async def open_demo_buyer(
    tx: Tx, house: House, buyer_id: UUID, wanted: NewBuyerAccount, *, is_fresh: bool
) -> None:  # fmt: skip
    """The login of a household; where the file with its password was lost, a new password."""
    now = house.clock.now()
    before = await accounts.find_buyer_account(tx, buyer_id)
    if before is None:
        await accounts.ensure_buyer_account(tx, buyer_id, wanted, now)
    elif is_fresh:
        await accounts.replace_buyer_password(tx, buyer_id, wanted.password, now)
