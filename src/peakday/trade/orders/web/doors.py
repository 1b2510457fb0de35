"""Which of the JSON doors of orders change something? Those of buyers, of shops and of payment gateways, as one."""

from fastapi import APIRouter

from peakday.trade.orders.web import gateway_v1, my_v1, shop_v1

router = APIRouter()
router.include_router(my_v1.router)
router.include_router(shop_v1.router)
router.include_router(gateway_v1.router)
