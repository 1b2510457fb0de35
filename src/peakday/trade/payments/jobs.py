"""What do payments do by the clock? Gateways are told of refunds, and the sandbox bank sends its letters.

The letters go over HTTP to the public door, as a real provider's would, so that a demo and a rehearsal walk the whole
way. A letter that does not arrive is sent again.
"""

import asyncio

import httpx

from peakday.kernel.duties import Duty
from peakday.kernel.house import House
from peakday.kernel.settings import Settings
from peakday.trade.payments import api
from peakday.trade.payments.model import Letter

TELL_REFUNDS_EVERY_SECONDS = 1
PAY_AMENDS_EVERY_SECONDS = 5
SEND_LETTERS_EVERY_SECONDS = 0.2
LETTERS_A_ROUND = 200
SENDERS = 16  # letters under way at once
ANSWER_SECONDS_MAX = 10


async def tell_refunds(house: House) -> None:
    """Until nothing is due."""
    while await api.tell_refunds(house):
        pass


async def pay_amends(house: House) -> None:
    """What shops owe buyers beyond what was paid, until nothing is due."""
    while await api.pay_amends(house):
        pass


async def send_letters(house: House) -> None:
    """What the sandbox bank has to say, until nothing is due."""
    sandbox = api.sandbox_of(house)
    due = await sandbox.take_letters(LETTERS_A_ROUND)
    if not due:
        return
    gate = asyncio.Semaphore(SENDERS)
    async with httpx.AsyncClient(base_url=own_address(house.settings), timeout=ANSWER_SECONDS_MAX) as client:

        async def send(letter: Letter) -> str:
            async with gate:
                return await _send(client, sandbox.name, letter)

        while due:
            answers = await asyncio.gather(*(send(letter) for _, letter in due))
            pairs = list(zip(due, answers, strict=True))
            await sandbox.note_letters(
                [one.letter_id for (one, _), answer in pairs if not answer],
                [(one, answer) for (one, _), answer in pairs if answer],
            )
            due = await sandbox.take_letters(LETTERS_A_ROUND)


def own_address(settings: Settings) -> str:
    """Where our own public door stands."""
    host = "127.0.0.1" if settings.host in {"0.0.0.0", "::"} else settings.host  # noqa: S104 - compared, not bound
    return settings.public_url or f"http://{host}:{settings.port}"


async def _send(client: httpx.AsyncClient, gateway: str, letter: Letter) -> str:
    """Empty when it arrived, else what went wrong."""
    try:
        answer = await client.post(f"/v1/gateways/{gateway}/callbacks", content=letter.body, headers=letter.headers)
    except httpx.HTTPError as fault:
        return repr(fault)
    return "" if answer.is_success else f"HTTP {answer.status_code}"


DUTIES = [
    Duty("payments.tell_refunds", TELL_REFUNDS_EVERY_SECONDS, tell_refunds),
    Duty("payments.pay_amends", PAY_AMENDS_EVERY_SECONDS, pay_amends),
    Duty("payments.sandbox_letters", SEND_LETTERS_EVERY_SECONDS, send_letters),
]
