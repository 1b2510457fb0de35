"""What does a login, a name or a key's name look like?"""

import re

from peakday.kernel.refusal import Problem
from peakday.kernel.text import Text

LOGIN_PATTERN = re.compile(r"[a-z0-9][a-z0-9._:@-]{1,63}")
NAME_LENGTH_MAX = 60


def login_problems(login: str) -> list[Problem]:
    """What is wrong with a login (already lower case)."""
    if LOGIN_PATTERN.fullmatch(login):
        return []
    message = Text("登录名不合规", "This cannot be a login")
    remedy = Text("2 至 64 个小写字母、数字或 . _ : @ -", "2 to 64 small letters, digits or . _ : @ -")
    return [Problem("login", "login_form", message, remedy)]


def name_problems(name: str) -> list[Problem]:
    """What is wrong with the name of a person or a key."""
    if name.strip() and len(name) <= NAME_LENGTH_MAX and name.isprintable():
        return []
    message = Text("名称为空、过长或含有控制字符", "The name is empty, too long or holds control characters")
    return [Problem("name", "name_form", message, Text("1 至 60 个字符", "1 to 60 characters"))]
