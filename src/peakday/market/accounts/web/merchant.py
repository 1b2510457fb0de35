"""Which pages do accounts have? Signing in and one's own account, and for a shop its staff, keys and audit trail."""

from fastapi import APIRouter

from peakday.market.accounts.web import audit_pages, key_pages, sign_in, staff_pages

router = APIRouter(include_in_schema=False)
for topic in (sign_in, staff_pages, key_pages, audit_pages):
    router.include_router(topic.router)
