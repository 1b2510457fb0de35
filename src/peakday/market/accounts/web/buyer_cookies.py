"""How does a browser carry a buyer's pass? In a cookie of its own, apart from a merchant's session."""

from starlette.requests import Request
from starlette.responses import Response

from peakday.kernel.web.context import house_of
from peakday.market.accounts import api
from peakday.market.accounts.model import BuyerEntered


def shown_token(request: Request) -> str:
    """The buyer's token that a request carries, as a bearer or in the cookie; empty when there is none."""
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and secret.strip().startswith(api.BUYER_TOKEN_MARK):
        return secret.strip()
    return request.cookies.get(_name(request), "")


def give_pass(request: Request, answer: Response, entered: BuyerEntered) -> None:
    """Put a pass into the browser."""
    seconds = int((entered.buyer_pass.expires_at - house_of(request).clock.now()).total_seconds())
    answer.set_cookie(
        _name(request), entered.token, max_age=seconds, path="/", httponly=True, samesite="lax",
        secure=request.url.scheme == "https",
    )  # fmt: skip


def take_pass(request: Request, answer: Response) -> None:
    """Remove the pass from the browser."""
    answer.delete_cookie(_name(request), path="/", httponly=True, samesite="lax", secure=request.url.scheme == "https")


def _name(request: Request) -> str:
    return api.buyer_cookie(request.url.scheme == "https")
