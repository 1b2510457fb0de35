"""Where does a shopper say whether shops may put them into crowds? It counts from the next read of any crowd."""

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from peakday.apps.storefront.web.entering import is_registered, to_sign_in
from peakday.apps.storefront.web.showing import show
from peakday.insight.audiences import api as audiences
from peakday.kernel.web.context import actor_of, house_of

router = APIRouter(include_in_schema=False)
PAGE = "/mall/privacy"


@router.get(PAGE)
async def show_privacy(request: Request) -> Response:
    """What shops may do with what one does here."""
    if not is_registered(request):
        return to_sign_in(request)
    is_given = await audiences.has_my_consent(house_of(request), actor_of(request))
    return await show(request, "privacy.html", active="me", is_given=is_given)


@router.post(PAGE)
async def change_privacy(request: Request) -> Response:
    """Withdraw the consent for all shops, or give it back."""
    form = await request.form()
    is_given = form.get("given") == "yes"
    await audiences.change_my_consent(house_of(request), actor_of(request), is_given=is_given)
    return RedirectResponse(PAGE, 303)
