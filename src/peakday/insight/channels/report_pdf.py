"""How does the daily report leave as a PDF? Its sentences, thirty days as bars, the day by channel, on A4.

The Chinese face is one that every reader of PDF knows by name (STSong-Light), so no font file travels with it. The same
report is the same bytes.
"""

import io
from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from peakday.insight.channels.model import DayFigures, Report
from peakday.insight.channels.rules.report_words import headlines
from peakday.kernel.money import MINOR_DIGITS
from peakday.kernel.text import Language, Text, day_text, money_text, number_text

if TYPE_CHECKING:
    from reportlab.graphics.shapes import Drawing  # type: ignore[import-untyped]
    from reportlab.platypus import Table  # type: ignore[import-untyped]

PDF = "application/pdf"
FACE = "STSong-Light"
DAYS = 30
_ACCENT, _LINE, _QUIET = "#c2410c", "#d6d3d1", "#57534e"
_TITLE = Text("{shop} 全渠道日报", "{shop}: daily report of all channels")
_MONTH = Text("近 30 天净收入", "Net of thirty days")
_DAY = Text("{day},按渠道", "{day}, by channel")
_TOTAL = Text("合计", "Together")
_NOTHING = Text("这一天没有交易。", "There was no trade on this day.")
_SAVED = Text(
    "这份日报省下约 {minutes} 分钟(自定义口径)。", "This report saved about {minutes} minutes (our definition)."
)
_HEADS = (
    Text("渠道", "Channel"), Text("订单", "Orders"), Text("支付", "Paid"), Text("退款", "Refunds"),
    Text("费用", "Fees"), Text("净收入", "Net"),
)  # fmt: skip
_AMOUNTS = ("paid_minor", "refund_minor", "fees_minor", "net_minor")


def pdf_of(report: Report, shop: str, language: Language) -> bytes:
    """The report as PDF."""
    from reportlab.lib.pagesizes import A4  # type: ignore[import-untyped]  # noqa: PLC0415 - only who takes one away
    from reportlab.lib.styles import ParagraphStyle  # type: ignore[import-untyped]  # noqa: PLC0415
    from reportlab.lib.units import mm  # type: ignore[import-untyped]  # noqa: PLC0415
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont  # type: ignore[import-untyped]  # noqa: PLC0415
    from reportlab.pdfbase.pdfmetrics import registerFont  # type: ignore[import-untyped]  # noqa: PLC0415
    from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer  # noqa: PLC0415

    registerFont(UnicodeCIDFont(FACE))
    plain = ParagraphStyle("plain", fontName=FACE, fontSize=10.5, leading=16, wordWrap="CJK")
    head = ParagraphStyle("head", parent=plain, fontSize=12.5, leading=18, spaceBefore=10, spaceAfter=4)
    title = ParagraphStyle("title", parent=plain, fontSize=17, leading=24, spaceAfter=2)
    quiet = ParagraphStyle("quiet", parent=plain, fontSize=9, textColor=_QUIET)

    def say(text: str, style: Any) -> Any:
        return Paragraph(text.replace("&", "&amp;").replace("<", "&lt;"), style)

    day = day_text(report.day, language)
    story = [
        say(_TITLE.of(language, shop=shop), title), say(f"{day} · {report.currency}", quiet), Spacer(1, 4 * mm),
        *(say(line, plain) for line in headlines(report, language)),
        say(_MONTH.of(language), head), _bars(report, language),
        say(_DAY.of(language, day=day), head),
        _table(report, language) if report.today else say(_NOTHING.of(language), plain), Spacer(1, 5 * mm),
        say(_SAVED.of(language, minutes=report.minutes_saved), quiet),
    ]  # fmt: skip
    out = io.BytesIO()
    SimpleDocTemplate(
        out, pagesize=A4, leftMargin=18 * mm, rightMargin=18 * mm, topMargin=18 * mm, bottomMargin=18 * mm,
        title=f"{_TITLE.of(language, shop=shop)} {report.day}", author="Peakday", invariant=1,
    ).build(story)  # fmt: skip
    return out.getvalue()


def _bars(report: Report, language: Language) -> "Drawing":
    """The net of each of the thirty days; a day below nothing hangs down."""
    from reportlab.graphics.charts.barcharts import VerticalBarChart  # type: ignore[import-untyped]  # noqa: PLC0415
    from reportlab.graphics.shapes import Drawing  # noqa: PLC0415
    from reportlab.lib.colors import HexColor  # type: ignore[import-untyped]  # noqa: PLC0415

    days = [report.day - timedelta(days=back) for back in reversed(range(DAYS))]
    unit = 10 ** MINOR_DIGITS[report.currency]
    net = _net_by_day(report.month)
    chart = VerticalBarChart()
    chart.x, chart.y, chart.width, chart.height = 58, 22, 430, 120
    chart.data = [[net.get(day, 0) / unit for day in days]]
    chart.bars[0].fillColor, chart.bars[0].strokeColor = HexColor(_ACCENT), None
    chart.categoryAxis.categoryNames = [
        day_text(day, language) if at in {0, DAYS // 2, DAYS - 1} else "" for at, day in enumerate(days)
    ]
    chart.categoryAxis.visibleTicks, chart.categoryAxis.strokeColor = 0, HexColor(_LINE)
    chart.valueAxis.labelTextFormat = lambda amount: number_text(amount, language, 0)
    chart.valueAxis.strokeColor, chart.valueAxis.gridStrokeColor = None, HexColor(_LINE)
    chart.valueAxis.visibleGrid, chart.valueAxis.visibleTicks, chart.valueAxis.forceZero = 1, 0, 1
    for axis in (chart.categoryAxis, chart.valueAxis):
        axis.labels.fontName, axis.labels.fontSize, axis.labels.fillColor = FACE, 8, HexColor(_QUIET)
    drawing = Drawing(490, 150)
    drawing.add(chart)
    return drawing


def _table(report: Report, language: Language) -> "Table":
    from reportlab.lib.colors import HexColor  # noqa: PLC0415
    from reportlab.platypus import Table, TableStyle  # noqa: PLC0415

    names = {one.connection_id: one.name for one in report.channels}
    rows = [[head.of(language) for head in _HEADS]]
    rows += [_row(names.get(one.connection_id, ""), [one], report.currency, language) for one in report.today]
    rows.append(_row(_TOTAL.of(language), report.today, report.currency, language))
    table = Table(rows, colWidths=[128, 50, 78, 78, 78, 78], repeatRows=1)
    table.setStyle(TableStyle([
        ("FONTNAME", (0, 0), (-1, -1), FACE), ("FONTSIZE", (0, 0), (-1, -1), 9.5),
        ("ALIGN", (1, 0), (-1, -1), "RIGHT"), ("TEXTCOLOR", (0, 0), (-1, 0), HexColor(_QUIET)),
        ("LINEBELOW", (0, 0), (-1, -1), 0.5, HexColor(_LINE)), ("LINEABOVE", (0, -1), (-1, -1), 1, HexColor(_QUIET)),
    ]))  # fmt: skip
    return table


def _row(name: str, figures: Sequence[DayFigures], currency: str, language: Language) -> list[str]:
    return [
        name[:24], number_text(sum(one.orders for one in figures), language, 0),
        *(money_text(sum(getattr(one, amount) for one in figures), currency, language) for amount in _AMOUNTS),
    ]  # fmt: skip


def _net_by_day(figures: Sequence[DayFigures]) -> dict[date, int]:
    net: dict[date, int] = {}
    for one in figures:
        net[one.day] = net.get(one.day, 0) + one.net_minor
    return net
