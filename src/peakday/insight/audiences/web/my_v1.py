"""Through which door does a shopper say: not me? Out of every shop's crowds at once, and back again."""

from typing import Any

from fastapi import APIRouter, Request, Response

from peakday.insight.audiences import api
from peakday.kernel.web.context import actor_of, house_of
from peakday.kernel.web.problems import PROBLEM_RESPONSES

router = APIRouter(prefix="/v1/my", tags=["audiences"])
ANSWERS: dict[int | str, dict[str, Any]] = {status: PROBLEM_RESPONSES[status] for status in (401, 403, 429)}


@router.put("/crowd-withdrawal", status_code=204, response_class=Response, responses=ANSWERS)
async def withdraw_everywhere(request: Request) -> None:
    """Withdraw the consent to be addressed, for all shops; it counts from the next read of any crowd."""
    await api.change_my_consent(house_of(request), actor_of(request), is_given=False)


@router.delete("/crowd-withdrawal", status_code=204, response_class=Response, responses=ANSWERS)
async def allow_everywhere(request: Request) -> None:
    """Let all shops address me again, but those that were told otherwise one by one."""
    await api.change_my_consent(house_of(request), actor_of(request), is_given=True)
