"""Which doors does the room `forecasting` open to programs? Written by `python tools/client.py`."""

# ruff: noqa: A002, E501, RUF100 - names and sentences are those of the doors

from peakday.apps.client.transport import Transport
from peakday.insight.forecasting.web.v1 import CalibrationBody, ForecastList


class ForecastingDoors(Transport):
    """The doors of forecasting."""

    def list_forecasts(self, shop_id: str, *, region_id: str | None = None) -> ForecastList:
        """The latest forecasts of the shop's SKUs, fourteen days each. What is told is kept and scored."""
        return self.ask("GET", f"/v1/shops/{shop_id}/forecasts", ForecastList, query={"region_id": region_id})

    def get_calibration(self, shop_id: str) -> CalibrationBody:
        """How right the shop's forecasts were."""
        return self.ask("GET", f"/v1/shops/{shop_id}/forecasts/calibration", CalibrationBody)
