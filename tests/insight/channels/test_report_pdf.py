"""Does the PDF say what the report says, in the reader's language, and is the same report the same bytes?"""

from datetime import date
from io import BytesIO
from uuid import UUID

import pytest
from pypdf import PdfReader

from peakday.insight.channels.model import Calibration, Calibre, Connection, DayFigures, Report
from peakday.insight.channels.report_pdf import pdf_of
from peakday.kernel.text import Text

DAY = date(2022, 11, 11)


def a_report(**figures):
    ids = [UUID(int=1), UUID(int=2)]
    rows = tuple(
        DayFigures(one, DAY, "CNY", 3, 4, paid, 0, 0, back, 100, **figures)
        for one, paid, back in zip(ids, (1_000_00, 50_00), (0, 80_00), strict=True)
    )
    channels = tuple(
        Connection(UUID(int=9), one, name, Calibre.OWN, Calibration("Asia/Shanghai", "CNY"), None)
        for one, name in zip(ids, ("天猫 & <旗舰店>", "Stall"), strict=True)
    )
    return Report(DAY, "CNY", channels, rows, (), (), rows, 12)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh", ["店铺 A 全渠道日报", "2022年11月11日", "合计", "¥1,050.00", "¥968.00", "省下约 12 分钟"]),
        ("en", ["店铺 A: daily report of all channels", "Together", "CN¥968.00", "-CN¥31.00", "about 12 minutes"]),
    ],
)
def test_an_outside_reader_finds_the_words_and_the_sums(language, words):
    content = pdf_of(a_report(), "店铺 A", language)
    reader = PdfReader(BytesIO(content))
    text = reader.pages[0].extract_text()
    assert [word for word in words if word not in text] == []
    assert "天猫 & <旗舰店>" in text
    assert len(reader.pages) == 1
    assert pdf_of(a_report(), "店铺 A", language) == content


def test_a_day_without_trade_says_so():
    report = a_report()
    empty = Report(DAY, "CNY", report.channels, (), (), (), (), 2)
    assert Text("这一天没有交易", "").zh in PdfReader(BytesIO(pdf_of(empty, "A", "zh"))).pages[0].extract_text()
