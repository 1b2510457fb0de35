"""Is what was killed known to be back only when it serves, and is the disk fast again afterwards?"""

import json
import os
import signal
import subprocess
import sys
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import psycopg
import pytest

from peakday.apps.rehearsal.faults import Fault, Killer, Site, noted_pid, slow_disk


class Healthy(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def shop_door():
    server = HTTPServer(("127.0.0.1", 0), Healthy)
    Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


def sleeper(home, name):
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    (home / f"{name}.json").write_text(json.dumps({"pid": child.pid, "began": "", "port": 0}))
    return child


async def test_a_worker_is_back_when_a_new_one_has_said_that_it_started(tmp_path, shop_door, monkeypatch):
    (tmp_path / "worker.log").write_text("INFO worker started: 3 duties\n")
    first = sleeper(tmp_path, "worker")
    killer = Killer(Site(tmp_path, "127.0.0.1", shop_door, tmp_path), (Fault.KILL_WORKER,), 1, seed=1)
    again = []

    def bring_back():
        first.wait()
        again.append(sleeper(tmp_path, "worker"))
        time.sleep(0.3)
        with (tmp_path / "worker.log").open("a") as log:
            log.write("INFO worker started: 3 duties\n")

    helper = Thread(target=bring_back)
    helper.start()
    await killer.work(time.perf_counter(), 0.0)
    helper.join()
    (kill,) = killer.kills
    assert (kill.fault, kill.pid, first.returncode) == (Fault.KILL_WORKER, first.pid, -signal.SIGKILL)
    assert 0.3 <= kill.recovered_seconds < 10
    again[0].kill()
    again[0].wait()


def test_a_process_that_is_gone_is_not_noted(tmp_path):
    child = sleeper(tmp_path, "web")
    assert noted_pid(tmp_path, "web") == child.pid
    child.kill()
    child.wait()
    assert noted_pid(tmp_path, "web") is None
    assert noted_pid(tmp_path, "worker") is None
    assert os.getpid() != child.pid


async def test_the_disk_is_slow_while_the_rehearsal_runs_and_fast_afterwards(server_url):
    def delay():
        with psycopg.connect(server_url) as connection:
            row = connection.execute(
                "select setting from pg_file_settings where name = 'commit_delay' order by seqno desc limit 1"
            ).fetchone()
            return row and row[0]

    async with slow_disk(server_url, is_wanted=False):
        assert delay() is None
    async with slow_disk(server_url, is_wanted=True):
        assert delay() == "1000"
    assert delay() is None
