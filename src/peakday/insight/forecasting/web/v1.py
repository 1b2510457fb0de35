"""How do programs read what a shop will sell, and how right that was before?"""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel

from peakday.insight.forecasting import api
from peakday.insight.forecasting.model import Demand, Score
from peakday.kernel.ids import show_id
from peakday.kernel.web.context import actor_of, house_of
from peakday.kernel.web.paths import LINE_PATTERN, ShownId
from peakday.kernel.web.problems import answers_beside

router = APIRouter(prefix="/v1/shops/{shop_id}/forecasts", tags=["forecasts"])
ShopRef = Annotated[UUID, ShownId("shp")]
RegionId = Annotated[
    str | None, Query(max_length=128, pattern=LINE_PATTERN, description="of one region: its share and own range")
]


_answers = answers_beside(401, 403, 404, 422, 429)


class DayBody(BaseModel):
    """One day: the mean in pieces, and the quantile of each of `levels`."""

    day: date
    mean: float
    quantiles: list[float]


class ForecastBody(BaseModel):
    """What one SKU will sell."""

    sku_id: str
    item_id: str
    region_id: str | None
    model: str
    made_at: datetime
    days: list[DayBody]


class ForecastList(BaseModel):
    """The forecasts, those that will sell most first; at most a hundred, there is no next page."""

    levels: list[float]
    items: list[ForecastBody]
    next_cursor: str | None = None


class ScoreBody(BaseModel):
    """How right forecasts were; shares of one, null where nothing was sold."""

    days: int
    cover_80: float
    cover_95: float
    wape: float | None
    wape_of_last_week: float | None
    bias: float | None
    pinball: float


class CalibrationBody(BaseModel):
    """Forecasts that were shown, the method tried again from earlier days, and all shops' shown ones together."""

    shown: ScoreBody | None
    backtest: ScoreBody | None
    market: ScoreBody | None


@router.get("", responses=_answers())
async def list_forecasts(request: Request, shop_id: ShopRef, region_id: RegionId = None) -> ForecastList:
    """The latest forecasts of the shop's SKUs, fourteen days each. What is told is kept and scored."""
    told = await api.demand_of(house_of(request), actor_of(request), shop_id, region_id=region_id)
    return ForecastList(levels=list(api.LEVELS), items=[_forecast(one) for one in told])


@router.get("/calibration", responses=_answers())
async def get_calibration(request: Request, shop_id: ShopRef) -> CalibrationBody:
    """How right the shop's forecasts were."""
    found = await api.calibration_of(house_of(request), actor_of(request), shop_id)
    return CalibrationBody(shown=_score(found.shown), backtest=_score(found.backtest), market=_score(found.market))


def _forecast(one: Demand) -> ForecastBody:
    days = [
        DayBody(day=day, mean=one.milli[at] / 1_000, quantiles=[round(float(value), 3) for value in one.quantiles[at]])
        for at, day in enumerate(one.forecast.days)
    ]
    return ForecastBody(
        sku_id=show_id("sku", one.forecast.sku_id), item_id=show_id("itm", one.forecast.item_id),
        region_id=one.region_id, model=one.forecast.model, made_at=one.forecast.made_at, days=days,
    )  # fmt: skip


def _score(score: Score | None) -> ScoreBody | None:
    if score is None:
        return None
    return ScoreBody(
        days=score.cells, cover_80=score.cover_80, cover_95=score.cover_95, wape=score.wape,
        wape_of_last_week=score.naive_wape, bias=score.bias, pinball=score.pinball / score.cells,
    )  # fmt: skip
