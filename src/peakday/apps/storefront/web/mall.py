"""Which pages does the mall have?"""

from fastapi import APIRouter

from peakday.apps.storefront.web import browse, entering, items

router = APIRouter(include_in_schema=False)
for topic in (browse, entering, items):
    router.include_router(topic.router)
