"""Which pages does the mall have, and where do its refusals go?"""

from fastapi import APIRouter

from peakday.apps.storefront.web import browse

router = APIRouter(include_in_schema=False)
for topic in (browse,):
    router.include_router(topic.router)
