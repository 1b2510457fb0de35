"""Does one command open the market, open it again after a crash, and close it without a trace?"""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx
import pytest

from peakday.apps.cli.children import find_child
from peakday.kernel.database.launcher import data_directory, server_address, server_pid
from peakday.kernel.settings import read_settings


class Market:
    """A market in a folder of its own, driven as a person drives it: by commands."""

    def __init__(self, folder, user=None):
        self.folder = folder
        self.user = user
        self.settings = read_settings({"PEAKDAY_HOME": f"{folder}/var"})

    def run(self, *arguments):
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PEAKDAY_")}
        return subprocess.run(
            [sys.executable, "-m", "peakday.apps.cli", *arguments], cwd=self.folder, user=self.user, check=False,
            env={**environment, "LANG": "C.UTF-8", "COLUMNS": "200"}, capture_output=True, text=True, timeout=120,
        )  # fmt: skip

    def up(self, *arguments):
        done = self.run("up", "--no-sample", *arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def child(self, name):
        child = find_child(self.settings, name)
        assert child is not None, name
        return child

    def health(self):
        return httpx.get(f"http://127.0.0.1:{self.child('web').port}/health", trust_env=False).json()["status"]


@pytest.fixture(scope="module")
def market(fast_folder):
    """One for all tests of this file: each leaves it as it likes, none counts on the one before."""
    with tempfile.TemporaryDirectory(prefix="peakday-market-", dir=fast_folder) as folder:
        Path(folder).chmod(0o755)
        market = Market(folder)
        yield market
        market.run("down")


def test_a_market_opens_is_found_open_mends_itself_and_closes(market):
    said = market.up()
    web, worker = market.child("web"), market.child("worker")
    assert f"http://127.0.0.1:{web.port}" in said
    assert market.health() == "ok"
    logins = json.loads((market.settings.home / "logins.json").read_text())
    assert logins[0]["password"] in said
    assert (market.settings.home / "logins.json").stat().st_mode & 0o777 == 0o600

    begun = time.monotonic()
    assert market.up().split("\n")[1:] == said.split("\n")[1:]
    assert time.monotonic() - begun < 15
    assert (market.child("web"), market.child("worker")) == (web, worker)

    database = int((market.settings.home / "postgres/postmaster.pid").read_text().split("\n")[0])
    for pid in (market.child("keep").pid, web.pid, worker.pid, database):
        os.kill(pid, signal.SIGKILL)
    assert market.run("status").returncode == 1
    assert market.up().split("\n")[1:] == said.split("\n")[1:]
    assert market.health() == "ok"
    assert market.child("web").pid != web.pid
    assert market.child("worker").pid != worker.pid
    status = market.run("status")
    assert status.returncode == 0, status.stdout

    assert market.run("down").returncode == 0
    assert market.run("status").returncode == 1
    assert server_address(market.settings) is None


def until(condition, seconds=20):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.mark.capability("TE-06")
def test_what_is_killed_comes_back_by_itself_on_its_port(market):
    market.up()
    web, worker = market.child("web"), market.child("worker")
    server = server_pid(data_directory(market.settings))
    for pid in (web.pid, worker.pid, server):
        os.kill(pid, signal.SIGKILL)

    def serves():
        try:
            return market.health() == "ok"
        except (httpx.TransportError, AssertionError, KeyError, ValueError):
            return False

    until(serves)
    assert market.child("web").port == web.port
    until(lambda: find_child(market.settings, "worker") is not None)
    assert market.child("worker").pid != worker.pid
    assert server_pid(data_directory(market.settings)) not in {None, server}
    os.kill(market.child("keep").pid, signal.SIGTERM)
    until(lambda: find_child(market.settings, "keep") is None)
    assert market.health() == "ok"
    assert market.run("down").returncode == 0


def test_a_taken_port_is_refused_when_it_was_asked_for(market):
    market.run("down")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = market.run("up", "--no-sample", "--port", str(port))
    assert done.returncode == 1
    assert f"Another program uses port {port}" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_tables_the_address_and_a_prompt_are_at_hand(market):
    market.run("db", "migrate")
    assert market.run("db", "migrate").stdout == ""
    assert market.run("db", "url", "--masked").stdout.startswith("postgresql://peakday:***@127.0.0.1:")
    assert market.run("db", "psql", "-Atc", "select count(*) from orders.customer_order").stdout == "0\n"


def test_the_audit_of_an_extract_that_kept_deleted_rows_names_the_command_that_mends_it(market):
    market.run("db", "migrate")
    market.run("db", "psql", "-c", "insert into catalog.brand (brand_id, name, source, source_ref)"
               " select gen_random_uuid(), n, 'test', n from unnest('{a,b}'::text[]) n")  # fmt: skip
    assert market.run("audit").returncode == 0
    market.run("db", "psql", "-c", "delete from catalog.brand where name = 'b'")
    found = market.run("audit", "--json")
    (finding,) = json.loads(found.stdout)["findings"]
    assert found.returncode == 1
    assert finding == ["metrics", "facts equal the record", "brands all", "facts (2,), record (1,)",
                       "peakday facts rebuild"]  # fmt: skip
    assert "brands                  1 rows" in market.run(*finding[-1].split()[1:]).stdout
    assert market.run("audit").returncode == 0


def test_a_refusal_is_one_sentence_and_not_a_traceback(market):
    done = subprocess.run(
        [sys.executable, "-m", "peakday.apps.cli", "db", "url"], cwd=market.folder, check=False, capture_output=True,
        text=True, env={**os.environ, "PEAKDAY_PG_BIN": "/nowhere", "LANG": "zh_CN.UTF-8"},
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.startswith("没有找到 PostgreSQL 程序")
    assert len(done.stderr.strip().split("\n")) == 1
