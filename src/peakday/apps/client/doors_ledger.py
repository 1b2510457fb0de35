"""Which doors does the room `ledger` open to programs? Written by `python tools/client.py`."""

# ruff: noqa: A002, E501, RUF100 - names and sentences are those of the doors

from datetime import date

from peakday.apps.client.transport import Transport
from peakday.trade.ledger.web.v1 import AccountList, EntryList


class LedgerDoors(Transport):
    """The doors of ledger."""

    def list_ledger_accounts(self, shop_id: str) -> AccountList:
        """The shop's accounts and what they hold now."""
        return self.ask("GET", f"/v1/shops/{shop_id}/ledger/accounts", AccountList)

    def list_ledger_entries(
        self,
        shop_id: str,
        account_id: str,
        *,
        cursor: str | None = None,
        limit: int = 50,
        first_day: date | None = None,
        last_day: date | None = None,
    ) -> EntryList:
        """The entries of one account, newest first, each with the balance after it."""
        return self.ask(
            "GET",
            f"/v1/shops/{shop_id}/ledger/accounts/{account_id}/entries",
            EntryList,
            query={"cursor": cursor, "limit": limit, "first_day": first_day, "last_day": last_day},
        )
