"""Does a process clear up after the killed, and leave the living alone?"""

import signal
import subprocess
import sys

from peakday.insight.metrics.facts.scratch import Scratch

_HOLDER = """
import sys, time
from pathlib import Path
from peakday.insight.metrics.facts.scratch import Scratch
scratch = Scratch(Path(sys.argv[1]))
(scratch.path / "arrived.ndjson").write_text("{}")
print(scratch.path.name, flush=True)
time.sleep(60)
"""


def test_what_a_killed_process_left_goes_at_the_next_start_and_no_sooner(tmp_path):
    holder = subprocess.Popen([sys.executable, "-c", _HOLDER, tmp_path], stdout=subprocess.PIPE, text=True)
    with holder:
        name = holder.stdout.readline().strip()
        first = Scratch(tmp_path)
        assert {path.name for path in tmp_path.iterdir()} == {name, first.path.name}
        holder.send_signal(signal.SIGKILL)
    second = Scratch(tmp_path)
    assert set(tmp_path.iterdir()) == {first.path, second.path}
    first.close()
    second.close()
    assert list(tmp_path.iterdir()) == []
