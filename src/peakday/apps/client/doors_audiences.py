"""Which doors does the room `audiences` open to programs? Written by `python tools/client.py`."""

# ruff: noqa: A002, E501, RUF100 - names and sentences are those of the doors

from peakday.apps.client.transport import Transport
from peakday.insight.audiences.web.v1 import (
    CellForm,
    ContrastsBody,
    CrowdBody,
    CrowdForm,
    CrowdsBody,
    ExpansionForm,
    ExpressionForm,
    OverlapBody,
    PeopleBody,
    SizeBody,
    TagsBody,
    UpliftForm,
)


class AudiencesDoors(Transport):
    """The doors of audiences."""

    def list_tags(self, shop_id: str) -> TagsBody:
        """Every tag with its coverage, freshness and privacy class."""
        return self.ask("GET", f"/v1/shops/{shop_id}/crowd-tags", TagsBody)

    def tell_size(self, shop_id: str, body: ExpressionForm) -> SizeBody:
        """How many people meet an expression now; keeps nothing."""
        return self.ask("POST", f"/v1/shops/{shop_id}/crowd-sizes", SizeBody, body=body)

    def list_crowds(self, shop_id: str) -> CrowdsBody:
        """The saved crowds: a shop keeps 500 at most, so there is one page."""
        return self.ask("GET", f"/v1/shops/{shop_id}/crowds", CrowdsBody)

    def save_crowd(self, shop_id: str, body: CrowdForm) -> CrowdBody:
        """Keep an expression as a crowd."""
        return self.ask("POST", f"/v1/shops/{shop_id}/crowds", CrowdBody, body=body)

    def save_cell(self, shop_id: str, body: CellForm) -> CrowdBody:
        """Keep the people of a cell of the consumers' flow as a static crowd."""
        return self.ask("POST", f"/v1/shops/{shop_id}/crowd-cells", CrowdBody, body=body)

    def get_crowd(self, shop_id: str, crowd_id: str) -> CrowdBody:
        """A crowd with the people it has now."""
        return self.ask("GET", f"/v1/shops/{shop_id}/crowds/{crowd_id}", CrowdBody)

    def remove_crowd(self, shop_id: str, crowd_id: str) -> bytes:
        """Forget a crowd; refused while another is made of it."""
        return self.ask("DELETE", f"/v1/shops/{shop_id}/crowds/{crowd_id}", bytes)

    def list_people(self, shop_id: str, crowd_id: str, *, limit: int = 200, cursor: int = 0) -> PeopleBody:
        """The sync door for ads and coupons: refused below 100 people. Read again to leave out who withdrew since."""
        return self.ask(
            "GET", f"/v1/shops/{shop_id}/crowds/{crowd_id}/people", PeopleBody, query={"limit": limit, "cursor": cursor}
        )

    def list_contrasts(self, shop_id: str, crowd_id: str) -> ContrastsBody:
        """In which tags the crowd differs from everybody."""
        return self.ask("GET", f"/v1/shops/{shop_id}/crowds/{crowd_id}/contrasts", ContrastsBody)

    def get_overlap(self, shop_id: str, crowd_id: str, other_id: str) -> OverlapBody:
        """How many people two crowds share."""
        return self.ask("GET", f"/v1/shops/{shop_id}/crowds/{crowd_id}/overlaps/{other_id}", OverlapBody)

    def expand(self, shop_id: str, crowd_id: str, body: ExpansionForm) -> CrowdBody:
        """Keep the people most like a crowd; refused for a seed of fewer than 20."""
        return self.ask("POST", f"/v1/shops/{shop_id}/crowds/{crowd_id}/look-alikes", CrowdBody, body=body)

    def target(self, shop_id: str, body: UpliftForm) -> CrowdBody:
        """Keep the people whom a message would move most to buy, learnt from an experiment."""
        return self.ask("POST", f"/v1/shops/{shop_id}/crowd-uplifts", CrowdBody, body=body)

    def withdraw(self, shop_id: str, person: str) -> bytes:
        """Take a person out of every crowd of the shop, at once."""
        return self.ask("PUT", f"/v1/shops/{shop_id}/crowd-withdrawals/{person}", bytes)

    def give_back(self, shop_id: str, person: str) -> bytes:
        """Let a person be addressed again."""
        return self.ask("DELETE", f"/v1/shops/{shop_id}/crowd-withdrawals/{person}", bytes)

    def withdraw_everywhere(self) -> bytes:
        """Withdraw the consent to be addressed, for all shops; it counts from the next read of any crowd."""
        return self.ask("PUT", "/v1/my/crowd-withdrawal", bytes)

    def allow_everywhere(self) -> bytes:
        """Let all shops address me again, but those that were told otherwise one by one."""
        return self.ask("DELETE", "/v1/my/crowd-withdrawal", bytes)
