"""How does a Python program call Peakday? `Client(address, key)` has one typed method for every door.

Written by `python tools/client.py` from the routes; `transport.py` is written by hand.
"""

from peakday.apps.client.doors_accounts import AccountsDoors
from peakday.apps.client.doors_audiences import AudiencesDoors
from peakday.apps.client.doors_behaviour import BehaviourDoors
from peakday.apps.client.doors_carts import CartsDoors
from peakday.apps.client.doors_catalog import CatalogDoors
from peakday.apps.client.doors_channels import ChannelsDoors
from peakday.apps.client.doors_forecasting import ForecastingDoors
from peakday.apps.client.doors_health import HealthDoors
from peakday.apps.client.doors_ledger import LedgerDoors
from peakday.apps.client.doors_metrics import MetricsDoors
from peakday.apps.client.doors_orders import OrdersDoors
from peakday.apps.client.doors_payments import PaymentsDoors
from peakday.apps.client.doors_price_history import PriceHistoryDoors
from peakday.apps.client.doors_promotions import PromotionsDoors
from peakday.apps.client.doors_sale_events import SaleEventsDoors
from peakday.apps.client.doors_same_products import SameProductsDoors
from peakday.apps.client.doors_shops import ShopsDoors
from peakday.apps.client.doors_stock import StockDoors
from peakday.apps.client.doors_storefront import StorefrontDoors
from peakday.apps.client.doors_workbench import WorkbenchDoors
from peakday.apps.client.transport import ApiRefusal, Transport

__all__ = ["ApiRefusal", "Client"]


class Client(
    AccountsDoors,
    AudiencesDoors,
    BehaviourDoors,
    CartsDoors,
    CatalogDoors,
    ChannelsDoors,
    ForecastingDoors,
    HealthDoors,
    LedgerDoors,
    MetricsDoors,
    OrdersDoors,
    PaymentsDoors,
    PriceHistoryDoors,
    PromotionsDoors,
    SaleEventsDoors,
    SameProductsDoors,
    ShopsDoors,
    StockDoors,
    StorefrontDoors,
    WorkbenchDoors,
    Transport,
):
    """Every door of the API, typed."""
