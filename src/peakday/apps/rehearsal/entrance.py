"""How do staff come in and make shoppers? By the doors: sign-in, then `/v1/platform/shoppers`."""

import json
import re
from pathlib import Path

import httpx

from peakday.apps.rehearsal.shopper import Pass
from peakday.kernel.refusal import Refusal
from peakday.kernel.text import Text

SHOPPERS_A_REQUEST = 500
_CSRF = re.compile(r'name="csrf_token" value="([^"]+)"')


class NoStaff(Refusal):
    """The market's staff cannot be met."""

    code = "no_staff"
    message = Text(
        "无法以平台小二登录:{reason}。请先运行 peakday up", "Cannot sign in as staff: {reason}. Run peakday up first"
    )


async def make_shoppers(address: str, home: Path, refs: list[str]) -> list[Pass]:
    """A pass for each reference, made by staff at the public doors. Refuses `NoStaff`."""
    login, password = _staff_login(home)
    passes: list[Pass] = []
    async with httpx.AsyncClient(base_url=address, trust_env=False, timeout=60) as client:
        page = await client.get("/sign-in")
        found = _CSRF.search(page.text)
        if found is None:
            raise NoStaff(reason=f"/sign-in {page.status_code}")
        form = {"login": login, "password": password, "csrf_token": found.group(1)}
        entered = await client.post("/sign-in", data=form)
        if entered.status_code != 303:
            raise NoStaff(reason=f"sign-in {entered.status_code}")
        board = await client.get("/platform/switches")
        token = _CSRF.search(board.text)
        if token is None:
            raise NoStaff(reason=f"/platform/switches {board.status_code}")
        for first in range(0, len(refs), SHOPPERS_A_REQUEST):
            body = {"source": "rehearsal", "source_refs": refs[first : first + SHOPPERS_A_REQUEST]}
            made = await client.post("/v1/platform/shoppers", json=body, headers={"x-csrf-token": token.group(1)})
            made.raise_for_status()
            passes += [Pass(each["buyer_id"], each["token"]) for each in made.json()["items"]]
    return passes


def _staff_login(home: Path) -> tuple[str, str]:
    path = home / "logins.json"
    if not path.exists():
        raise NoStaff(reason=str(path))
    for row in json.loads(path.read_text(encoding="utf-8")):
        if row["role"] == "platform":
            return row["login"], row["password"]
    raise NoStaff(reason=str(path))
