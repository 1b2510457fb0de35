"""How does the bank of the simulation behave? As a provider does, and as badly as its letters and its line can be.

It is a gateway as any other (and passes their conformance suite), in memory, so that a history of a hundred thousand
steps does not wait for it. Its letters are lost, doubled, late and therefore out of order; it sends each again until
somebody has taken it.
"""

import hashlib
import heapq
import hmac
import json
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from peakday.apps.simulation.model import Faults
from peakday.kernel.clock import Clock
from peakday.kernel.ids import show_id
from peakday.kernel.refusal import Problem
from peakday.kernel.text import Text
from peakday.trade.payments.api import Charge, ChargeWish, PayoutWish, RefundDenied, RefundWish
from peakday.trade.payments.errors import GatewayUnavailable, NoticeNotValid, SignatureRefused
from peakday.trade.payments.model import CHARGE_PREFIX, PAYMENT_PREFIX, Letter, Notice, NoticeKind

SIGNATURE_SECONDS_MAX = 300
LATE_SECONDS_MAX = 2 * 86_400
RESENT_SECONDS = 90
_KEY = b"the bank of the simulation"


@dataclass(slots=True)
class BankCharge:
    """A charge as the bank knows it."""

    amount_minor: int
    currency: str
    last: Notice | None = None
    refunds: dict[UUID, int] = field(default_factory=dict)

    @property
    def is_captured(self) -> bool:
        """Whether the money is at the bank."""
        return self.last is not None and self.last.kind is NoticeKind.CAPTURED


class MemoryBank:
    """The sandbox's name, another engine: what the house relies on is the same."""

    name = "sandbox"
    label = Text("模拟银行(仿真)", "Simulated bank (of the simulation)")
    is_simulated = True

    def __init__(self, clock: Clock, random: Random, faults: Faults) -> None:
        self._clock = clock
        self._random = random
        self._faults = faults
        self.charges: dict[UUID, BankCharge] = {}
        self.payouts: dict[UUID, int] = {}
        self._letters: list[tuple[datetime, int, Notice]] = []
        self._count = 0

    async def open_charge(self, wish: ChargeWish) -> Charge:
        """Let the buyer pay."""
        self.charges.setdefault(wish.payment_id, BankCharge(wish.amount_minor, wish.currency))
        return Charge(show_id(CHARGE_PREFIX, wish.payment_id), f"/mall/pay/{show_id(PAYMENT_PREFIX, wish.payment_id)}")

    def decide(self, payment_id: UUID, *, is_paid: bool) -> None:
        """The buyer pays, or fails to; what was captured stays so. Letters are on their way."""
        charge = self.charges[payment_id]
        if charge.is_captured:
            return
        kind, now = (NoticeKind.CAPTURED if is_paid else NoticeKind.DECLINED), self._clock.now()
        event_id = f"{payment_id}:{kind.value}" + ("" if is_paid else f":{self._count}")
        charge.last = Notice(self.name, event_id, payment_id, kind, charge.amount_minor, charge.currency, now)
        self._send(charge.last)
        if self._random.random() < self._faults.letter_doubled:
            self._send(charge.last)

    def take_letters(self, limit: int) -> list[Notice]:
        """Letters that arrive now; whoever does not take one says so with `resend`."""
        arrived: list[Notice] = []
        while self._letters and self._letters[0][0] <= self._clock.now() and len(arrived) < limit:
            notice = heapq.heappop(self._letters)[2]
            if self._random.random() < self._faults.letter_lost:
                self.resend(notice)
            else:
                arrived.append(notice)
        return arrived

    def resend(self, notice: Notice) -> None:
        """It was not taken: again in a while."""
        self._put(notice, timedelta(seconds=RESENT_SECONDS * (1 + self._random.random())))

    def calm(self) -> None:
        """From now on nothing goes wrong."""
        self._faults = Faults(*[0.0] * len(fields(Faults)))

    @property
    def letters_left(self) -> int:
        """How many are on their way."""
        return len(self._letters)

    def write(self, notice: Notice) -> Letter:
        """A letter as it goes over the line, signed now."""
        body = json.dumps(
            [notice.event_id, str(notice.payment_id), notice.kind.value, notice.amount_minor, notice.currency,
             notice.at.isoformat()]
        ).encode()  # fmt: skip
        return self.sign(body, _KEY)

    def sign(self, body: bytes, key: bytes = _KEY) -> Letter:
        """Any bytes under a signature."""
        seconds = str(int(self._clock.now().timestamp()))
        return Letter({"x-time": seconds, "x-signature": _signature(key, seconds, body)}, body)

    async def read_callback(self, letter: Letter, now: datetime) -> Notice:
        """What a letter says."""
        seconds = letter.headers.get("x-time", "")
        given = letter.headers.get("x-signature", "")
        if not hmac.compare_digest(given.encode(), _signature(_KEY, seconds, letter.body).encode()):
            raise SignatureRefused
        if abs(now.timestamp() - int(seconds)) > SIGNATURE_SECONDS_MAX:
            raise SignatureRefused
        try:
            event_id, payment_id, kind, minor, currency, at = json.loads(letter.body)
            return Notice(
                self.name, event_id, UUID(payment_id), NoticeKind(kind), minor, currency, datetime.fromisoformat(at)
            )
        except (ValueError, TypeError) as fault:
            unread = Text("无法读取", "This cannot be read")
            raise NoticeNotValid(Problem("body", "body_not_valid", unread, unread)) from fault

    async def look_up(self, payment_id: UUID) -> Notice | None:
        """What the bank knows."""
        self._may_be_down()
        charge = self.charges.get(payment_id)
        return charge.last if charge else None

    async def give_back(self, wish: RefundWish) -> str:
        """Give money back, once a refund id; it may do so and its answer be lost."""
        self._may_be_down()
        charge = self.charges.get(wish.payment_id)
        if charge is None or not charge.is_captured:
            raise RefundDenied("nothing was captured")
        given = charge.refunds.get(wish.refund_id)
        if given is None and sum(charge.refunds.values()) + wish.amount_minor <= charge.amount_minor:
            charge.refunds[wish.refund_id] = given = wish.amount_minor
        if given != wish.amount_minor:
            raise RefundDenied("more than was captured, or another sum")
        self._may_be_down()
        return show_id("brf", wish.refund_id)

    async def pay_out(self, wish: PayoutWish) -> str:
        """Pay to who paid, once a payout id; it may do so and its answer be lost."""
        self._may_be_down()
        charge = self.charges.get(wish.payment_id)
        if charge is None or not charge.is_captured:
            raise RefundDenied("nothing was captured")
        if self.payouts.setdefault(wish.payout_id, wish.amount_minor) != wish.amount_minor:
            raise RefundDenied("another sum")
        self._may_be_down()
        return show_id("bpo", wish.payout_id)

    def _may_be_down(self) -> None:
        if self._random.random() < self._faults.bank_down:
            raise GatewayUnavailable

    def _send(self, notice: Notice) -> None:
        late = self._random.random() < self._faults.letter_late
        seconds = self._random.random() * (LATE_SECONDS_MAX if late else 20)
        self._put(notice, timedelta(seconds=seconds if self._faults.letter_late else 0))

    def _put(self, notice: Notice, after: timedelta) -> None:
        self._count += 1
        heapq.heappush(self._letters, (self._clock.now() + after, self._count, notice))


def _signature(key: bytes, seconds: str, body: bytes) -> str:
    return hmac.new(key, seconds.encode() + b"." + body, hashlib.sha256).hexdigest()
