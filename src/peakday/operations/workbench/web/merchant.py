"""Which pages does the workbench have? To-dos, messages, the service hall with the explainer, switches."""

from fastapi import APIRouter

from peakday.operations.workbench.web import (
    desk_pages,
    hall_pages,
    message_pages,
    stacking_pages,
    switch_pages,
    todo_pages,
)

router = APIRouter(include_in_schema=False)
for topic in (todo_pages, desk_pages, message_pages, hall_pages, stacking_pages, switch_pages):
    router.include_router(topic.router)
router.include_router(message_pages.export_router)
