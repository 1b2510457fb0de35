"""How often may somebody try to sign in?

Per window of 15 minutes: 10 attempts for one login (a right password forgets them) and 200 from one address (an office
or a campus shares one). A guesser gets 40 tries an hour at one account; OWASP ASVS 4.0, 2.2.1 allows 100.
"""

import hashlib
import math
from datetime import UTC, datetime, timedelta
from ipaddress import IPv6Address, ip_address
from uuid import UUID

SIGN_IN_WINDOW = timedelta(minutes=15)
ATTEMPTS_PER_LOGIN_MAX = 10
ATTEMPTS_PER_ADDRESS_MAX = 200
IPV6_OWN_BITS = 64


def window_start(now: datetime) -> datetime:
    """The beginning of the window in which an instant lies."""
    seconds = int(SIGN_IN_WINDOW.total_seconds())
    return datetime.fromtimestamp(int(now.timestamp()) // seconds * seconds, UTC)


def is_over(login_hits: int, address_hits: int) -> bool:
    """Whether this attempt, already counted, is one too many."""
    return login_hits > ATTEMPTS_PER_LOGIN_MAX or address_hits > ATTEMPTS_PER_ADDRESS_MAX


def is_first_over(login_hits: int, address_hits: int) -> bool:
    """Whether this attempt, already counted, is the first of its login or its address that is one too many."""
    return login_hits == ATTEMPTS_PER_LOGIN_MAX + 1 or address_hits == ATTEMPTS_PER_ADDRESS_MAX + 1


def retry_after_seconds(now: datetime) -> int:
    """How long until the window ends; at least a second."""
    return max(1, math.ceil((window_start(now) + SIGN_IN_WINDOW - now).total_seconds()))


def login_key(login: str) -> str:
    """The counter of a login. Hashed: people type passwords into the wrong field."""
    return f"sign_in:login:{hashlib.sha256(login.encode()).hexdigest()[:32]}"


def address_key(remote_address: str) -> str:
    """The counter of an address; of IPv6 that of its /64, which is one subscriber's."""
    try:
        address = ip_address(remote_address)
    except ValueError:
        return f"sign_in:address:{remote_address}"
    if isinstance(address, IPv6Address):
        address = address.ipv4_mapped or ip_address(int(address) >> IPV6_OWN_BITS << IPV6_OWN_BITS)
    return f"sign_in:address:{address}"


def own_password_key(account_id: UUID) -> str:
    """The counter of an account that types its present password to change it."""
    return f"own_password:{account_id}"
