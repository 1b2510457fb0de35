"""Which doors does the room `health` open to programs? Written by `python tools/client.py`."""

# ruff: noqa: A002, E501, RUF100 - names and sentences are those of the doors

from peakday.apps.client.transport import Transport
from peakday.operations.health.web.bodies import (
    AcceptForm,
    ChangesBody,
    ExemptionForm,
    FindingDetailBody,
    FindingsBody,
    ItemBody,
    OverviewBody,
    RedLineForm,
    RuleForm,
    WhatIfForm,
)


class HealthDoors(Transport):
    """The doors of health."""

    def read_overview(self, shop_id: str) -> OverviewBody:
        """How the shop stands: open warnings, money at risk, the last look, predicted against realised loss."""
        return self.ask("GET", f"/v1/shops/{shop_id}/health/overview", OverviewBody)

    def list_findings(
        self, shop_id: str, *, state: str = "open", cursor: str | None = None, limit: int = 50
    ) -> FindingsBody:
        """Warnings in a state, the dearest first."""
        return self.ask(
            "GET",
            f"/v1/shops/{shop_id}/health/findings",
            FindingsBody,
            query={"state": state, "cursor": cursor, "limit": limit},
        )

    def read_finding(self, shop_id: str, finding_id: str) -> FindingDetailBody:
        """One warning with the basket, the buyer and the minute that prove it."""
        return self.ask("GET", f"/v1/shops/{shop_id}/health/findings/{finding_id}", FindingDetailBody)

    def accept_finding(self, shop_id: str, finding_id: str, body: AcceptForm) -> bytes:
        """Take a risk on purpose, with a reason."""
        return self.ask("POST", f"/v1/shops/{shop_id}/health/findings/{finding_id}/accept", bytes, body=body)

    def want_scan(self, shop_id: str) -> dict[str, str]:
        """Ask for a look at the shop; the worker takes it within seconds."""
        return self.ask("POST", f"/v1/shops/{shop_id}/health/scan", dict[str, str])

    def read_item_health(self, shop_id: str, item_id: str) -> ItemBody:
        """The lowest reachable price of every SKU of an item, now computed, with its witness."""
        return self.ask("GET", f"/v1/shops/{shop_id}/health/items/{item_id}", ItemBody)

    def set_red_line(self, shop_id: str, item_id: str, body: RedLineForm) -> bytes:
        """Type the red line of an item or of one of its SKUs."""
        return self.ask("PUT", f"/v1/shops/{shop_id}/health/items/{item_id}/red-line", bytes, body=body)

    def set_rule(self, shop_id: str, body: RuleForm) -> bytes:
        """Set the shop's red-line share of the displayed price."""
        return self.ask("PUT", f"/v1/shops/{shop_id}/health/rule", bytes, body=body)

    def exempt(self, shop_id: str, item_id: str, body: ExemptionForm) -> bytes:
        """Let an item be sold below its red line, for a reason and until a time."""
        return self.ask("PUT", f"/v1/shops/{shop_id}/health/items/{item_id}/exemption", bytes, body=body)

    def end_exemption(self, shop_id: str, item_id: str) -> bytes:
        """End an exemption at once."""
        return self.ask("DELETE", f"/v1/shops/{shop_id}/health/items/{item_id}/exemption", bytes)

    def what_if(self, shop_id: str, body: WhatIfForm) -> ChangesBody:
        """How the lowest reachable prices change if a kept instrument, a draft too, is live or changed; nothing is kept."""
        return self.ask("POST", f"/v1/shops/{shop_id}/health/what-if", ChangesBody, body=body)
