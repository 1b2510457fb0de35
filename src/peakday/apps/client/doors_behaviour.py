"""Which doors does the room `behaviour` open to programs? Written by `python tools/client.py`."""

# ruff: noqa: A002, E501, RUF100 - names and sentences are those of the doors

from peakday.apps.client.transport import Transport
from peakday.insight.behaviour.web.v1 import CollectedBody


class BehaviourDoors(Transport):
    """The doors of behaviour."""

    def collect_events(self, body: object) -> CollectedBody:
        """Store events durably."""
        return self.ask("POST", "/v1/events", CollectedBody, body=body)
