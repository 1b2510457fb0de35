"""A process that posts without end and prints what was acknowledged: `python posting_child.py URL FIRST`.

Line by line `number posting_id`; number n always asks for the same posting, so a successor may begin anywhere.
"""

import asyncio
import logging
import sys
from itertools import count

import uvloop

from peakday.kernel.database import connect
from peakday.kernel.ids import derived_id
from peakday.trade.ledger import api
from peakday.trade.ledger.errors import LedgerUnavailable
from peakday.trade.ledger.model import AccountKind, Posting, Transfer

CALLERS = 32
ACCOUNTS = 20


def posting(number):
    """The one posting of a number: every second one touches account 0."""
    debit = account(0 if number % 2 else 1 + number % (ACCOUNTS - 1))
    credit = account(1 + (number * 7 + 3) % (ACCOUNTS - 1))
    steps = (Transfer(debit, credit if credit != debit else account(0), 1 + number % 97, "CNY"),)
    return Posting(derived_id(None, "kill-test", str(number)), steps, "test", str(number))


def account(number):
    return api.account_id_of(AccountKind.MERCHANT, derived_id(None, "kill-test-account", str(number)), "CNY")


async def main(url, first):
    database = await connect(url, pool_size=2)
    writer, numbers = api.LedgerWriter(database), count(first)

    async def call():
        for number in numbers:
            asked = posting(number)
            while True:
                try:
                    (answer,) = await writer.post([asked])
                    break
                except LedgerUnavailable:
                    await asyncio.sleep(0.1)
            assert answer.is_accepted, answer
            print(number, asked.posting_id, flush=True)

    await asyncio.gather(*(call() for _ in range(CALLERS)))


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    uvloop.run(main(sys.argv[1], int(sys.argv[2])))
