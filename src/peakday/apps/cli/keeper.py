"""Who brings a process of the market back when it dies? `peakday keep`, which `peakday up` starts beside the others.

It looks twenty times a second whether PostgreSQL, web and worker live, and starts again what is gone; what dies again
as soon as it lives gets a pause that grows to `PAUSE_SECONDS_MAX`. Web and worker come from the nursery, a process that
has loaded everything; until that is ready they are started as `peakday up` starts them. When the keeper itself dies the
market goes on without it until the next `peakday up`. Stopping the keeper stops nothing else.
"""

import logging
import os
import signal
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from peakday.apps.cli.children import find_child, last_port, note_child, start_child
from peakday.apps.cli.nursery import Nursery
from peakday.kernel.database.launcher import data_directory, ensure_server, server_pid
from peakday.kernel.refusal import Refusal
from peakday.kernel.settings import Settings, read_settings

KEPT = ("web", "worker")
LOOK_SECONDS = 0.05
QUICK_DEATH_SECONDS = 3.0
PAUSE_SECONDS_FIRST = 0.25
PAUSE_SECONDS_MAX = 2.0

_log = logging.getLogger(__name__)


@dataclass
class Pauses:
    """How long to wait before something is started again."""

    _started_at: dict[str, float] = field(default_factory=dict)
    _pause: dict[str, float] = field(default_factory=dict)

    def may_start(self, name: str, now: float) -> bool:
        """Whether its pause is over."""
        return now >= self._started_at.get(name, float("-inf")) + self._pause.get(name, 0.0)

    def note_start(self, name: str, now: float) -> None:
        """It is started now; when it was started a moment ago too, its next pause is longer."""
        is_quick = now - self._started_at.get(name, float("-inf")) < QUICK_DEATH_SECONDS
        longer = min(max(PAUSE_SECONDS_FIRST, 2 * self._pause.get(name, 0.0)), PAUSE_SECONDS_MAX)
        self._pause[name] = longer if is_quick else 0.0
        self._started_at[name] = now


def keep() -> None:
    """Bring back PostgreSQL, web and worker when they die, until stopped."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    settings = read_settings()
    is_told_to_stop = False

    def stop(_number: int, _frame: FrameType | None) -> None:
        nonlocal is_told_to_stop
        is_told_to_stop = True

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    keeper = Keeper(settings, None if settings.database_url else data_directory(settings))
    while not is_told_to_stop:
        try:
            keeper.look()
        except Exception:  # noqa: BLE001 - must outlive any fault of what it keeps: it looks again in a moment
            _log.exception("not mended")
            time.sleep(PAUSE_SECONDS_FIRST)
        time.sleep(LOOK_SECONDS)
    keeper.stop()


@dataclass
class Keeper:
    """The look-out over one market. `data_dir` is our own server's, None where it is not ours."""

    settings: Settings
    data_dir: Path | None
    pauses: Pauses = field(default_factory=Pauses)
    nursery: Nursery | None = None

    def look(self) -> None:
        """One look: bury the dead, start what is missing."""
        _bury()
        now = time.monotonic()
        if self.data_dir is not None and server_pid(self.data_dir) is None and self.pauses.may_start("postgres", now):
            _log.warning("PostgreSQL is gone: started again")
            self.pauses.note_start("postgres", now)
            try:
                ensure_server(self.settings)
            except Refusal as refusal:
                _log.error("%s", refusal)
        for name in KEPT:
            if find_child(self.settings, name) is None and self.pauses.may_start(name, now):
                _log.warning("%s is gone: started again", name)
                self.pauses.note_start(name, now)
                self._replace(name)
        if self.nursery is None or not self.nursery.is_alive():
            self.nursery = Nursery.open(self.settings)

    def stop(self) -> None:
        """Let the nursery go."""
        if self.nursery is not None:
            self.nursery.close()

    def _replace(self, name: str) -> None:
        port = last_port(self.settings, name)
        if self.nursery is not None and self.nursery.is_alive() and self.nursery.is_ready():
            with suppress(OSError, ValueError):  # it has died just now
                note_child(self.settings, name, self.nursery.fork(self.settings, name, port), port)
                return
        start_child(self.settings, name, port)


def _bury() -> None:
    """Our own children that have ended stay in the table of processes until somebody asks how."""
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
