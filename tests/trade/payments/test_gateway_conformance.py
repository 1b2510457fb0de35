"""Does a gateway behave as the house relies on? Every provider passes this; a new one adds its own `Bench` below.

A bench lets a test play the buyer at the provider's page and hands over the callbacks that the provider would send.
"""

from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest

from peakday.apps.simulation.bank import MemoryBank
from peakday.apps.simulation.model import Faults
from peakday.trade.payments.errors import NoticeNotValid, SignatureRefused
from peakday.trade.payments.gateways import GATEWAY_NAMES
from peakday.trade.payments.gateways.protocol import ChargeWish, PayoutWish, RefundDenied, RefundWish
from peakday.trade.payments.gateways.sandbox import SandboxGateway
from peakday.trade.payments.gateways.sandbox_bank import SIGNATURE_HEADER, Decision, sign
from peakday.trade.payments.model import Letter, NoticeKind
from tests.trade.payments.builders import an_id

PAYMENT = an_id("payment")
WISH = ChargeWish(PAYMENT, 12_345, "CNY")
DAY = timedelta(days=1)


class SandboxBench:
    """The sandbox, played by its own doors."""

    def __init__(self, house):
        self.clock = house.clock
        self.gateway = SandboxGateway(house.database, house.clock)

    async def buyer_pays(self, payment_id):
        await self.gateway.decide(payment_id, Decision.SUCCESS)

    async def buyer_fails(self, payment_id):
        await self.gateway.decide(payment_id, Decision.DECLINE)

    async def callbacks(self):
        """Those that are due, as they would come in at the door."""
        return [letter for _, letter in await self.gateway.take_letters(100)]

    def forged(self, letter):
        """The same letter as somebody else would sign it."""
        head = letter.headers[SIGNATURE_HEADER]
        seconds = int(head.split(",")[0][2:])
        signature = sign(b"not the key", letter.body, seconds)
        return replace(letter, headers={**letter.headers, SIGNATURE_HEADER: f"t={seconds},v1={signature}"})

    async def signed(self, body):
        """Any bytes under the provider's own signature."""
        secret = await self.gateway._secret()
        seconds = int(self.clock.now().timestamp())
        return Letter({SIGNATURE_HEADER: f"t={seconds},v1={sign(secret, body, seconds)}"}, body)


class MemoryBench:
    """The bank of the simulation, when nothing goes wrong."""

    def __init__(self, house):
        self.clock = house.clock
        self.gateway = MemoryBank(house.clock, Random(1), Faults(*[0.0] * 9))

    async def buyer_pays(self, payment_id):
        self.gateway.decide(payment_id, is_paid=True)

    async def buyer_fails(self, payment_id):
        self.gateway.decide(payment_id, is_paid=False)

    async def callbacks(self):
        return [self.gateway.write(notice) for notice in self.gateway.take_letters(100)]

    def forged(self, letter):
        return self.gateway.sign(letter.body, b"not the key")

    async def signed(self, body):
        return self.gateway.sign(body)


BENCHES = {"sandbox": SandboxBench, "the simulation's": MemoryBench}


@pytest.fixture(params=sorted(BENCHES))
def bench(request, house):
    return BENCHES[request.param](house)


async def first_callback(bench):
    await bench.gateway.open_charge(WISH)
    await bench.buyer_pays(PAYMENT)
    (letter,) = await bench.callbacks()
    return letter


def test_every_gateway_has_a_bench():
    assert set(BENCHES) >= GATEWAY_NAMES


async def test_the_name_and_the_label_say_who_it_is(bench):
    assert bench.gateway.name in BENCHES
    assert bench.gateway.label.zh
    assert bench.gateway.label.en
    if bench.gateway.is_simulated:
        assert "模拟" in bench.gateway.label.zh
        assert "Simulated" in bench.gateway.label.en


async def test_the_same_payment_again_is_the_same_charge(bench):
    first = await bench.gateway.open_charge(WISH)
    assert await bench.gateway.open_charge(WISH) == first
    assert first.charge_ref
    assert first.page_url


async def test_nothing_is_known_before_the_buyer_did_something(bench):
    assert await bench.gateway.look_up(PAYMENT) is None
    await bench.gateway.open_charge(WISH)
    assert await bench.gateway.look_up(PAYMENT) is None
    assert await bench.callbacks() == []


