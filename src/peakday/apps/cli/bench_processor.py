"""How much processor time does each process of a measurement use?

Other programs may share the machine: the time on the wall then says little, the processor time of an order still much.
Read from /proc (Linux); elsewhere everything is 0. A process counts with the children that it has waited for, and a
server with those that still run.
"""

import os
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_PARENT, _USED = 1, slice(11, 15)  # fields of /proc/PID/stat behind the name: parent; user, system, and of its children


def used_seconds(pid: int) -> float:
    """What a process and its ended children have used."""
    fields = _stat(pid)
    return sum(map(int, fields[_USED])) / _TICKS if fields else 0.0


def used_seconds_with_children(pid: int) -> float:
    """The same with the children that run: PostgreSQL is one process with many."""
    running = (int(path.name) for path in Path("/proc").glob("[0-9]*") if path.name.isdigit())
    children = [child for child in running if (fields := _stat(child)) and int(fields[_PARENT]) == pid]
    return used_seconds(pid) + sum(used_seconds(child) for child in children)


def parent_of(pid: int) -> int:
    """The process that started this one; 0 when it is not on this machine."""
    fields = _stat(pid)
    return int(fields[_PARENT]) if fields else 0


def _stat(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except (OSError, ProcessLookupError):
        return []  # it has ended meanwhile, or this is another system
