"""What does the room `forecasting` refuse?

NotFound
├── SkuNotForecast     nothing is forecast of this SKU of this shop
└── RegionNotForecast  none of the forecasts names this region
"""

from peakday.kernel.refusal import NotFound
from peakday.kernel.text import Text


class SkuNotForecast(NotFound):
    """Nothing is forecast of this SKU of this shop."""

    code = "sku_not_forecast"
    message = Text("该商品没有预测:近 56 天没有销售", "Nothing is forecast of this SKU: it sold nothing in 56 days")


class RegionNotForecast(NotFound):
    """None of the forecasts names this region."""

    code = "region_not_forecast"
    message = Text("没有地区 {region} 的预测", "Nothing is forecast of the region {region}")
