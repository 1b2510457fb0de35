"""How does a process of the market come back in a blink? It is forked from one that has loaded everything.

`peakday nursery` loads every room and waits. Told on its standard input what to be, it forks a child that becomes that
and answers with the child's number; so a process that died is replaced in the time that its doors need to open, not in
the seconds that Python needs to load every room. It holds no connection, thread or file that a child could spoil. It
ends when the keeper, who started it, goes.
"""

import gc
import json
import os
import select
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING

from peakday.apps.cli.children import log_of, roomy_log
from peakday.apps.cli.processes import answer
from peakday.kernel.settings import Settings, read_settings

if TYPE_CHECKING:
    from fastapi import FastAPI

READY = "ready"
WARM_AFTER_SECONDS = 30.0  # figures are reckoned when the shop has caught up: that takes both processors for seconds


@dataclass
class Nursery:
    """The keeper's end of the line to the loaded process."""

    process: "subprocess.Popen[str]"
    _has_loaded: bool = False

    @classmethod
    def open(cls, settings: Settings) -> "Nursery":
        """Start one; it is of use when it `is_ready`."""
        with roomy_log(settings, "nursery").open("ab") as output:
            return cls(
                subprocess.Popen(
                    [sys.executable, "-m", "peakday.apps.cli", "nursery"],
                    env={**os.environ, "PEAKDAY_HOME": str(settings.home), "PYTHONUNBUFFERED": "1"},
                    stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=output, start_new_session=True, text=True,
                )
            )  # fmt: skip

    def is_alive(self) -> bool:
        """Whether its process lives."""
        return self.process.poll() is None

    def is_ready(self) -> bool:
        """Whether it has loaded everything; asked once until it has."""
        if not self._has_loaded:
            self._has_loaded = (
                bool(select.select([self._said], [], [], 0)[0]) and self._said.readline().strip() == READY
            )
        return self._has_loaded

    def fork(self, settings: Settings, name: str, port: int) -> int:
        """The number of a new process that becomes `name` on the port. Raises OSError or ValueError when it cannot."""
        assert self.process.stdin is not None
        self.process.stdin.write(
            json.dumps({"name": name, "port": port or settings.port, "log": str(log_of(settings, name))}) + "\n"
        )
        self.process.stdin.flush()
        return int(self._said.readline())

    def close(self) -> None:
        """Let it go; its children stay."""
        with suppress(OSError):
            assert self.process.stdin is not None
            self.process.stdin.close()

    @property
    def _said(self) -> IO[str]:
        assert self.process.stdout is not None
        return self.process.stdout


def nursery() -> None:
    """Load everything, then fork what the keeper asks for on the standard input; end when it asks no more."""
    from peakday.apps.http.app import create_app, open_own_house  # noqa: PLC0415 - other commands need not load every room
    from peakday.apps.worker.main import run_worker  # noqa: PLC0415,F401 - as above; loaded for the children

    app = create_app(partial(open_own_house, WARM_AFTER_SECONDS))
    gc.collect()
    gc.freeze()  # what is shared with the children stays shared
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody asks how a child ended
    sys.stdout.write(f"{READY}\n")
    sys.stdout.flush()
    while told := sys.stdin.readline():
        pid = os.fork()
        if pid == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.setsid()
            _become(json.loads(told), app)
            os._exit(0)
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()


def _become(order: dict[str, str | int], app: "FastAPI") -> None:
    from peakday.apps.worker.main import run_worker  # noqa: PLC0415 - see above

    with Path(str(order["log"])).open("ab") as output, Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), 0)
        for stream in (1, 2):
            os.dup2(output.fileno(), stream)
    os.environ["PEAKDAY_PORT"] = str(order["port"])
    settings = read_settings()
    if order["name"] == "worker":
        run_worker(settings)
    else:
        answer(settings.host, settings.port, app)
