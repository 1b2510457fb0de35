"""Which pages does the mall have?"""

from fastapi import APIRouter

from peakday.apps.storefront.web import (
    aftercare,
    browse,
    cart,
    checkout,
    entering,
    items,
    orders,
    paying,
    presales,
    privacy,
    waiting,
)

router = APIRouter(include_in_schema=False)
for topic in (browse, entering, items, cart, checkout, presales, paying, orders, aftercare, waiting, privacy):
    router.include_router(topic.router)
