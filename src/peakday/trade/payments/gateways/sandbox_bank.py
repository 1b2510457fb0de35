"""What does the sandbox bank keep? Charges, letters that it still has to send, and what it gave back.

It stands for a bank outside the house: its tables are its own, no other code reads them, and all that the house learns
of it comes by `gateways/sandbox.py`. Letters are signed when they are sent, so that a late one is not an old one.
"""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

import msgspec

from peakday.kernel.database import Tx
from peakday.kernel.ids import derived_id, show_id
from peakday.trade.payments.model import CHARGE_PREFIX, PAYMENT_PREFIX, Letter, NoticeKind

SIGNATURE_HEADER = "x-sandbox-signature"
LATE_SECONDS = 60  # how late a late letter is, when nobody says
SECOND_LETTER_SECONDS = 1
ATTEMPTS_MAX = 20
PAUSE_SECONDS_MAX = 60
LEASE = timedelta(seconds=30)


class Decision(StrEnum):
    """What a person at the sandbox's page lets the bank do."""

    SUCCESS = "success"
    DECLINE = "decline"
    LATE = "late"  # the money is taken now, the letter comes later
    DOUBLE = "double"  # the same letter twice
    OUT_OF_ORDER = "out_of_order"  # declined, then captured; the letters come the other way round


class ChargeStatus(StrEnum):
    """Where a charge stands at the bank; captured is final."""

    OPEN = "open"
    DECLINED = "declined"
    CAPTURED = "captured"


@dataclass(frozen=True, slots=True)
class BankCharge:
    """A charge as the bank knows it."""

    payment_id: UUID
    amount_minor: int
    currency: str
    status: ChargeStatus
    refunded_minor: int
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class Said:
    """What one letter says. `event_id` is the same in both copies of a letter that is sent twice."""

    event_id: str
    payment_id: UUID
    kind: NoticeKind
    amount_minor: int
    currency: str
    at: datetime


@dataclass(frozen=True, slots=True)
class DueLetter:
    """A letter to be sent now, and how often it was taken up."""

    letter_id: int
    said: Said
    attempts: int


async def read_key(tx: Tx) -> bytes:
    """What the bank signs with; the house was given it, as a provider gives one."""
    key = await tx.fetchval("select secret from payments.bank_key")
    assert isinstance(key, bytes), "the bank has no key"
    return key


async def open_charge(tx: Tx, payment_id: UUID, amount_minor: int, currency: str, now: datetime) -> None:
    """Open a charge, unless it is open."""
    await tx.execute(
        "insert into payments.bank_charge (payment_id, amount_minor, currency, status, opened_at)"
        " values ($1, $2, $3, 'open', $4) on conflict do nothing",
        payment_id, amount_minor, currency, now,
    )  # fmt: skip


async def find_charge(tx: Tx, payment_id: UUID, *, is_locked: bool = False) -> BankCharge | None:
    """A charge as it stands; locked until the transaction ends when that is asked."""
    row = await tx.fetchrow(
        "select payment_id, amount_minor, currency, status, refunded_minor, decided_at from payments.bank_charge"
        " where payment_id = $1" + (" for update" if is_locked else ""),
        payment_id,
    )
    if row is None:
        return None
    return BankCharge(**{**dict(row), "status": ChargeStatus(row["status"])})


async def decide(
    tx: Tx, charge: BankCharge, decision: Decision, now: datetime, late_seconds: int = LATE_SECONDS
) -> ChargeStatus:
    """Let the bank take the money or not, and write letters. The charge is locked; one that is captured stays so."""
    if charge.status is ChargeStatus.CAPTURED:
        return charge.status
    letters = _letters(charge, decision, now, timedelta(seconds=late_seconds))
    status = ChargeStatus.DECLINED if decision is Decision.DECLINE else ChargeStatus.CAPTURED
    await tx.execute(
        "update payments.bank_charge set status = $2, decided_at = $3 where payment_id = $1",
        charge.payment_id, status.value, now,
    )  # fmt: skip
    rows = [(s.event_id, s.payment_id, s.kind.value, s.amount_minor, s.currency, s.at, due) for s, due in letters]
    await tx.executemany(
        "insert into payments.bank_letter (event_id, payment_id, kind, amount_minor, currency, at, due_at)"
        " values ($1, $2, $3, $4, $5, $6, $7)",
        rows,
    )
    return status


async def take_due_letters(tx: Tx, now: datetime, limit: int) -> list[DueLetter]:
    """Letters to be sent now, in the order in which they are due; nobody else sends them for a while."""
    rows = await tx.fetch(_TAKE_DUE, now, LEASE, limit)
    return [
        DueLetter(
            row["letter_id"],
            Said(
                row["event_id"], row["payment_id"], NoticeKind(row["kind"]), row["amount_minor"], row["currency"],
                row["at"],
            ),
            row["attempts"],
        )
        for row in rows
    ]  # fmt: skip


async def settle_letters(tx: Tx, letter_ids: Sequence[int], now: datetime) -> None:
    """These arrived."""
    await tx.execute(
        "update payments.bank_letter set settled_at = $2, last_answer = 'ok' where letter_id = any($1::bigint[])",
        letter_ids, now,
    )  # fmt: skip


