"""Which doors does the room `accounts` open to programs? Written by `python tools/client.py`."""

# ruff: noqa: A002, E501, RUF100 - names and sentences are those of the doors

from pydantic.types import AwareDatetime

from peakday.apps.client.transport import Transport
from peakday.market.accounts.web.buyers_v1 import BuyerBody, NewBuyerBody, PassBody, ShopperList, ShoppersBody
from peakday.market.accounts.web.v1 import (
    AuditList,
    KeyCreatedBody,
    KeyList,
    MeBody,
    NewKeyBody,
    NewStaffBody,
    PasswordBody,
    RoleList,
    StaffBody,
    StaffChangesBody,
    StaffList,
)


class AccountsDoors(Transport):
    """The doors of accounts."""

    def read_me(self) -> MeBody:
        """Who calls, for which shop, with which permissions."""
        return self.ask("GET", "/v1/me", MeBody)

    def list_roles(self) -> RoleList:
        """The roles of sub-accounts with their permissions, and the scopes of keys."""
        return self.ask("GET", "/v1/roles", RoleList)

    def list_staff(self, shop_id: str, *, cursor: str | None = None, limit: int = 50) -> StaffList:
        """The accounts of the shop, oldest first."""
        return self.ask("GET", f"/v1/shops/{shop_id}/staff", StaffList, query={"cursor": cursor, "limit": limit})

    def create_staff(self, shop_id: str, body: NewStaffBody) -> StaffBody:
        """Open a sub-account."""
        return self.ask("POST", f"/v1/shops/{shop_id}/staff", StaffBody, body=body)

    def read_staff(self, shop_id: str, account_id: str) -> StaffBody:
        """One account of the shop."""
        return self.ask("GET", f"/v1/shops/{shop_id}/staff/{account_id}", StaffBody)

    def edit_staff(self, shop_id: str, account_id: str, body: StaffChangesBody) -> StaffBody:
        """Change a sub-account's name, role, permissions or status."""
        return self.ask("PATCH", f"/v1/shops/{shop_id}/staff/{account_id}", StaffBody, body=body)

    def reset_staff_password(self, shop_id: str, account_id: str, body: PasswordBody) -> bytes:
        """Set a new password for a sub-account; its sessions end."""
        return self.ask("PUT", f"/v1/shops/{shop_id}/staff/{account_id}/password", bytes, body=body)

    def list_keys(self, shop_id: str, *, cursor: str | None = None, limit: int = 50) -> KeyList:
        """The API keys of the shop, oldest first, revoked ones too."""
        return self.ask("GET", f"/v1/shops/{shop_id}/keys", KeyList, query={"cursor": cursor, "limit": limit})

    def create_key(self, shop_id: str, body: NewKeyBody) -> KeyCreatedBody:
        """Make an API key. The secret is in this answer and nowhere else."""
        return self.ask("POST", f"/v1/shops/{shop_id}/keys", KeyCreatedBody, body=body)

    def revoke_key(self, shop_id: str, key_id: str) -> bytes:
        """Revoke a key; it stops within 5 seconds."""
        return self.ask("DELETE", f"/v1/shops/{shop_id}/keys/{key_id}", bytes)

    def list_audit_trail(
        self,
        shop_id: str,
        *,
        cursor: str | None = None,
        limit: int = 50,
        action: str | None = None,
        account_id: str | None = None,
        since: AwareDatetime | None = None,
        until: AwareDatetime | None = None,
        search: str | None = None,
    ) -> AuditList:
        """Who saw and did what in the shop, latest first."""
        return self.ask(
            "GET",
            f"/v1/shops/{shop_id}/audit-trail",
            AuditList,
            query={
                "cursor": cursor,
                "limit": limit,
                "action": action,
                "account_id": account_id,
                "since": since,
                "until": until,
                "search": search,
            },
        )

    def make_guest(self) -> PassBody:
        """A pass for a guest: a buyer without a login."""
        return self.ask("POST", "/v1/buyers/guests", PassBody)

    def register_buyer(self, body: NewBuyerBody) -> PassBody:
        """Give the guest whose pass is shown, or a new buyer, a login. Passes made before open nothing any more."""
        return self.ask("POST", "/v1/buyers", PassBody, body=body)

    def sign_out_buyer(self) -> bytes:
        """Revoke the pass that is shown."""
        return self.ask("DELETE", "/v1/buyers/sessions", bytes)

    def read_my_account(self) -> BuyerBody:
        """Who one is as a buyer."""
        return self.ask("GET", "/v1/my/account", BuyerBody)

    def make_shoppers(self, body: ShoppersBody) -> ShopperList:
        """Up to 1,000 simulated shoppers with passes, for a rehearsal; the platform's staff only."""
        return self.ask("POST", "/v1/platform/shoppers", ShopperList, body=body)
