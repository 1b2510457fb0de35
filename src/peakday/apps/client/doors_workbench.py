"""Which doors does the room `workbench` open to programs? Written by `python tools/client.py`."""

# ruff: noqa: A002, E501, RUF100 - names and sentences are those of the doors

from peakday.apps.client.transport import Transport
from peakday.kernel.messages.model import MessageStatus
from peakday.operations.workbench.web.bodies import ExplanationBody, MessageBody, MessagesBody, TodosBody
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
