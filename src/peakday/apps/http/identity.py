"""Who knocks, and is the form really theirs?

Every request gets a `Visit` before a room sees it: the actor behind its session cookie or API key, its language,
its CSRF token. A change that arrives with a cookie must prove that it comes from our own page: the browser must
not call it cross-site (Fetch Metadata, Origin), and the token must stand in the `X-CSRF-Token` header or in the
form. A request with an API key carries no cookie power, so it needs no token; keys open the doors under /v1 and no
page, for pages are a person's. Uploads stream, so a multipart form proves itself by a positive same-origin header
instead of a field.

The market has two sides with a wall between them: at the buyers' doors (`/mall`, `/v1/my`, …) only a buyer's pass is
looked at, at all others only a merchant's session or key. One browser may hold both and never mixes them. A form of
the mall is proved by the visitor's token, which is there before they are anybody and outlives their becoming a guest.
"""

import hmac
import re
import secrets
from urllib.parse import parse_qs, quote, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect, Request, cookie_parser
from starlette.responses import JSONResponse, RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from peakday.kernel.house import House
from peakday.kernel.refusal import NotAllowed, NotSignedIn, Refusal, TooLarge
from peakday.kernel.text import Text, pick_language
from peakday.kernel.web.context import Visit
from peakday.kernel.web.problems import PROBLEM_TYPE, problem_body, status_of
from peakday.market.accounts import api as accounts

CSRF_COOKIE = "peakday_csrf"
LANGUAGE_COOKIE = "peakday_lang"
FORM_BYTES_MAX = 1_000_000
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
OPEN_PATHS = ("/static/", "/health")  # they need not know who asks
# all that a stranger may ask for: the way in, how to ask, and what each figure means
OPEN_DOORS = {"/", "/sign-in", "/sign-out", "/v1/openapi.json", "/v1/metrics"}
# the mall is open to whoever walks in; goods may be read, and passes asked for, by anybody
OPEN_TO_VISITORS = re.compile(r"/mall(?:/.*)?|/v1/items(?:/.*)?|/v1/buyers(?:/guests|/sessions)?").fullmatch
# who is meant are buyers: a merchant's cookie is not looked at here, and a buyer's pass nowhere else
BUYERS_DOORS = re.compile(r"/mall(?:/.*)?|/v1/(?:my|buyers|items|sandbox)(?:/.*)?").fullmatch
# other machines call here and prove themselves by their signature, which the room checks; who they are is not asked
SIGNED_DOORS = re.compile(r"/v1/gateways/[^/]+/callbacks").fullmatch
# a calendar program has no session: whoever holds the secret in a feed's address may read it (sale_events.actions.feed)
OPEN_FEED = re.compile(r"/shop/[^/]+/events\.ics").fullmatch


class ForeignForm(NotAllowed):
    """A change that does not come from our own page."""

    code = "csrf_failed"
    message = Text("页面已过期,请刷新后重试", "This page has expired; reload it and try again")


class IdentityDoor:
    """ASGI middleware: recognises the visitor and refuses forged forms."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Put a Visit on the request, or refuse it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        cookies = cookie_parser(headers.get("cookie", ""))
        if scope["path"].startswith(OPEN_PATHS) or SIGNED_DOORS(scope["path"]):
            language = pick_language(cookies.get(LANGUAGE_COOKIE), headers.get("accept-language"))
            scope.setdefault("state", {})["visit"] = Visit(None, language, "", _address(scope))
            await self.app(scope, receive, send)
            return
        fresh_csrf = None
        try:
            visit, is_by_cookie = await self._recognise(scope, headers, cookies)
            if visit.actor is None and not _is_open(scope["path"]):
                raise NotSignedIn
            if not visit.csrf_token:
                fresh_csrf = cookies.get(CSRF_COOKIE) or secrets.token_urlsafe(24)
                visit = Visit(visit.actor, visit.language, fresh_csrf, visit.remote_address)
            if scope["method"] not in SAFE_METHODS and (is_by_cookie or not _is_api(scope)):
                receive = await _check_form(headers, receive, visit.csrf_token)
        except Refusal as refusal:
            await _refuse(refusal, scope, receive, send)
            return
        except ClientDisconnect:
            return  # half a form is no form, and nobody waits for the answer
        scope.setdefault("state", {})["visit"] = visit
        await self.app(scope, receive, _setting_cookies(send, scope, cookies, fresh_csrf))

    async def _recognise(self, scope: Scope, headers: Headers, cookies: dict[str, str]) -> tuple[Visit, bool]:
        house: House = scope["app"].state.house
        bearer = _bearer(headers) if _is_api(scope) else None
        is_encrypted = scope.get("scheme") == "https"
        address = _address(scope)
        identity = None
        is_buyers = BUYERS_DOORS(scope["path"]) is not None
        token = cookies.get(accounts.buyer_cookie(is_encrypted) if is_buyers else accounts.session_cookie(is_encrypted))
        is_pass = (bearer or token or "").startswith(accounts.BUYER_TOKEN_MARK)
        if is_buyers and is_pass:
            identity = await _recognise_buyer(house, bearer or token or "", address)
        elif bearer or (token and not is_buyers):
            identity = await accounts.identify(house.database, token, bearer, house.clock.now(), address)
        if bearer and (identity is None or identity.actor is None):
            raise NotSignedIn
        language = pick_language(
            Request(scope).query_params.get("lang") or cookies.get(LANGUAGE_COOKIE), headers.get("accept-language")
        )
        visit = Visit(
            actor=identity.actor if identity else None,
            language=language,
            csrf_token=(identity.csrf_token or "") if identity else "",
            remote_address=address,
        )
        return visit, bool(identity and identity.actor and not bearer)


async def _recognise_buyer(house: House, token: str, address: str) -> accounts.Identity:
    """The buyer of a pass; one that is not good any more is nobody's. It has no CSRF token of its own."""
    secret = accounts.buyer_secret(house.settings)
    found = await accounts.find_pass(house.database, secret, token, house.clock.now())
    return accounts.Identity(accounts.actor_of_pass(found, address) if found else None, "")


