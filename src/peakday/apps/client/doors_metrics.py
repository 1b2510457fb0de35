"""Which doors does the room `metrics` open to programs? Written by `python tools/client.py`."""

# ruff: noqa: A002, E501, RUF100 - names and sentences are those of the doors

from peakday.apps.client.transport import Transport
from peakday.insight.metrics.model import Dimension
from peakday.insight.metrics.web.v1 import FactsBody, FiguresBody, MetricList


class MetricsDoors(Transport):
    """The doors of metrics."""

    def list_metrics(self) -> MetricList:
        """Every metric with its definition, unit, source and SQL."""
        return self.ask("GET", "/v1/metrics", MetricList)

    def read_metrics(
        self, shop_id: str, *, names: str, window: str = "7d", by: Dimension | None = None, limit: int = 200
    ) -> FiguresBody:
        """Figures of a shop over a window, whole or taken apart."""
        return self.ask(
            "GET",
            f"/v1/shops/{shop_id}/metrics",
            FiguresBody,
            query={"names": names, "window": window, "by": by, "limit": limit},
        )

    def read_rows(
        self, shop_id: str, name: str, *, window: str = "7d", cursor: str | None = None, limit: int = 50
    ) -> FactsBody:
        """The facts behind a figure, oldest first."""
        return self.ask(
            "GET",
            f"/v1/shops/{shop_id}/metrics/{name}/rows",
            FactsBody,
            query={"window": window, "cursor": cursor, "limit": limit},
        )
