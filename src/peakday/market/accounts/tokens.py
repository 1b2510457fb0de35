"""How are session tokens, API secrets and CSRF tokens made and compared?

Tokens and secrets are 256 random bits; the database keeps SHA-256 of them, which is enough because nobody can guess
that many bits. The CSRF token is an HMAC keyed by the session's token: it belongs to that session alone, needs no
storage, and gives nothing away.
"""

import hashlib
import hmac
import secrets

SECRET_MARK = "pkd_"  # noqa: S105 - the mark that begins every secret, so that scanners find leaked ones
PREFIX_LENGTH = 10
TOKEN_LENGTH_MAX = 200


def new_token() -> str:
    """A fresh session token."""
    return secrets.token_urlsafe(32)


def new_secret() -> str:
    """A fresh secret of an API key: `pkd_…`."""
    return SECRET_MARK + secrets.token_urlsafe(32)


def hash_token(token: str) -> bytes:
    """What the database keeps of a token or secret."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def csrf_of(session_token: str) -> str:
    """The CSRF token that belongs to a session's cookie (also before sign-in, when the cookie opens nothing yet)."""
    return hmac.new(session_token.encode("utf-8", "surrogatepass"), b"peakday csrf", hashlib.sha256).hexdigest()


def is_csrf_right(session_token: str | None, given: str | None) -> bool:
    """Whether `given` belongs to the cookie; compares in constant time."""
    if not session_token or not given:
        return False
    return hmac.compare_digest(csrf_of(session_token).encode(), given.encode("utf-8", "surrogatepass"))