def _is_open(path: str) -> bool:
    """Whether a stranger may knock here."""
    return bool(path in OPEN_DOORS or OPEN_TO_VISITORS(path) or OPEN_FEED(path))


def _bearer(headers: Headers) -> str | None:
    """The secret of an API key; another scheme of authorisation is passed on as it is, and is nobody's."""
    given = headers.get("authorization", "").strip()
    scheme, _, secret = given.partition(" ")
    return (secret.strip() if scheme.lower() == "bearer" else given) or None


def _address(scope: Scope) -> str:
    client = scope.get("client")
    return str(client[0]) if client else ""


def _is_api(scope: Scope) -> bool:
    return bool(scope["path"].startswith("/v1/"))


async def _check_form(headers: Headers, receive: Receive, token: str) -> Receive:
    """Refuse a forged change; returns a `receive` that replays what was read."""
    is_same_origin = _is_same_origin(headers)
    if is_same_origin is False:
        raise ForeignForm(permission="csrf")
    sent = headers.get("x-csrf-token")
    kind = headers.get("content-type", "")
    if sent is None and kind.startswith("application/x-www-form-urlencoded"):
        body = await _read(receive, FORM_BYTES_MAX)
        sent = next(iter(parse_qs(body.decode("utf-8", "replace")).get("csrf_token", [])), None)
        receive = _replay(body)
    if sent is None and kind.startswith("multipart/form-data") and is_same_origin:
        return receive
    if sent is None or not hmac.compare_digest(sent.encode(), token.encode()):
        raise ForeignForm(permission="csrf")
    return receive


def _is_same_origin(headers: Headers) -> bool | None:
    """True or False where the browser says so, None where it says nothing."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = headers.get("origin")
    if origin is None:
        return None
    return urlsplit(origin).netloc == headers.get("host")


async def _read(receive: Receive, limit: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > limit:
            raise TooLarge(limit=f"{limit} bytes")
        more = message.get("more_body", False)
    return b"".join(parts)


def _replay(body: bytes) -> Receive:
    sent = False

    async def receive() -> Message:
        nonlocal sent
        if sent:
            return {"type": "http.disconnect"}
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


def _setting_cookies(send: Send, scope: Scope, cookies: dict[str, str], fresh_csrf: str | None) -> Send:
    """Remember the language that was chosen by address and the token of a visitor without session."""
    wanted = Request(scope).query_params.get("lang")
    secure = "; Secure" if scope.get("scheme") == "https" else ""

    async def send_with_cookies(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            if wanted in {"zh", "en"} and wanted != cookies.get(LANGUAGE_COOKIE):
                headers.append(
                    "set-cookie", f"{LANGUAGE_COOKIE}={wanted}; Path=/; Max-Age=31536000; SameSite=Lax{secure}"
                )
            if fresh_csrf and fresh_csrf != cookies.get(CSRF_COOKIE) and not _is_api(scope):
                headers.append("set-cookie", f"{CSRF_COOKIE}={fresh_csrf}; Path=/; HttpOnly; SameSite=Lax{secure}")
        await send(message)

    return send_with_cookies


async def _refuse(refusal: Refusal, scope: Scope, receive: Receive, send: Send) -> None:
    if isinstance(refusal, NotSignedIn) and scope["method"] == "GET" and not _is_api(scope):
        target = scope["path"] + (f"?{scope['query_string'].decode('latin-1')}" if scope["query_string"] else "")
        await RedirectResponse(f"/sign-in?next={quote(target)}", 303)(scope, receive, send)
        return
    response = JSONResponse(problem_body(refusal), status_of(refusal), media_type=PROBLEM_TYPE)
    await response(scope, receive, send)
