"""Which pages does the mall have?"""

from fastapi import APIRouter

from peakday.apps.storefront.web import browse, cart, checkout, entering, items, orders, paying, waiting

router = APIRouter(include_in_schema=False)
for topic in (browse, entering, items, cart, checkout, paying, orders, waiting):
    router.include_router(topic.router)
