"""Which pages do sale events have? One router over the calendar, enrolment, departures and the platform's own."""

from fastapi import APIRouter

from peakday.trade.sale_events.web import enrolment_pages, exit_pages, merchant, operator

router = APIRouter(include_in_schema=False)
for room in (enrolment_pages, exit_pages, merchant, operator):
    router.include_router(room.router)
