"""How does a visitor become somebody? A guest with the first thing they keep; a buyer by signing in or registering.

Whoever registers stays the buyer that they were as a guest, so nothing moves. Whoever signs in is another buyer: what
the guest had in the cart goes into theirs, and so do the cards that the guest took. The token of the forms is made anew
then, so that nobody has planted it.
"""

from dataclasses import dataclass
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from peakday.apps.storefront.web.showing import show
from peakday.kernel.actor import Actor, ActorKind
from peakday.kernel.refusal import Invalid, Refusal
from peakday.kernel.web.context import house_of, visit_of
from peakday.kernel.web.problems import status_of
from peakday.market.accounts import api as accounts
from peakday.market.accounts.errors import BadCredentials, LoginTaken, TooManySignIns
from peakday.market.accounts.model import BuyerEntered, NewBuyerAccount, SignInAttempt
from peakday.market.accounts.web.buyer_cookies import give_pass, shown_token, take_pass
from peakday.trade.carts import api as carts
from peakday.trade.promotions import api as promotions

router = APIRouter(include_in_schema=False)

START = "/mall"
PATH_LENGTH_MAX = 1_000
_CSRF_COOKIE = "peakday_csrf"


@dataclass(frozen=True, slots=True)
class Shopper:
    """Who acts: a buyer, and the pass to hand out when they have just become one."""

    actor: Actor
    entered: BuyerEntered | None = None

    @property
    def buyer_id(self) -> UUID:
        """The buyer."""
        return accounts.require_buyer(self.actor)

    def carry(self, request: Request, answer: Response) -> Response:
        """The answer, with the pass if there is a new one."""
        if self.entered is not None:
            give_pass(request, answer, self.entered)
        return answer


async def shopper_of(request: Request) -> Shopper:
    """The buyer who acts; a visitor without a pass becomes a guest."""
    house, visit = house_of(request), visit_of(request)
    if visit.actor is not None and visit.actor.kind is ActorKind.BUYER:
        return Shopper(visit.actor)
    secret = accounts.buyer_secret(house.settings)
    entered = await accounts.make_guest(house.database, secret, visit.remote_address, house.clock.now())
    return Shopper(accounts.actor_of_pass(entered.buyer_pass, visit.remote_address), entered)


def is_registered(request: Request) -> bool:
    """Whether a buyer with a login looks (or a simulated shopper), and no guest."""
    actor = visit_of(request).actor
    return actor is not None and actor.kind is ActorKind.BUYER and not actor.can("guest")


def own_path(wanted: str | None) -> str:
    """Where to go afterwards: a path of the mall, else its start. Never another host's address."""
    if not wanted or len(wanted) > PATH_LENGTH_MAX or not wanted.isprintable() or "\\" in wanted:
        return START
    return wanted if wanted == START or wanted.startswith((f"{START}/", f"{START}?")) else START


def to_sign_in(request: Request) -> RedirectResponse:
    """To the sign-in page, and back here afterwards."""
    here = f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path
    address = request.url.replace(path=f"{START}/sign-in", query="").include_query_params(next=here)
    return RedirectResponse(f"{address.path}?{address.query}", 303)


@router.get("/mall/sign-in")
async def show_sign_in(request: Request, next: str | None = None) -> Response:  # noqa: A002 - the name on the wire
    """The form; who is signed in already goes on."""
    if is_registered(request):
        return RedirectResponse(own_path(next), 303)
    return await _page(request, "sign_in.html", None, target=own_path(next))


@router.post("/mall/sign-in")
async def sign_in(request: Request) -> Response:
    """Enter as a registered buyer; the guest's cart comes along."""
    house, visit, form = house_of(request), visit_of(request), await request.form()
    target = own_path(str(form.get("next") or ""))
    login, password = str(form.get("login") or ""), str(form.get("password") or "")
    attempt = SignInAttempt(login, password, visit.remote_address, request.headers.get("user-agent", ""))
    secret = accounts.buyer_secret(house.settings)
    try:
        entered = await accounts.sign_in_buyer(house.database, secret, attempt, house.clock.now())
    except (BadCredentials, TooManySignIns) as refusal:
        return await _page(request, "sign_in.html", refusal, target=target, login=login)
    await bring_cart(request, entered)
    return _enter(request, entered, target)


@router.get("/mall/register")
async def show_register(request: Request, next: str | None = None) -> Response:  # noqa: A002 - the name on the wire
    """The form for a new login."""
    if is_registered(request):
        return RedirectResponse(own_path(next), 303)
    return await _page(request, "register.html", None, target=own_path(next))


@router.post("/mall/register")
async def register(request: Request) -> Response:
    """Give the guest a login."""
    house, visit, form = house_of(request), visit_of(request), await request.form()
    target = own_path(str(form.get("next") or ""))
    wanted = NewBuyerAccount(
        str(form.get("login") or ""), str(form.get("name") or form.get("login") or ""), str(form.get("password") or "")
    )
    secret = accounts.buyer_secret(house.settings)
    try:
        entered = await accounts.register_buyer(
            house.database, secret, visit.actor, wanted, visit.remote_address, house.clock.now()
        )
    except (Invalid, LoginTaken, TooManySignIns) as refusal:
        return await _page(request, "register.html", refusal, target=target, login=wanted.login, name=wanted.name)
    return _enter(request, entered, target)


@router.post("/mall/sign-out")
async def sign_out(request: Request) -> Response:
    """Leave; the pass opens nothing any more."""
    house = house_of(request)
    secret = accounts.buyer_secret(house.settings)
    await accounts.sign_out_buyer(house.database, secret, shown_token(request), house.clock.now())
    answer = RedirectResponse(START, 303)
    take_pass(request, answer)
    return answer


@router.get("/mall/me")
async def show_me(request: Request) -> Response:
    """Who one is, and the ways to orders, favourites and addresses."""
    account = None
    actor = visit_of(request).actor
    if is_registered(request) and actor is not None:
        async with house_of(request).database.read() as connection:
            account = await accounts.find_buyer_account(connection, accounts.require_buyer(actor))
    return await show(request, "me.html", active="me", account=account, is_known=is_registered(request))


async def bring_cart(request: Request, entered: BuyerEntered) -> carts.Merged | None:
    """Move cart and cards of the guest who asks to the buyer who has just entered."""
    actor = visit_of(request).actor
    if actor is None or actor.kind is not ActorKind.BUYER or not actor.can("guest"):
        return None
    house, guest_id, buyer_id = house_of(request), accounts.require_buyer(actor), entered.buyer_pass.buyer_id
    async with house.database.transaction() as tx:
        await promotions.move_cards(tx, guest_id, buyer_id, house.clock.now())
        return await carts.merge_carts(tx, guest_id, buyer_id)


def _enter(request: Request, entered: BuyerEntered, target: str) -> Response:
    answer = RedirectResponse(target, 303)
    give_pass(request, answer, entered)
    answer.delete_cookie(_CSRF_COOKIE, path="/", httponly=True, samesite="lax", secure=request.url.scheme == "https")
    return answer


async def _page(
    request: Request, template: str, refusal: Refusal | None, target: str, login: str = "", name: str = ""
) -> Response:
    page = await show(
        request, template, status_of(refusal) if refusal else 200, active="me", refusal=refusal, login=login,
        name=name, next=target,
    )  # fmt: skip
    if isinstance(refusal, TooManySignIns):
        page.headers["retry-after"] = str(refusal.retry_after_seconds)
    return page