async def test_a_capture_is_told_with_payment_sum_and_currency(bench):
    notice = await bench.gateway.read_callback(await first_callback(bench), bench.clock.now())
    assert (notice.gateway, notice.payment_id, notice.kind, notice.amount_minor, notice.currency) == (
        bench.gateway.name, PAYMENT, NoticeKind.CAPTURED, 12_345, "CNY",
    )  # fmt: skip
    assert notice.event_id
    assert notice.at == bench.clock.now()


async def test_asked_it_says_what_the_callback_says_as_the_same_event(bench):
    told = await bench.gateway.read_callback(await first_callback(bench), bench.clock.now())
    assert await bench.gateway.look_up(PAYMENT) == told


async def test_a_decline_is_told_and_a_later_capture_too(bench):
    await bench.gateway.open_charge(WISH)
    await bench.buyer_fails(PAYMENT)
    assert (await bench.gateway.look_up(PAYMENT)).kind is NoticeKind.DECLINED
    await bench.buyer_pays(PAYMENT)
    kinds = [(await bench.gateway.read_callback(one, bench.clock.now())).kind for one in await bench.callbacks()]
    assert kinds == [NoticeKind.DECLINED, NoticeKind.CAPTURED]


@pytest.mark.parametrize(
    "change",
    [
        lambda bench, letter: bench.forged(letter),
        lambda bench, letter: replace(letter, body=letter.body.replace(b"12345", b"99999")),
        lambda bench, letter: replace(letter, headers={}),
        lambda bench, letter: replace(letter, headers=dict.fromkeys(letter.headers, "")),
        lambda bench, letter: replace(letter, headers=dict.fromkeys(letter.headers, "t=1,v1=é")),
        lambda bench, letter: replace(letter, body=b""),
        lambda bench, letter: replace(letter, body=letter.body + b" " * 100_000),
    ],
)
async def test_a_letter_that_the_provider_did_not_sign_is_refused(bench, change):
    letter = change(bench, await first_callback(bench))
    with pytest.raises(SignatureRefused):
        await bench.gateway.read_callback(letter, bench.clock.now())


async def test_an_old_copy_of_a_letter_is_refused(bench):
    letter = await first_callback(bench)
    with pytest.raises(SignatureRefused):
        await bench.gateway.read_callback(letter, bench.clock.now() + DAY)


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"\xff", b'{"event_id": 1}', b"null", b"9" * 100])
async def test_signed_nonsense_is_refused_as_nonsense(bench, body):
    with pytest.raises(NoticeNotValid):
        await bench.gateway.read_callback(await bench.signed(body), bench.clock.now())


async def test_money_goes_back_once_a_refund_id_and_never_more_than_was_taken(bench):
    await first_callback(bench)
    first = RefundWish(an_id("r1"), PAYMENT, 12_000, "CNY")
    receipt = await bench.gateway.give_back(first)
    assert await bench.gateway.give_back(first) == receipt
    with pytest.raises(RefundDenied):
        await bench.gateway.give_back(RefundWish(an_id("r2"), PAYMENT, 346, "CNY"))
    assert await bench.gateway.give_back(RefundWish(an_id("r3"), PAYMENT, 345, "CNY")) != receipt


async def test_a_refund_id_with_another_sum_is_denied(bench):
    await first_callback(bench)
    await bench.gateway.give_back(RefundWish(an_id("r1"), PAYMENT, 100, "CNY"))
    with pytest.raises(RefundDenied):
        await bench.gateway.give_back(RefundWish(an_id("r1"), PAYMENT, 101, "CNY"))


async def test_nothing_goes_back_of_what_was_never_taken(bench):
    with pytest.raises(RefundDenied):
        await bench.gateway.give_back(RefundWish(an_id("r1"), PAYMENT, 1, "CNY"))
    await bench.gateway.open_charge(WISH)
    with pytest.raises(RefundDenied):
        await bench.gateway.give_back(RefundWish(an_id("r1"), PAYMENT, 1, "CNY"))


async def test_money_beyond_the_charge_is_paid_out_once_an_id_and_only_to_who_paid(bench):
    wish = PayoutWish(an_id("payout"), PAYMENT, 20_000, "CNY")
    await bench.gateway.open_charge(WISH)
    with pytest.raises(RefundDenied):
        await bench.gateway.pay_out(wish)
    await bench.buyer_pays(PAYMENT)
    first = await bench.gateway.pay_out(wish)
    assert await bench.gateway.pay_out(wish) == first
    with pytest.raises(RefundDenied):
        await bench.gateway.pay_out(replace(wish, amount_minor=20_001))
    with pytest.raises(RefundDenied):
        await bench.gateway.pay_out(replace(wish, payout_id=an_id("other"), payment_id=an_id("nobody")))
