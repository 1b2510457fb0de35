"""Is what was killed known to be back only when it serves, and is the disk fast again afterwards?"""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from threading import Thread

import psycopg

from peakday.apps.rehearsal.faults import Fault, Killer, Site, noted_pid, slow_disk
from peakday.apps.rehearsal.measures import Measures
from peakday.apps.rehearsal.wire import Question, Wire

CHANGE = Question("witness", "PATCH", "/v1/my/cart/lines/sku_1", "pkb1.x", {"is_selected": True})


@contextlib.asynccontextmanager
async def a_shop(*statuses):
    """A shop that answers changes with these statuses in turn, then with the last of them."""
    left = list(statuses)

    async def serve(reader, writer):
        with contextlib.suppress(asyncio.IncompleteReadError):
            while True:
                await reader.readuntil(b"\r\n\r\n")
                await reader.readexactly(len(b'{"is_selected":true}'))
                status = left.pop(0) if len(left) > 1 else left[0]
                writer.write(b"HTTP/1.1 %d X\r\ncontent-length: 2\r\n\r\n{}" % status)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        wire = Wire("127.0.0.1", server.sockets[0].getsockname()[1], Measures())
        yield wire
        wire.close()


def sleeper(home, name):
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    (home / f"{name}.json").write_text(json.dumps({"pid": child.pid, "began": "", "port": 0}))
    return child


def bring_back(home, name, dead, then=lambda: None):
    """Somebody who starts it again a moment after it died."""
    again = []

    def work():
        dead.wait()
        time.sleep(0.2)
        again.append(sleeper(home, name))
        then()

    helper = Thread(target=work)
    helper.start()
    return helper, again


async def kill_once(killer, helper, again):
    await killer.work(time.perf_counter(), 0.0)
    helper.join()
    again[0].kill()
    again[0].wait()
    (kill,) = killer.kills
    return kill


async def test_the_shop_is_back_when_a_change_that_the_new_process_was_asked_is_done(tmp_path):
    first = sleeper(tmp_path, "web")
    async with a_shop(503, 503, 200) as wire:
        wire.lookout.note(time.perf_counter(), time.perf_counter())  # a last word of the old one does not count
        killer = Killer(Site(tmp_path, "127.0.0.1", 0, tmp_path), wire, CHANGE, (Fault.KILL_WEB,), 1, seed=1)
        kill = await kill_once(killer, *bring_back(tmp_path, "web", first))
    assert (kill.fault, kill.pid, first.returncode) == (Fault.KILL_WEB, first.pid, -signal.SIGKILL)
    assert 0.3 <= kill.recovered_seconds < 10
    assert wire.measures.asked_again["503"] == 2


async def test_a_worker_is_back_when_a_new_one_has_said_that_it_started(tmp_path):
    (tmp_path / "worker.log").write_text("INFO worker started: 3 duties\n")
    first = sleeper(tmp_path, "worker")

    def speak():
        time.sleep(0.2)
        with (tmp_path / "worker.log").open("a") as log:
            log.write("INFO worker started: 3 duties\n")

    wire = Wire("127.0.0.1", 9, Measures())
    killer = Killer(Site(tmp_path, "127.0.0.1", 9, tmp_path), wire, CHANGE, (Fault.KILL_WORKER,), 1, seed=1)
    kill = await kill_once(killer, *bring_back(tmp_path, "worker", first, speak))
    assert (kill.fault, kill.pid) == (Fault.KILL_WORKER, first.pid)
    assert 0.4 <= kill.recovered_seconds < 10


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
