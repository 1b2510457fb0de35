"""How do the rows of a merchant's CSV become orders?

One row is one line of an order, or a whole order where the file has no items. The rows of an order stand together. An
order is taken whole or not at all: when one of its rows is refused, all are. `amount` is the money for the goods
without postage; a state that means payment without a time of payment is dated with the order and flagged.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import pyarrow as pa

from peakday.kernel.refusal import Problem
from peakday.kernel.rowfiles.columns import (
    Faults,
    read_amounts,
    read_instants,
    read_quantities,
    read_words,
    require_length,
    require_present,
    trimmed,
)
from peakday.kernel.text import Text
from peakday.market.accounts.model import buyer_id_of
from peakday.market.catalog.model import item_id_of, sku_id_of
from peakday.trade.orders.api import order_id_of, refund_id_of
from peakday.trade.orders.model import (
    Discount,
    Funder,
    NewOrder,
    Order,
    OrderFlag,
    OrderLine,
    OrderStatus,
    Refund,
    Terminal,
)

SOURCE = "csv"
WHOLE_ORDER = "whole-order"
TEXT_LENGTH_MAX = {"order_ref": 64, "buyer_ref": 100, "item_ref": 64, "item_title": 255, "region": 100}
_UNPAID = {OrderStatus.AWAITING_PAYMENT, OrderStatus.CLOSED}
STATUS_WORDS: dict[str, OrderStatus] = {
    "等待买家付款": OrderStatus.AWAITING_PAYMENT, "待付款": OrderStatus.AWAITING_PAYMENT,
    "买家已付款,等待卖家发货": OrderStatus.AWAITING_SHIPMENT, "买家已付款": OrderStatus.AWAITING_SHIPMENT,
    "待发货": OrderStatus.AWAITING_SHIPMENT, "paid": OrderStatus.AWAITING_SHIPMENT,
    "processing": OrderStatus.AWAITING_SHIPMENT,
    "卖家已发货,等待买家确认": OrderStatus.SHIPPED, "卖家已发货": OrderStatus.SHIPPED, "待收货": OrderStatus.SHIPPED,
    "shipped": OrderStatus.SHIPPED, "delivered": OrderStatus.COMPLETED,
    "交易成功": OrderStatus.COMPLETED, "已完成": OrderStatus.COMPLETED, "complete": OrderStatus.COMPLETED,
    "交易关闭": OrderStatus.CLOSED, "已关闭": OrderStatus.CLOSED, "cancelled": OrderStatus.CLOSED,
    "canceled": OrderStatus.CLOSED, **{status.value: status for status in OrderStatus},
}  # fmt: skip
TERMINAL_WORDS: dict[str, Terminal] = {
    "手机": Terminal.APP, "无线": Terminal.APP, "mobile": Terminal.APP, "电脑": Terminal.PC, "门店": Terminal.STORE,
    "desktop": Terminal.PC, "web": Terminal.PC, **{terminal.value: terminal for terminal in Terminal},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class OrderFile:
    """What a file is read by: its shop, its columns (field → place), currency and zone."""

    shop_id: UUID
    places: Mapping[str, int]
    currency: str = "CNY"
    zone: str | None = None


@dataclass(frozen=True, slots=True)
class OrderRows:
    """Orders fit to store with the row numbers of each, what they refer to, and the problems of the other rows."""

    orders: list[tuple[NewOrder, list[int]]]
    buyers: dict[str, datetime]
    items: dict[str, str]
    regions: set[str]
    problems: list[Problem]


def check_orders(file: OrderFile, rows: Sequence[Sequence[str]], numbers: Sequence[int]) -> OrderRows:
    """Check one block of whole orders."""
    faults = Faults(numbers)
    columns = _columns(file, rows, faults)
    groups: dict[str, list[int]] = {}
    for index, ref in enumerate(columns["order_ref"]):
        if ref is not None:
            groups.setdefault(ref, []).append(index)
    found = OrderRows([], {}, {}, set(), faults.problems)
    for ref, indexes in groups.items():
        spoiled = [index for index in indexes if index in faults.spoiled]
        if spoiled:
            for index in indexes:
                if index not in faults.spoiled:
                    faults.add(index, _with_refused_row(int(numbers[spoiled[0]])), ref)
            continue
        lines = [{name: values[index] for name, values in columns.items()} for index in indexes]
        found.orders.append((_order(file, ref, lines), [int(numbers[index]) for index in indexes]))
        _note_references(found, lines)
    return found


def _columns(file: OrderFile, rows: Sequence[Sequence[str]], faults: Faults) -> dict[str, list[Any]]:
    columns = list(zip(*rows, strict=True)) if rows else [()] * (max(file.places.values()) + 1)
    texts = {name: trimmed(columns[place]) for name, place in file.places.items()}
    nothing = pa.nulls(len(rows), pa.string())
    for name in ("order_ref", "created_at", "amount"):
        require_present(texts.get(name, nothing), name, faults)
    for name, length in TEXT_LENGTH_MAX.items():
        require_length(texts.get(name, nothing), name, length, faults)
    values: dict[str, pa.Array] = {name: texts.get(name, nothing) for name in TEXT_LENGTH_MAX}
    for name in ("created_at", "paid_at"):
        values[name] = read_instants(texts.get(name, nothing), name, file.zone, faults)
    for name in ("amount", "unit_price", "postage", "refund"):
        values[name] = read_amounts(texts.get(name, nothing), name, file.currency, faults)
    values["quantity"] = read_quantities(texts.get("quantity", nothing), "quantity", faults, least=1)
    values["status"] = read_words(texts.get("status", nothing), _status, pa.string(), faults)
    values["terminal"] = read_words(texts.get("terminal", nothing), _terminal, pa.string(), faults)
    return {name: value.to_pylist() for name, value in values.items()}


def _order(file: OrderFile, ref: str, rows: list[dict[str, Any]]) -> NewOrder:
    head, shop_id = rows[0], file.shop_id
    status, paid_at, flags = _payment(head)
    order_id = order_id_of(head["created_at"], shop_id, SOURCE, ref)
    lines = tuple(_line(shop_id, number, row) for number, row in enumerate(rows, 1))
    refunds = tuple(
        Refund(
            shop_id, refund_id_of(paid_at or head["created_at"], shop_id, SOURCE, f"{ref}/{line.line_no}"), order_id,
            line.refund_minor, line.line_no, paid_at or head["created_at"],
        )
        for line in lines if line.refund_minor
    )  # fmt: skip
    if refunds:
        flags.append(OrderFlag.REFUND_TIME_UNKNOWN.value)
    flags += [flag for line in lines for flag in line.flags]
    listed, paid = sum(line.list_minor for line in lines), sum(line.paid_minor for line in lines)
    postage = max((row["postage"] or 0) for row in rows)
    buyer = head["buyer_ref"]
    order = Order(
        shop_id, order_id, SOURCE, ref, status, file.currency, head["created_at"], listed, listed - paid, postage,
        paid + postage, sum(line.refund_minor for line in lines),
        buyer_id=buyer_id_of(buyer_source(shop_id), buyer) if buyer else None,
        terminal=Terminal(head["terminal"]) if head["terminal"] else Terminal.PC,
        region_id=region_id_of(head["region"]) if head["region"] else None, paid_at=paid_at,
        closed_at=head["created_at"] if status is OrderStatus.CLOSED else None, flags=tuple(dict.fromkeys(flags)),
    )  # fmt: skip
    return NewOrder(order, lines, refunds)


def _payment(head: Mapping[str, Any]) -> tuple[OrderStatus, datetime | None, list[str]]:
    """State, instant of payment, flags."""
    paid_at = head["paid_at"]
    if head["status"] is None:
        return (OrderStatus.COMPLETED if paid_at else OrderStatus.CLOSED), paid_at, []
    status = OrderStatus(head["status"])
    if paid_at is None and status not in _UNPAID:
        return status, head["created_at"], [OrderFlag.PAYMENT_TIME_UNKNOWN.value]
    return status, paid_at, []


def _line(shop_id: UUID, number: int, row: Mapping[str, Any]) -> OrderLine:
    item_ref = row["item_ref"] or WHOLE_ORDER
    quantity, paid = row["quantity"] or 1, row["amount"]
    listed = max(row["unit_price"] * quantity if row["unit_price"] is not None else paid, paid)
    refund = row["refund"] or 0
    flags = [] if row["item_ref"] else [OrderFlag.ORDER_LEVEL_ONLY.value]
    if refund > paid:
        flags.append(OrderFlag.REFUND_EXCEEDS_PAID.value)
    discounts = (Discount("unknown", "item", Funder.MERCHANT.value, listed - paid),) if listed > paid else ()
    return OrderLine(
        number, item_id_of(shop_id, item_ref), quantity, listed, paid, sku_id_of(shop_id, item_ref, item_ref), None,
        refund, discounts, tuple(flags),
    )  # fmt: skip


def _note_references(found: OrderRows, lines: Sequence[Mapping[str, Any]]) -> None:
    head = lines[0]
    if head["buyer_ref"]:
        first = found.buyers.setdefault(head["buyer_ref"], head["created_at"])
        found.buyers[head["buyer_ref"]] = min(first, head["created_at"])
    if head["region"]:
        found.regions.add(head["region"])
    for row in lines:
        ref = row["item_ref"] or WHOLE_ORDER
        found.items.setdefault(ref, row["item_title"] or ref)


def buyer_source(shop_id: UUID) -> str:
    """Buyers of an uploaded file are known to its shop only."""
    return f"{SOURCE}:{shop_id}"


def region_id_of(name: str) -> str:
    """The region that files call so."""
    return f"{SOURCE}:{name}"


def _status(word: str) -> str | Problem:
    status = STATUS_WORDS.get(unicodedata.normalize("NFKC", word).lower())
    if status is not None:
        return status.value
    return Problem(
        "status", "unknown_status", Text("未知的订单状态", "the state of the order is not known"),
        Text("写“交易成功”“待发货”“交易关闭”等",
             "Write completed, awaiting_shipment, shipped, closed or awaiting_payment"),
    )  # fmt: skip


def _terminal(word: str) -> str | Problem:
    terminal = TERMINAL_WORDS.get(word.lower())
    if terminal is not None:
        return terminal.value
    return Problem(
        "terminal", "unknown_terminal", Text("未知的终端", "the terminal is not known"),
        Text("写 pc、app、wap 或 store", "Write pc, app, wap or store"),
    )  # fmt: skip


def _with_refused_row(row: int) -> Problem:
    return Problem(
        "order_ref", "order_refused", Text(f"同一订单的第 {row} 行有误", f"row {row} of the same order is refused"),
        Text("更正该行后重新上传整个订单", "Correct that row and send the whole order again"),
    )  # fmt: skip
