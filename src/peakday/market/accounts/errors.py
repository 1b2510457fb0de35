"""Why may an account not enter or not be changed?

NotSignedIn
└── BadCredentials    login or password is wrong (never says which)
TooMany
└── TooManySignIns    the limit of attempts of a login or an address is reached
Conflict
├── LoginTaken        somebody has this login
├── MainAccountExists the shop has its main account already
└── OwnAccount        nobody changes their own rights
NotAllowed
└── BeyondOwnRights   nobody grants, or rules over, more than they hold
"""

from peakday.kernel.refusal import Conflict, NotAllowed, NotSignedIn, TooMany
from peakday.kernel.text import Text


class BadCredentials(NotSignedIn):
    """The login or the password is wrong, or the account is disabled; the three look alike."""

    code = "bad_credentials"
    message = Text("账号或密码不正确", "The login or the password is wrong")


class TooManySignIns(TooMany):
    """Too many attempts to sign in; waits until the window ends."""

    code = "too_many_sign_ins"
    message = Text(
        "登录尝试次数过多,请在 {retry_after_seconds} 秒后重试",
        "Too many attempts to sign in; try again in {retry_after_seconds} seconds",
    )


class LoginTaken(Conflict):
    """Somebody has this login."""

    code = "login_taken"
    message = Text("登录名 {login} 已被使用", "The login {login} is taken")


class MainAccountExists(Conflict):
    """A shop has one main account."""

    code = "main_account_exists"
    message = Text("该店铺已有主账号", "The shop already has its main account")


class OwnAccount(Conflict):
    """Nobody changes their own rights or status."""

    code = "own_account"
    message = Text("不能修改自己的权限或状态", "You cannot change your own rights or status")


class BeyondOwnRights(NotAllowed):
    """Nobody grants more than they hold, nor rules over an account that holds more."""

    code = "beyond_own_rights"
    message = Text("超出您自己的权限:{permission}", "Beyond your own rights: {permission}")
