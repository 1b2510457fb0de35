"""Is a process found again only while it is truly the one that was started?"""

import json
import os
import subprocess
import sys

import pytest

from peakday.apps.cli import children
from peakday.apps.cli.children import find_child, log_tail, start_child, stop_child


@pytest.fixture
def home(settings):
    settings.home.mkdir()
    return settings


@pytest.fixture
def script(tmp_path, monkeypatch):
    """Runs this in place of `peakday <name>`: the child is a real process, only not the market's."""

    def run(source):
        program = tmp_path / "program"
        program.write_text(f"#!{sys.executable}\n{source}\n")
        program.chmod(0o755)
        monkeypatch.setattr(children.sys, "executable", str(program))

    return run


WAIT = "import os, time\nprint('port', os.environ.get('PEAKDAY_PORT'), os.environ['PEAKDAY_HOME'])\ntime.sleep(60)"


def reap(child):
    """In production the system buries an orphan; here we are its parent."""
    os.waitpid(child.pid, 0)


def test_a_started_child_is_found_until_it_is_stopped(home, script):
    script(WAIT)
    child = start_child(home, "web", 8022)
    assert find_child(home, "web") == child
    assert find_child(home, "worker") is None
    assert stop_child(home, "web") is True
    assert find_child(home, "web") is None
    assert stop_child(home, "web") is False
    reap(child)


def test_a_child_knows_its_home_and_port_and_its_words_are_kept(home, script):
    script(WAIT.replace("60", "0"))
    child = start_child(home, "web", 8022)
    reap(child)
    assert log_tail(home, "web") == f"port 8022 {home.home}\n"
    assert find_child(home, "web") is None


def test_a_child_that_does_not_listen_is_made_to_stop(home, script, monkeypatch):
    monkeypatch.setattr(children, "STOP_SECONDS_MAX", 0.3)
    script("import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nprint('deaf')\ntime.sleep(60)")
    child = start_child(home, "web")
    while log_tail(home, "web") != "deaf\n":
        pass
    assert stop_child(home, "web") is True
    reap(child)


def test_a_stranger_with_the_number_of_a_dead_child_is_left_alone(home):
    with subprocess.Popen(["sleep", "60"]) as stranger:
        note = {"pid": stranger.pid, "began": "long ago", "port": 8022}
        (home.home / "web.json").write_text(json.dumps(note))
        assert find_child(home, "web") is None
        assert stop_child(home, "web") is False
        assert stranger.poll() is None
        stranger.kill()


@pytest.mark.parametrize("note", ["", "{}", "[]", '{"pid": 1}', '{"pid": 99999999, "began": "1", "port": 0}'])
def test_a_broken_note_is_no_child(home, note):
    (home.home / "web.json").write_text(note)
    assert find_child(home, "web") is None