async def put_off_letters(tx: Tx, failed: Sequence[tuple[DueLetter, str]], now: datetime) -> None:
    """These did not arrive: again after a pause, until they were tried too often."""
    rows = [
        (letter.letter_id, now + timedelta(seconds=min(2**letter.attempts, PAUSE_SECONDS_MAX)), answer[:200],
         letter.attempts >= ATTEMPTS_MAX)
        for letter, answer in failed
    ]  # fmt: skip
    await tx.executemany(
        "update payments.bank_letter set due_at = $2, last_answer = $3,"
        " settled_at = case when $4 then $2::timestamptz end where letter_id = $1",
        rows,
    )


async def give_back(tx: Tx, charge: BankCharge, refund_id: UUID, amount_minor: int, now: datetime) -> bool:
    """Give money back, once a refund id; whether the bank does it. The charge is locked."""
    given = await tx.fetchval(
        "select amount_minor from payments.bank_refund where refund_id = $1 and payment_id = $2",
        refund_id, charge.payment_id,
    )  # fmt: skip
    if given is not None:
        return bool(given == amount_minor)
    is_covered = charge.refunded_minor + amount_minor <= charge.amount_minor
    if charge.status is not ChargeStatus.CAPTURED or not is_covered:
        return False
    await tx.execute(
        "insert into payments.bank_refund (refund_id, payment_id, amount_minor, at) values ($1, $2, $3, $4)",
        refund_id, charge.payment_id, amount_minor, now,
    )  # fmt: skip
    await tx.execute(
        "update payments.bank_charge set refunded_minor = refunded_minor + $2 where payment_id = $1",
        charge.payment_id, amount_minor,
    )  # fmt: skip
    return True


async def pay_out(tx: Tx, charge: BankCharge, payout_id: UUID, amount_minor: int, now: datetime) -> bool:
    """Pay to who paid a captured charge, once a payout id; whether the bank does it. The charge is locked."""
    if charge.status is not ChargeStatus.CAPTURED:
        return False
    paid = await tx.fetchval(
        "with added as (insert into payments.bank_payout (payout_id, payment_id, amount_minor, at)"
        " values ($1, $2, $3, $4) on conflict do nothing returning amount_minor)"
        " select amount_minor from added union all"
        " select amount_minor from payments.bank_payout where payout_id = $1 and payment_id = $2 limit 1",
        payout_id, charge.payment_id, amount_minor, now,
    )  # fmt: skip
    return bool(paid == amount_minor)


def write_letter(said: Said, secret: bytes, now: datetime) -> Letter:
    """What goes over the line: JSON, and its signature in a header."""
    body = msgspec.json.encode({
        "event_id": said.event_id, "reference": show_id(PAYMENT_PREFIX, said.payment_id),
        "charge": show_id(CHARGE_PREFIX, said.payment_id), "status": said.kind.value,
        "amount_minor": said.amount_minor, "currency": said.currency, "at": said.at.isoformat(),
    })  # fmt: skip
    seconds = int(now.timestamp())
    return Letter(
        {"content-type": "application/json", SIGNATURE_HEADER: f"t={seconds},v1={sign(secret, body, seconds)}"}, body
    )


def sign(secret: bytes, body: bytes, seconds: int) -> str:
    """HMAC-SHA256 of `<seconds>.<body>`, in hexadecimal digits."""
    return hmac.new(secret, b"%d." % seconds + body, hashlib.sha256).hexdigest()


def is_signed(secret: bytes, body: bytes, seconds: int, given: str) -> bool:
    """Whether a signature is ours; takes as long for a wrong one."""
    return hmac.compare_digest(sign(secret, body, seconds), given)


def said_of(charge: BankCharge) -> Said | None:
    """What the bank says of a charge when it is asked; None: nothing was decided."""
    if charge.decided_at is None:
        return None
    kind = NoticeKind.CAPTURED if charge.status is ChargeStatus.CAPTURED else NoticeKind.DECLINED
    return _said(charge, kind, charge.decided_at)


def _letters(
    charge: BankCharge, decision: Decision, now: datetime, late: timedelta
) -> list[tuple[Said, datetime]]:  # fmt: skip
    captured, declined = (_said(charge, kind, now) for kind in (NoticeKind.CAPTURED, NoticeKind.DECLINED))
    second = now + timedelta(seconds=SECOND_LETTER_SECONDS)
    return {
        Decision.SUCCESS: [(captured, now)],
        Decision.DECLINE: [(declined, now)],
        Decision.LATE: [(captured, now + late)],
        Decision.DOUBLE: [(captured, now), (captured, second)],
        Decision.OUT_OF_ORDER: [(captured, now), (declined, second)],
    }[decision]


def _said(charge: BankCharge, kind: NoticeKind, at: datetime) -> Said:
    """One event a charge and kind (declined: and instant, since a buyer may be declined again)."""
    key = (kind.value,) if kind is NoticeKind.CAPTURED else (kind.value, at.isoformat())
    event = derived_id(None, "sandbox", str(charge.payment_id), *key)
    return Said(show_id("bev", event), charge.payment_id, kind, charge.amount_minor, charge.currency, at)


_TAKE_DUE = """
with due as (
    select letter_id from payments.bank_letter where settled_at is null and due_at <= $1
    order by due_at, letter_id limit $3 for update skip locked
), taken as (
    update payments.bank_letter l set attempts = attempts + 1, due_at = $1::timestamptz + $2::interval
    from due where l.letter_id = due.letter_id returning l.*
)
select * from taken order by letter_id
"""
