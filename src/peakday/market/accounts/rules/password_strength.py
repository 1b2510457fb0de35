"""Is a password good enough?

At least 12 characters and at most 128 after runs of spaces are taken as one; any character is welcome; no rules about
kinds of characters; not one of the common passwords and not the login or the shop's own words (OWASP ASVS 4.0, V2.1).
"""

import re

from peakday.kernel.refusal import Problem
from peakday.kernel.text import Text

PASSWORD_LENGTH_MIN = 12
PASSWORD_LENGTH_MAX = 128

# common ones that are long enough to pass the length rule, and stems that people lengthen with digits
COMMON_PASSWORDS = frozenset({
    "123456789012", "1234567890123", "1234567890ab", "123456123456", "1234567891011", "111111111111", "1q2w3e4r5t6y",
    "1qaz2wsx3edc", "qwertyuiop12", "qwertyuiop[]", "iloveyouforever", "abcdefghijkl", "abcdefghijklm", "abc123abc123",
    "passwordpassword", "trustno1trustno1", "a1b2c3d4e5f6", "5201314520131", "520131452013", "woaini1314520",
    "correcthorsebatterystaple",
})  # fmt: skip
COMMON_STEMS = frozenset({
    "password", "passwort", "qwerty", "qwertyuiop", "asdfghjkl", "zxcvbnm", "iloveyou", "admin", "administrator",
    "letmein", "welcome", "changeme", "superman", "football", "baseball", "princess", "sunshine", "woaini", "taobao",
    "tmall", "alibaba", "qianniu", "shanghai", "peakday", "abc", "abcd", "abcdef",
})  # fmt: skip


def as_typed(password: str) -> str:
    """The password as it counts: runs of spaces are one space."""
    return re.sub(r" {2,}", " ", password)


def password_problems(password: str, *own_words: str) -> list[Problem]:
    """What is wrong with a new password; nothing when it will do. `own_words`: login and names of its owner."""
    counted = as_typed(password)
    if len(counted) < PASSWORD_LENGTH_MIN:
        return [_problem("password_short", Text("密码少于 12 个字符", "The password has fewer than 12 characters"))]
    if len(counted) > PASSWORD_LENGTH_MAX:
        return [_problem("password_long", Text("密码超过 128 个字符", "The password has more than 128 characters"))]
    if _is_common(counted.lower(), own_words):
        return [_problem("password_common", Text("密码太常见,容易被猜中", "The password is common and easily guessed"))]
    return []


def _is_common(password: str, own_words: tuple[str, ...]) -> bool:
    if password in COMMON_PASSWORDS or len(set(password)) <= 2:
        return True
    stem = password.rstrip("0123456789!@#$%^&*._- ")
    words = {word.strip().lower() for word in own_words if word.strip()}
    return stem in COMMON_STEMS or stem in words or password in words


def _problem(code: str, message: Text) -> Problem:
    remedy = Text(
        "请使用 12 至 128 个字符、不常见的密码或一句话", "Use 12 to 128 characters, best a sentence of your own"
    )
    return Problem("password", code, message, remedy)
