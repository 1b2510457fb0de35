"""How does a person sign in and out, and look after their own account? The pages /sign-in, /sign-out, /account."""

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from peakday.kernel.refusal import Invalid, Refusal
from peakday.kernel.web.context import actor_of, house_of, visit_of
from peakday.kernel.web.pages import Pages
from peakday.kernel.web.problems import status_of
from peakday.market.accounts import api
from peakday.market.accounts.errors import BadCredentials, TooManySignIns
from peakday.market.accounts.model import SessionOpened, SignInAttempt
from peakday.market.accounts.permissions import ROLE_NAMES

router = APIRouter(include_in_schema=False)

NEXT_LENGTH_MAX = 1_000


def own_path(wanted: str | None) -> str:
    """Where to go after signing in: a path of our own, or the start. Never another host's address."""
    if not wanted or len(wanted) > NEXT_LENGTH_MAX or not wanted.startswith("/"):
        return "/"
    is_foreign = wanted[1:2] in {"/", "\\"} or not wanted.isprintable()  # browsers read /\host as //host
    return "/" if is_foreign else wanted


@router.get("/sign-in")
async def show_sign_in(request: Request, next: str | None = None) -> Response:  # noqa: A002 - the name on the wire
    """The form; whoever is signed in already goes on."""
    if visit_of(request).actor is not None:
        return RedirectResponse(own_path(next), 303)
    return _sign_in_page(request, None, "", own_path(next))


@router.post("/sign-in")
async def sign_in(request: Request) -> Response:
    """Open a session and go to where the visitor wanted."""
    form = await request.form()
    login, target = str(form.get("login") or ""), own_path(str(form.get("next") or ""))
    house, visit = house_of(request), visit_of(request)
    attempt = SignInAttempt(
        login, str(form.get("password") or ""), visit.remote_address, request.headers.get("user-agent", "")
    )
    try:
        opened = await api.sign_in(house.database, attempt, house.clock.now())
    except (BadCredentials, TooManySignIns) as refusal:
        return _sign_in_page(request, refusal, login, target)
    answer = RedirectResponse(target, 303)
    _set_cookie(request, answer, opened)
    return answer


@router.post("/sign-out")
async def sign_out(request: Request) -> Response:
    """End the session."""
    house, token = house_of(request), request.cookies.get(_cookie_name(request))
    actor = visit_of(request).actor
    if actor is not None and token:
        async with house.database.transaction() as tx:
            await api.sign_out(tx, actor, token, house.clock.now())
    answer = RedirectResponse("/sign-in", 303)
    answer.delete_cookie(
        _cookie_name(request), path="/", httponly=True, samesite="lax", secure=request.url.scheme == "https"
    )
    return answer


@router.get("/account")
async def show_account(request: Request, done: str | None = None) -> Response:
    """One's own account: who one is, password, where one is signed in."""
    return await _account_page(request, None, done)


@router.post("/account/password")
async def change_password(request: Request) -> Response:
    """A new password; the other sessions end."""
    house, actor, form = house_of(request), actor_of(request), await request.form()
    token = request.cookies.get(_cookie_name(request)) or ""
    old, new = str(form.get("old_password") or ""), str(form.get("password") or "")
    try:
        await api.count_password_try(house.database, actor, house.clock.now())
        async with house.database.transaction() as tx:
            await api.change_password(tx, actor, old, new, token, house.clock.now())
    except (Invalid, TooManySignIns) as refusal:
        return await _account_page(request, refusal, None)
    return RedirectResponse("/account?done=password", 303)


@router.post("/account/sessions")
async def end_other_sessions(request: Request) -> Response:
    """Sign out everywhere else."""
    house, actor = house_of(request), actor_of(request)
    async with house.database.transaction() as tx:
        await api.sign_out_everywhere(tx, actor, house.clock.now(), request.cookies.get(_cookie_name(request)))
    return RedirectResponse("/account?done=sessions", 303)


def _sign_in_page(request: Request, refusal: Refusal | None, login: str, target: str) -> Response:
    problem = refusal.message.of(visit_of(request).language, **refusal.data) if refusal else None
    page = house_of(request).get(Pages).render(
        request, "console/sign_in.html", status=status_of(refusal) if refusal else 200,
        problem=problem, login=login, next=target,
    )  # fmt: skip
    if isinstance(refusal, TooManySignIns):
        page.headers["retry-after"] = str(refusal.retry_after_seconds)
    return page


def _cookie_name(request: Request) -> str:
    return api.session_cookie(request.url.scheme == "https")


def _set_cookie(request: Request, answer: Response, opened: SessionOpened) -> None:
    seconds = int((opened.expires_at - house_of(request).clock.now()).total_seconds())
    answer.set_cookie(
        _cookie_name(request), opened.token, max_age=seconds, path="/", httponly=True, samesite="lax",
        secure=request.url.scheme == "https",
    )  # fmt: skip


async def _account_page(request: Request, refusal: Refusal | None, done: str | None) -> Response:
    house, actor = house_of(request), actor_of(request)
    async with house.database.read() as connection:
        account = await api.get_own_account(connection, actor)
        sessions = await api.list_sessions(connection, actor, house.clock.now())
    return house.get(Pages).render(
        request, "accounts/account.html", status=status_of(refusal) if refusal else 200,
        account=account, role=ROLE_NAMES[account.role], sessions=sessions, refusal=refusal, done=done,
    )  # fmt: skip
