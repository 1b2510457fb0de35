"""What may a shop's profile say?

A name of 2 to 60 characters, an English name of at most 80, a place, an industrial belt and a main category of at most
40, an introduction of at most 500, a telephone number and an e-mail address that look like one; no control characters.
The limits are ours.
"""

import re

from peakday.kernel.refusal import Problem
from peakday.kernel.text import Text
from peakday.market.shops.model import ProfileChanges

_LENGTHS = {
    "name": (2, 60),
    "name_en": (0, 80),
    "city": (0, 40),
    "belt": (0, 40),
    "main_category": (0, 40),
    "introduction": (0, 500),
    "service_phone": (0, 24),
    "service_email": (0, 254),
}
_PHONE = re.compile(r"\+?[0-9][0-9 ()/-]{4,22}")
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,180}\.[^@\s.]{2,60}")


def profile_problems(changes: ProfileChanges) -> list[Problem]:
    """What is wrong with the values that are to be set; nothing when all will do."""
    problems = []
    for field, (shortest, longest) in _LENGTHS.items():
        value = getattr(changes, field)
        if value is not None:
            problems += _length_problems(field, value, shortest, longest)
    problems += _form_problems("service_phone", changes.service_phone, _PHONE)
    return problems + _form_problems("service_email", changes.service_email, _EMAIL)


def _length_problems(field: str, value: str, shortest: int, longest: int) -> list[Problem]:
    remedy = Text(f"请填写 {shortest} 至 {longest} 个字符", f"Use {shortest} to {longest} characters")
    if not shortest <= len(value) <= longest:
        message = Text("长度不合规", "The length is out of bounds")
        return [Problem(field, "length", message, remedy, value=value[:60])]
    allowed = value.replace("\n", "").replace("\r", "") if field == "introduction" else value
    if not allowed.isprintable():
        message = Text("含有控制字符", "It holds control characters")
        return [
            Problem(field, "control_characters", message, Text("请删除不可见字符", "Remove the invisible characters"))
        ]
    return []


def _form_problems(field: str, value: str | None, pattern: re.Pattern[str]) -> list[Problem]:
    if not value or pattern.fullmatch(value):
        return []
    message = Text("格式不正确", "The form is wrong")
    remedy = Text("例如 0571-8502 2088 或 service@example.com", "For example 0571-8502 2088 or service@example.com")
    return [Problem(field, "form", message, remedy, value=value[:60])]
