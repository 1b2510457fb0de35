"""What are the nouns of many channels: a connection, a raw row, a line in one calibre, a rate, figures of a day?"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from peakday.kernel.text import Text


class Calibre(StrEnum):
    """Whose file it is, and so how its rows are read."""

    TMALL = "tmall"
    OLIST = "olist"
    ONLINE_RETAIL = "online_retail"
    SHOPIFY = "shopify"
    AMAZON = "amazon"
    OWN = "own"


class LineStatus(StrEnum):
    """How a channel's line stands."""

    UNPAID = "unpaid"
    PAID = "paid"
    CLOSED = "closed"
    REFUND = "refund"  # the row tells a refund alone: its sale is another row
    COST = "cost"  # the row tells a fee of the channel alone


@dataclass(frozen=True, slots=True)
class TaxRule:
    """Whether a channel's prices hold the tax, and how much it is where its file does not say (basis points)."""

    is_included: bool = True
    basis_points: int = 0


@dataclass(frozen=True, slots=True)
class Calibration:
    """How one connection's files are to be read."""

    zone: str
    currency: str
    tax: TaxRule = field(default_factory=TaxRule)
    mapping: Mapping[str, str] = field(default_factory=dict)  # own file: our field -> its column


@dataclass(frozen=True, slots=True)
class Connection:
    """One channel of a shop."""

    shop_id: UUID
    connection_id: UUID
    name: str
    calibre: Calibre
    calibration: Calibration
    created_at: datetime


@dataclass(frozen=True, slots=True)
class NewConnection:
    """A channel as the merchant wants it."""

    name: str
    calibre: Calibre
    calibration: Calibration


@dataclass(frozen=True, slots=True)
class RawRow:
    """One row of a file, by column; the header is row 1."""

    number: int
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ChannelLine:
    """One line in our calibre. Whole minor units; `paid_minor` holds the tax and no postage; instants in UTC."""

    row_no: int
    order_ref: str
    line_ref: str
    item_ref: str | None
    sku_ref: str | None
    title: str
    quantity: int  # what came back is negative
    paid_minor: int
    tax_minor: int
    postage_minor: int
    refund_minor: int
    fees_minor: int
    currency: str
    ordered_at: datetime
    paid_at: datetime | None
    refunded_at: datetime | None
    status: LineStatus

    @property
    def key(self) -> tuple[str, str]:
        """What names it within its channel."""
        return self.order_ref, self.line_ref


@dataclass(frozen=True, slots=True)
class StoredLine:
    """A line that we have, and where it came from."""

    line: ChannelLine
    file_name: str


@dataclass(frozen=True, slots=True)
class Rate:
    """What one unit of `currency` is in `into`, from `first_day` to `last_day`, both included; the merchant's word."""

    currency: str
    into: str
    first_day: date
    last_day: date
    rate: Decimal
    source: str


@dataclass(frozen=True, slots=True)
class DayFigures:
    """What one channel came to on one market day, in one currency."""

    connection_id: UUID
    day: date
    currency: str
    orders: int
    quantity: int
    paid_minor: int
    tax_minor: int
    postage_minor: int
    refund_minor: int
    fees_minor: int

    @property
    def net_minor(self) -> int:
        """What stays with the merchant before the goods' cost: paid + postage - tax - refunds - fees."""
        return self.paid_minor + self.postage_minor - self.tax_minor - self.refund_minor - self.fees_minor


@dataclass(frozen=True, slots=True)
class Report:
    """The daily report: a day, its eve and the same weekday before, by channel, in the shop's currency."""

    day: date
    currency: str
    channels: tuple[Connection, ...]
    today: tuple[DayFigures, ...]
    eve: tuple[DayFigures, ...]
    week_ago: tuple[DayFigures, ...]
    month: tuple[DayFigures, ...]  # thirty days up to the day
    minutes_saved: int


@dataclass(frozen=True, slots=True)
class CalibreFacts:
    """What is usual for a calibre, and what its files cannot say."""

    title: Text
    zone: str
    currency: str
    note: Text


CALIBRES = {
    Calibre.TMALL: CalibreFacts(
        Text("天猫订单报表", "Tmall order report"), "Asia/Shanghai", "CNY",
        Text(
            "一行一单;“买家实际支付金额”已扣退款,支付=实付+退款;报表没有退款时间,退款记在付款日(自定义口径)。",
            "One row an order. The report's paid amount is net of refunds, so paid = its amount + refund. It tells no"
            " instant of a refund: it counts on the day of payment (our definition).",
        ),
    ),
    Calibre.OLIST: CalibreFacts(
        Text("Olist 数据表", "Olist tables"), "America/Sao_Paulo", "BRL",
        Text(
            "压缩包内含 orders 与 order_items;取消或缺货的订单不计金额(自定义口径)。",
            "A zip with orders and order_items. Cancelled and unavailable orders count no money (our definition).",
        ),
    ),
    Calibre.ONLINE_RETAIL: CalibreFacts(
        Text("Online Retail 发票行", "Online Retail invoices"), "Europe/London", "GBP",
        Text(
            "负数量的行是取消,按其自身时间计退款;坏账行计为费用;每行金额四舍五入到便士。",
            "Lines of negative quantity are cancellations, refunds at their own instant; bad debt counts as a fee;"
            " each line is rounded to the penny.",
        ),
    ),
    Calibre.SHOPIFY: CalibreFacts(
        Text("Shopify 订单导出", "Shopify order export"), "UTC", "USD",
        Text(
            "订单金额按行价分摊,一分不差;导出没有退款时间,退款记在付款日(自定义口径)。",
            "The order's amounts are split over its lines to the cent. The export tells no instant of a refund: it"
            " counts on the day of payment (our definition).",
        ),
    ),
    Calibre.AMAZON: CalibreFacts(
        Text("亚马逊结算报告", "Amazon settlement report"), "UTC", "USD",
        Text(
            "制表符分隔(V2);退款按入账时间;明细合计必须等于首行总额,否则整份拒收。",
            "Tab separated (V2). Refunds at their posted instant. The rows must sum to the total of the first row, or"
            " the whole file is refused.",
        ),
    ),
    Calibre.OWN: CalibreFacts(
        Text("自有 CSV", "Own CSV"), "Asia/Shanghai", "CNY",
        Text("列名由你对应到我们的字段。", "You say which of your columns is which of our fields."),
    ),
}  # fmt: skip
