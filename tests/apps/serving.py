"""How does a test reach a real web process? A uvicorn child on a free port, over a database that the test prepared."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

READY_SECONDS_MAX = 90  # on a machine that does eight other things


@contextmanager
def serving(home: Path, database_url: str) -> Iterator[str]:
    """Run `peakday web` for the time of the block; gives its address."""
    home.mkdir(parents=True, exist_ok=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "PEAKDAY_HOME": str(home), "PEAKDAY_DATABASE_URL": database_url}
    log = (home / "web.log").open("w")
    command = [sys.executable, "-m", "peakday.apps.cli", "web", "--port", str(port)]
    child = subprocess.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_until_ready(child, address, home / "web.log")
        yield address
    finally:
        child.terminate()
        child.wait(timeout=20)
        log.close()


def _wait_until_ready(child: subprocess.Popen[bytes], address: str, log: Path) -> None:
    deadline = time.monotonic() + READY_SECONDS_MAX
    while time.monotonic() < deadline:
        assert child.poll() is None, log.read_text()
        try:
            if httpx.get(f"{address}/health").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise AssertionError(log.read_text())
