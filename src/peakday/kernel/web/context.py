"""Who asks, in which language, and which house answers?

The door (apps/http) puts a `Visit` on every request before a room sees it. Rooms ask here and never read a cookie.
"""

from dataclasses import dataclass

from starlette.requests import Request

from peakday.kernel.actor import Actor
from peakday.kernel.house import House
from peakday.kernel.kept_answers import key_needed
from peakday.kernel.refusal import NotSignedIn
from peakday.kernel.text import Language


@dataclass(frozen=True, slots=True)
class Visit:
    """One request's visitor: the actor (none when not signed in), language, CSRF token and address."""

    actor: Actor | None
    language: Language
    csrf_token: str
    remote_address: str


def house_of(request: Request) -> House:
    """The house that this process runs."""
    house = request.app.state.house
    assert isinstance(house, House)
    return house


def visit_of(request: Request) -> Visit:
    """The visit that the door has recognised."""
    visit = request.state.visit
    assert isinstance(visit, Visit)
    return visit


def actor_of(request: Request) -> Actor:
    """The signed-in actor; refuses when there is none."""
    actor = visit_of(request).actor
    if actor is None:
        raise NotSignedIn
    return actor


def require_wish(request: Request, own_key: str | None) -> None:
    """Refuses `Invalid` for a change that adds something and has no name: no key of the room's, none of a client's."""
    if own_key is None and "idempotency-key" not in request.headers:
        raise key_needed()
