"""How does the sandbox answer as a provider? No real money moves, and every page says so.

A charge waits until somebody decides it at the sandbox's own page or door (`Decision`); then the bank's letters go out,
signed, by the worker to the same public door that a real provider would use.
"""

import re
from datetime import datetime
from uuid import UUID

import msgspec

from peakday.kernel.clock import Clock
from peakday.kernel.database import Database
from peakday.kernel.ids import read_id, show_id
from peakday.kernel.money import AMOUNT_MINOR_MAX, MINOR_DIGITS
from peakday.kernel.refusal import Problem
from peakday.kernel.text import Text
from peakday.trade.payments.errors import NoticeNotValid, SignatureRefused
from peakday.trade.payments.gateways import sandbox_bank as bank
from peakday.trade.payments.gateways.protocol import Charge, ChargeWish, PayoutWish, RefundDenied, RefundWish
from peakday.trade.payments.model import (
    CHARGE_PREFIX,
    NOTICE_BYTES_MAX,
    PAYMENT_PREFIX,
    Letter,
    Notice,
    NoticeKind,
)

SANDBOX = "sandbox"
SIGNATURE_SECONDS_MAX = 300  # an older signature is somebody's copy
_SIGNATURE = re.compile(r"t=([0-9]{1,12}),v1=([0-9a-f]{64})")


class _Body(msgspec.Struct):
    event_id: str
    reference: str
    status: str
    amount_minor: int
    currency: str
    at: datetime


class SandboxGateway:
    """The simulated bank as a provider."""

    name = SANDBOX
    label = Text("模拟银行(沙盒,不涉及真实资金)", "Simulated bank (sandbox, no real money moves)")
    is_simulated = True

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._key: bytes | None = None

    async def open_charge(self, wish: ChargeWish) -> Charge:
        """Let the buyer pay; the page is our own pay page, which shows what the bank may be told to do."""
        async with self._database.transaction() as tx:
            await bank.open_charge(tx, wish.payment_id, wish.amount_minor, wish.currency, self._clock.now())
        page = f"/mall/pay/{show_id(PAYMENT_PREFIX, wish.payment_id)}"
        return Charge(show_id(CHARGE_PREFIX, wish.payment_id), page)

    async def read_callback(self, letter: Letter, now: datetime) -> Notice:
        """What a letter says. Refuses `SignatureRefused` and `NoticeNotValid`."""
        match = _SIGNATURE.fullmatch(letter.headers.get(bank.SIGNATURE_HEADER, ""))
        if match is None or len(letter.body) > NOTICE_BYTES_MAX:
            raise SignatureRefused
        seconds = int(match[1])
        is_signed = bank.is_signed(await self._secret(), letter.body, seconds, match[2])
        if not is_signed or abs(now.timestamp() - seconds) > SIGNATURE_SECONDS_MAX:
            raise SignatureRefused
        return _notice_of(letter.body)

    async def look_up(self, payment_id: UUID) -> Notice | None:
        """What the bank knows now."""
        async with self._database.read() as connection:
            charge = await bank.find_charge(connection, payment_id)
        said = bank.said_of(charge) if charge else None
        if said is None:
            return None
        return Notice(SANDBOX, said.event_id, payment_id, said.kind, said.amount_minor, said.currency, said.at)

    async def give_back(self, wish: RefundWish) -> str:
        """Give money back, once a refund id. Raises `RefundDenied`."""
        async with self._database.transaction() as tx:
            charge = await bank.find_charge(tx, wish.payment_id, is_locked=True)
            is_given = charge is not None and await bank.give_back(
                tx, charge, wish.refund_id, wish.amount_minor, self._clock.now()
            )
        if not is_given:
            raise RefundDenied(f"the bank does not give {wish.amount_minor} back of {wish.payment_id}")
        return show_id("brf", wish.refund_id)

    async def pay_out(self, wish: PayoutWish) -> str:
        """Pay to who paid, once a payout id. Raises `RefundDenied`."""
        async with self._database.transaction() as tx:
            charge = await bank.find_charge(tx, wish.payment_id, is_locked=True)
            is_paid = charge is not None and await bank.pay_out(
                tx, charge, wish.payout_id, wish.amount_minor, self._clock.now()
            )
        if not is_paid:
            raise RefundDenied(f"the bank does not pay {wish.amount_minor} to the payer of {wish.payment_id}")
        return show_id("bpo", wish.payout_id)

    async def decide(
        self, payment_id: UUID, decision: bank.Decision, late_seconds: int = bank.LATE_SECONDS
    ) -> bank.ChargeStatus | None:
        """What the person at the sandbox wants; None: there is no such charge. A captured charge stays captured."""
        async with self._database.transaction() as tx:
            charge = await bank.find_charge(tx, payment_id, is_locked=True)
            if charge is None:
                return None
            return await bank.decide(tx, charge, decision, self._clock.now(), late_seconds)

    async def take_letters(self, limit: int) -> list[tuple[bank.DueLetter, Letter]]:
        """Letters that are due, signed now; whoever takes them sends them and says what became of them."""
        now, secret = self._clock.now(), await self._secret()
        async with self._database.transaction() as tx:
            due = await bank.take_due_letters(tx, now, limit)
        return [(one, bank.write_letter(one.said, secret, now)) for one in due]

    async def note_letters(self, arrived: list[int], failed: list[tuple[bank.DueLetter, str]]) -> None:
        """What became of letters that were taken."""
        now = self._clock.now()
        async with self._database.transaction() as tx:
            if arrived:
                await bank.settle_letters(tx, arrived, now)
            if failed:
                await bank.put_off_letters(tx, failed, now)

    async def _secret(self) -> bytes:
        if self._key is None:
            async with self._database.read() as connection:
                self._key = await bank.read_key(connection)
        return self._key


def _notice_of(body: bytes) -> Notice:
    try:
        said = msgspec.json.decode(body, type=_Body)
        payment_id, kind = read_id(PAYMENT_PREFIX, said.reference), NoticeKind(said.status)
    except (msgspec.MsgspecError, ValueError) as fault:
        raise NoticeNotValid(_problem("body", str(fault))) from fault
    if not 0 < said.amount_minor <= AMOUNT_MINOR_MAX or said.currency not in MINOR_DIGITS:
        raise NoticeNotValid(_problem("amount_minor", f"{said.amount_minor} {said.currency}"))
    if not 0 < len(said.event_id) <= 100 or not said.event_id.isprintable():
        raise NoticeNotValid(_problem("event_id", said.event_id))
    if said.at.tzinfo is None:
        raise NoticeNotValid(_problem("at", str(said.at)))
    return Notice(SANDBOX, said.event_id, payment_id, kind, said.amount_minor, said.currency, said.at)


def _problem(field: str, value: str) -> Problem:
    return Problem(
        field, f"{field}_not_valid", Text("无法读取该字段", "This cannot be read"),
        Text("按文档的格式发送", "Send it as documented"), value=ascii(value)[:100],
    )  # fmt: skip
