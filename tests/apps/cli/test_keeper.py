"""How long does what keeps dying wait before it is started again, and does the keeper itself live on?"""

import os
import signal
import time
from threading import Timer

from peakday.apps.cli import keeper as keeper_file
from peakday.apps.cli.keeper import PAUSE_SECONDS_MAX, Keeper, Pauses, keep
from peakday.kernel.settings import read_settings


def test_the_first_death_is_answered_at_once():
    pauses = Pauses()
    assert pauses.may_start("web", 100.0)
    pauses.note_start("web", 100.0)
    assert pauses.may_start("web", 100.1)


def test_what_dies_as_soon_as_it_lives_waits_longer_each_time_up_to_a_limit():
    pauses, now, waits = Pauses(), 100.0, []
    for _ in range(7):
        pauses.note_start("web", now)
        begun = now
        while not pauses.may_start("web", now):
            now += 0.05
        waits.append(round(now - begun, 1))
    assert waits[0] == 0.0
    assert waits[1:4] == [0.2, 0.5, 1.0] or waits[1:4] == [0.3, 0.5, 1.0]
    assert max(waits) == PAUSE_SECONDS_MAX


def test_a_death_after_a_while_of_life_is_answered_at_once_again():
    pauses = Pauses()
    for now in (100.0, 100.1, 100.4, 110.0):
        pauses.note_start("web", now)
    assert pauses.may_start("web", 110.0)
    assert pauses.may_start("worker", 110.0)


class _NeverReady:
    """No nursery is started for these tests."""

    def is_alive(self):
        return True


def test_a_server_that_cannot_be_started_is_tried_again_and_harms_nobody(tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(keeper_file, "KEPT", ())
    settings = read_settings({"PEAKDAY_HOME": str(tmp_path), "PEAKDAY_DATABASE_URL": "postgresql://127.0.0.1:1/none"})
    keeper = Keeper(settings, tmp_path / "postgres", nursery=_NeverReady())
    for _ in range(2):
        keeper.look()
        keeper.pauses = Pauses()
    assert [record.levelname for record in caplog.records] == ["WARNING", "ERROR"] * 2


def test_the_keeper_outlives_any_fault_of_what_it_keeps(tmp_path, monkeypatch, caplog):
    home = tmp_path / "home"
    home.write_text("not a folder: every look at it fails")
    monkeypatch.setenv("PEAKDAY_HOME", str(home))
    monkeypatch.setenv("PEAKDAY_DATABASE_URL", "postgresql://127.0.0.1:1/none")
    monkeypatch.setattr(keeper_file, "PAUSE_SECONDS_FIRST", 0.01)
    usual = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    Timer(0.5, os.kill, (os.getpid(), signal.SIGTERM)).start()
    begun = time.monotonic()
    try:
        keep()
    finally:
        for number, handler in usual.items():
            signal.signal(number, handler)
    assert time.monotonic() - begun >= 0.4
    assert [record.message for record in caplog.records].count("not mended") >= 2
