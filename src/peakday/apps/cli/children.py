"""How is a process of the market started, found again and stopped?

A child runs detached from the terminal; `<home>/<name>.json` says which process it is. A process number alone proves
nothing, since the machine gives numbers out again: the note also holds when the process began. What it prints goes to
`<home>/<name>.log`.
"""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from peakday.kernel.settings import Settings

STOP_SECONDS_MAX = 15
LOG_BYTES_MAX = 20_000_000
_POLL_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Child:
    """A running process of the market, and the port of its doors (0: it knows none)."""

    pid: int
    began: str
    port: int


def find_child(settings: Settings, name: str) -> Child | None:
    """The child of that name if it is alive."""
    child = _read_note(settings, name)
    return child if child is not None and _began(child.pid) == child.began else None


def last_port(settings: Settings, name: str) -> int:
    """The port of the last child of that name, alive or dead; 0 where it had none."""
    child = _read_note(settings, name)
    return child.port if child is not None else 0


def start_child(settings: Settings, name: str, port: int = 0) -> Child:
    """Start `peakday <name>` detached, on this home and port."""
    environment = {**os.environ, "PEAKDAY_HOME": str(settings.home), "PYTHONUNBUFFERED": "1"}
    if port:
        environment["PEAKDAY_PORT"] = str(port)
    with roomy_log(settings, name).open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "peakday.apps.cli", name],
            env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True,
        )  # fmt: skip
    process.returncode = 0  # it outlives us: nobody here waits for it
    return note_child(settings, name, process.pid, port)


def note_child(settings: Settings, name: str, pid: int, port: int) -> Child:
    """Write down that this process is the child of that name."""
    child = Child(pid, _began(pid) or "", port)
    note = _note(settings, name)
    making = note.with_suffix(".making")
    making.write_text(json.dumps(asdict(child)))
    making.replace(note)
    return child


def roomy_log(settings: Settings, name: str) -> Path:
    """Where a child's words are to go; an old log that has grown large is laid aside."""
    log = log_of(settings, name)
    if log.exists() and log.stat().st_size > LOG_BYTES_MAX:
        log.replace(log.with_suffix(".log.1"))
    return log


def stop_child(settings: Settings, name: str) -> bool:
    """Ask it to stop, and after `STOP_SECONDS_MAX` make it; whether one was running."""
    child = find_child(settings, name)
    if child is not None:
        os.kill(child.pid, signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS_MAX
        while _began(child.pid) == child.began:
            if time.monotonic() > deadline:
                os.kill(child.pid, signal.SIGKILL)
                deadline += STOP_SECONDS_MAX
            time.sleep(_POLL_SECONDS)
    _note(settings, name).unlink(missing_ok=True)
    return child is not None


def log_of(settings: Settings, name: str) -> Path:
    """Where the child's words go."""
    return settings.home / f"{name}.log"


def log_tail(settings: Settings, name: str, characters: int = 1500) -> str:
    """The end of what it said."""
    log = log_of(settings, name)
    return log.read_text(errors="replace")[-characters:] if log.exists() else ""


def _read_note(settings: Settings, name: str) -> Child | None:
    try:
        return Child(**json.loads(_note(settings, name).read_text()))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def _note(settings: Settings, name: str) -> Path:
    return settings.home / f"{name}.json"


def _began(pid: int) -> str | None:
    """When the living process of that number began, in the system's own words; none for the dead and unburied."""
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, PermissionError):
        return None
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:  # no /proc: ask the system's own tool
        asked = subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
        return asked.stdout.strip() or None
    state, began = fields[0], fields[19]
    return None if state == "Z" else began
