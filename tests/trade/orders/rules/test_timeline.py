"""Is everything that happened to an order told in its order?"""

from datetime import UTC, datetime, timedelta

from peakday.kernel.ids import derived_id
from peakday.kernel.text import Text
from peakday.trade.orders.model import Order, OrderStatus, Refund, RefundKind, RefundState
from peakday.trade.orders.rules.order_states import MoveReason
from peakday.trade.orders.rules.timeline import WORDS, Beside, MoveNote, timeline_of
from peakday.trade.orders.stories import HoldNote, Invoice, InvoiceKind, InvoiceState, Shipment

AT = datetime(2026, 11, 11, 12, 0, tzinfo=UTC)
SHOP, ORDER, BUYER = (derived_id(None, name) for name in ("shop", "order", "buyer"))


def at(minutes):
    return AT + timedelta(minutes=minutes)


def an_order(**values):
    given = {"shop_id": SHOP, "order_id": ORDER, "source": "peakday", "source_ref": "chk", "currency": "CNY",
             "status": OrderStatus.SHIPPED, "created_at": AT, "list_minor": 1, "discount_minor": 0, "postage_minor": 0,
             "paid_minor": 1}  # fmt: skip
    return Order(**(given | values))


def a_refund(state, **values):
    given = {"shop_id": SHOP, "refund_id": derived_id(None, state), "order_id": ORDER, "amount_minor": 5,
             "state": state, "asked_at": at(3), "decided_at": at(4)}  # fmt: skip
    return Refund(**(given | values))


def an_invoice(state):
    return Invoice(
        shop_id=SHOP, invoice_id=derived_id(None, "i"), order_id=ORDER, buyer_id=BUYER, state=state,
        kind=InvoiceKind.PERSONAL, title="x", tax_no="", currency="CNY", amount_minor=1, asked_at=at(8),
        decided_at=None if state is InvoiceState.ASKED else at(9),
    )  # fmt: skip


def codes(**beside):
    given = {"moves": (), "shipment": None, "holds": (), "refunds": (), "invoice": None}
    return [entry.code for entry in timeline_of(beside.pop("order", an_order()), Beside(**(given | beside)))]


def test_moves_holds_refunds_and_invoices_are_woven():
    shipment = Shipment("sf", "SF1", False, at(2), at(99), None)
    moves = [MoveNote(at(1), "paid", "system"), MoveNote(at(2), "shipped", "merchant")]
    holds = [HoldNote(Text("查", "check"), at(5), at(6)), HoldNote(Text("查", "check"), at(7), None)]
    refunds = [a_refund(RefundState.COMPLETED, completed_at=at(4))]
    told = timeline_of(an_order(), Beside(moves, shipment, holds, refunds, an_invoice(InvoiceState.ISSUED)))
    assert [entry.code for entry in told] == [
        "placed", "paid", "shipped", "refund_asked", "refund_completed", "held", "hold_lifted", "held",
        "invoice_asked", "invoice_issued",
    ]  # fmt: skip
    assert told[2].detail == "sf SF1"
    assert told[4].amount_minor == 5


def test_refunds_are_told_by_how_they_ended():
    for state, code in (
        (RefundState.RETURNING, "refund_agreed"), (RefundState.PAYING, "refund_waits"),
        (RefundState.DECLINED, "refund_declined"), (RefundState.WITHDRAWN, "refund_withdrawn"),
    ):  # fmt: skip
        assert codes(refunds=[a_refund(state)]) == ["placed", "refund_asked", code]
    assert codes(refunds=[a_refund(RefundState.ASKED, decided_at=None)]) == ["placed", "refund_asked"]
    at_once = a_refund(RefundState.COMPLETED, asked_at=at(4), completed_at=at(4), kind=RefundKind.CANCELLATION)
    assert codes(refunds=[at_once]) == ["placed", "refund_completed"]
    imported = a_refund(RefundState.ASKED, asked_at=None, decided_at=None)
    assert codes(refunds=[imported]) == ["placed"]


def test_an_imported_order_has_no_moves_and_tells_its_payment():
    assert codes(order=an_order(paid_at=at(1))) == ["placed", "paid"]


def test_invoices_that_are_asked_for_or_declined():
    assert codes(invoice=an_invoice(InvoiceState.ASKED)) == ["placed", "invoice_asked"]
    assert codes(invoice=an_invoice(InvoiceState.DECLINED)) == ["placed", "invoice_asked", "invoice_declined"]


def test_every_reason_of_a_move_has_words():
    assert {reason.value for reason in MoveReason} <= set(WORDS)
