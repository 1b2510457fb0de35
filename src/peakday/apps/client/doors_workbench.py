"""Which doors does the room `workbench` open to programs? Written by `python tools/client.py`."""

# ruff: noqa: A002, E501, RUF100 - names and sentences are those of the doors

from peakday.apps.client.transport import Transport
from peakday.kernel.messages.model import MessageStatus
from peakday.operations.workbench.web.bodies import ExplanationBody, MessageBody, MessagesBody, TodosBody
from peakday.operations.workbench.web.switch_bodies import (
    ChangesBody,
    FreezeBody,
    FreezeForm,
    FreezesBody,
    NewSwitchForm,
    OverrideBody,
    OverrideForm,
    PlanBody,
    PlanForm,
    PlansBody,
    ReasonForm,
    RehearsalsBody,
    RunBody,
    SwitchBody,
    SwitchesBody,
    TurnForm,
)
from peakday.operations.workbench.web.v1 import BasketForm


class WorkbenchDoors(Transport):
    """The doors of workbench."""

    def read_todos(self, shop_id: str) -> TodosBody:
        """What waits for the caller in this shop, heaviest first: money at risk for each hour that is left."""
        return self.ask("GET", f"/v1/shops/{shop_id}/todos", TodosBody)

    def read_messages(
        self,
        shop_id: str,
        *,
        cursor: str | None = None,
        limit: int = 50,
        search: str | None = None,
        topic: str | None = None,
        status: MessageStatus | None = None,
        unread: bool = False,
    ) -> MessagesBody:
        """The messages of this shop that the caller may read, latest first."""
        return self.ask(
            "GET",
            f"/v1/shops/{shop_id}/messages",
            MessagesBody,
            query={
                "cursor": cursor,
                "limit": limit,
                "search": search,
                "topic": topic,
                "status": status,
                "unread": unread,
            },
        )

    def acknowledge(self, shop_id: str, message_id: str) -> MessageBody:
        """Somebody takes care of it: it is not escalated any further. Repeating it changes nothing."""
        return self.ask("POST", f"/v1/shops/{shop_id}/messages/{message_id}/acknowledgement", MessageBody)

    def explain_price(self, shop_id: str, body: BasketForm) -> ExplanationBody:
        """What a basket costs by the checkout's engine: shares by line and funder, steps, what is unused, next tiers."""
        return self.ask("POST", f"/v1/shops/{shop_id}/service/price-explanations", ExplanationBody, body=body)

    def list_switches(self) -> SwitchesBody:
        """All switches by name."""
        return self.ask("GET", "/v1/platform/switches", SwitchesBody)

    def create_switch(self, body: NewSwitchForm) -> SwitchBody:
        """A new switch, off."""
        return self.ask("POST", "/v1/platform/switches", SwitchBody, body=body)

    def turn_switch(self, name: str, body: TurnForm) -> SwitchBody:
        """Turn a switch to a share of the buyers."""
        return self.ask("PUT", f"/v1/platform/switches/{name}", SwitchBody, body=body)

    def roll_switch_back(self, name: str, body: ReasonForm) -> SwitchBody:
        """Back to the state before the latest turn that stands."""
        return self.ask("POST", f"/v1/platform/switches/{name}/rollback", SwitchBody, body=body)

    def list_switch_changes(
        self, *, name: str | None = None, cursor: int | None = None, limit: int = 50
    ) -> ChangesBody:
        """Who turned what, when and why."""
        return self.ask(
            "GET", "/v1/platform/switch-changes", ChangesBody, query={"name": name, "cursor": cursor, "limit": limit}
        )

    def list_plans(self) -> PlansBody:
        """Prepared plans and their runs."""
        return self.ask("GET", "/v1/platform/switch-plans", PlansBody)

    def save_plan(self, body: PlanForm) -> PlanBody:
        """Save the plan of that name."""
        return self.ask("PUT", "/v1/platform/switch-plans", PlanBody, body=body)

    def run_plan(self, plan_id: str, body: ReasonForm) -> RunBody:
        """Carry a plan out: all of its switches or none."""
        return self.ask("POST", f"/v1/platform/switch-plans/{plan_id}/runs", RunBody, body=body)

    def undo_run(self, run_id: str, body: ReasonForm) -> RunBody:
        """Take the turns of a plan back: all or none."""
        return self.ask("POST", f"/v1/platform/switch-plan-runs/{run_id}/undo", RunBody, body=body)

    def list_freezes(self) -> FreezesBody:
        """Freezes and overrides, the newest first."""
        return self.ask("GET", "/v1/platform/freezes", FreezesBody)

    def make_freeze(self, body: FreezeForm) -> FreezeBody:
        """A window in which a switch goes on only with proof."""
        return self.ask("POST", "/v1/platform/freezes", FreezeBody, body=body)

    def cancel_freeze(self, freeze_id: str) -> bytes:
        """Call off a freeze that has not begun."""
        return self.ask("DELETE", f"/v1/platform/freezes/{freeze_id}", bytes)

    def ask_override(self, body: OverrideForm) -> OverrideBody:
        """Ask another person to turn a switch past the gate."""
        return self.ask("POST", "/v1/platform/switch-overrides", OverrideBody, body=body)

    def agree_override(self, override_id: str) -> SwitchBody:
        """Agree to what another person asked: the switch is turned now."""
        return self.ask("POST", f"/v1/platform/switch-overrides/{override_id}/agreement", SwitchBody)

    def decline_override(self, override_id: str) -> bytes:
        """Say no to an override."""
        return self.ask("DELETE", f"/v1/platform/switch-overrides/{override_id}", bytes)

    def list_rehearsals(self) -> RehearsalsBody:
        """What was rehearsed, with which switches on, and how it ended."""
        return self.ask("GET", "/v1/platform/rehearsals", RehearsalsBody)
