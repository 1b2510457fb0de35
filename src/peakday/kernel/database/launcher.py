"""How does PostgreSQL come up on a bare machine, and stay up after a crash?

`ensure_server` is safe to call at any time: a server that runs is used, one that was killed is started again on the
same data, one that never was is created. The address and the generated password lie in a file of mode 0600 inside the
data folder, so that they move with it. The server listens on 127.0.0.1 only, on a free port that it keeps; it needs no
socket folder. Committed data survives kill -9: `fsync` and `synchronous_commit` are on. A half-made data folder is
never used: it is made under another name and renamed when complete.

How long a start after kill -9 takes is bounded: at most `LOG_REPLAYED` of the log or `CHECKPOINT_EVERY` is gone through
again, and what a dead server left running is ended first.
"""

import contextlib
import fcntl
import json
import os
import random
import secrets
import shutil
import signal
import socket
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from peakday.kernel.database.errors import ServerNotStarted, ServerUnreachable, WrongServerVersion
from peakday.kernel.database.programs import Installation, find_installation
from peakday.kernel.settings import Settings

DATABASE = "peakday"
ROLE = "peakday"
START_SECONDS_MAX = 240  # recovery after a crash in the middle of a large import takes a while
STOP_SECONDS_MAX = 60
ORPHAN_SECONDS_MAX = 15  # after kill -9 the old children need a moment to go
CONNECT_SECONDS_MAX = 5
LOG_BYTES_MAX = 20_000_000
LOG_REPLAYED = "1GB"  # gone through again in 3 s where 4 GB took 12
CHECKPOINT_EVERY = "1min"
# below the numbers that the system gives to outgoing lines: one of those must not sit on our port while we start again
PORTS = range(20_000, 32_000)
PORTS_TRIED_MAX = 200
PORT_SECONDS_MAX = 1
_TAIL_CHARACTERS = 1500
_ACCESS_FILE = "peakday.json"


@dataclass(frozen=True, slots=True)
class _Access:
    port: int
    password: str

    def url(self, database: str) -> str:
        return f"postgresql://{ROLE}:{self.password}@127.0.0.1:{self.port}/{database}"


def ensure_server(settings: Settings) -> str:
    """The address of the database, its server started and the database created where needed.

    Refuses with a `DatabaseUnavailable` that says what to do.
    """
    if settings.database_url:
        return _check_given(settings.database_url)
    settings.home.mkdir(parents=True, exist_ok=True)
    with _lock(settings.home / "postgres.lock"):
        installation = find_installation(settings)
        access = _read_access(installation.data_dir)
        if access is None or not _is_ours(access, installation.data_dir):
            access = _start(installation, access, settings.home / "postgres.log")
        _create_database(access.url("postgres"), DATABASE)
        return access.url(DATABASE)


def server_address(settings: Settings) -> str | None:
    """The address of the database if its server answers now; nothing is started."""
    if settings.database_url:
        return settings.database_url if _answers(settings.database_url) is None else None
    data_dir = find_installation(settings).data_dir
    access = _read_access(data_dir)
    return access.url(DATABASE) if access and _is_ours(access, data_dir) else None


def server_pid(data_dir: Path) -> int | None:
    """The process of the server that lives in this folder (`data_directory`), if it does; a look that costs nothing."""
    return _running_pid(data_dir)


def stop_server(settings: Settings) -> bool:
    """Stop our own server (fast: open transactions are rolled back); whether one was running."""
    if settings.database_url or not settings.home.exists():
        return False
    with _lock(settings.home / "postgres.lock"):
        installation = find_installation(settings)
        if _running_pid(installation.data_dir) is None:
            return False
        done = installation.run(
            "pg_ctl", "stop", "-D", str(installation.data_dir), "-m", "fast", "-w", "-t", str(STOP_SECONDS_MAX)
        )
        assert done.returncode == 0, done.stdout
        return True


def data_directory(settings: Settings) -> Path:
    """Where our own server's data lies; as root not always below home (see `programs`)."""
    return find_installation(settings).data_dir


def _start(installation: Installation, access: _Access | None, log: Path) -> _Access:
    if access is None:
        access = _create_cluster(installation)
    else:
        _check_version(installation)
    _end_orphans(installation.data_dir)
    if _running_pid(installation.data_dir) is None and not _comes_free(access.port):
        access = _Access(_free_port(), access.password)
    _write_settings(installation, access)
    deadline = time.monotonic() + ORPHAN_SECONDS_MAX
    while True:
        _remove_stale_pid_file(installation.data_dir)
        if _running_pid(installation.data_dir) is not None:
            if _comes_up(access, installation.data_dir):
                return access
        elif _try_start(installation, log) and _is_ours(access, installation.data_dir):
            return access
        if time.monotonic() > deadline:
            raise ServerNotStarted(log=log, tail=log.read_text(errors="replace")[-_TAIL_CHARACTERS:])
        time.sleep(0.3)


def _comes_up(access: _Access, data_dir: Path) -> bool:
    """Wait for a server that runs and does not answer: after a crash of one of its processes it recovers by itself."""
    deadline = time.monotonic() + START_SECONDS_MAX
    while _running_pid(data_dir) is not None and time.monotonic() < deadline:
        if _is_ours(access, data_dir):
            return True
        time.sleep(0.3)
    return False


def _try_start(installation: Installation, log: Path) -> bool:
    if log.exists() and log.stat().st_size > LOG_BYTES_MAX:
        log.replace(log.with_suffix(".log.1"))
    with log.open("ab") as output:
        done = installation.run(
            "pg_ctl",
            "start",
            "-D",
            str(installation.data_dir),
            "-w",
            "-t",
            str(START_SECONDS_MAX),
            output=output.fileno(),
        )
    return done.returncode == 0


def _create_cluster(installation: Installation) -> _Access:
    """`initdb` beside the final place, then one rename: a half-made folder is never taken for data."""
    data_dir = installation.data_dir
    making = data_dir.with_name("postgres.making")
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(parents=True, mode=0o700)
    installation.give(making)
    access = _Access(_free_port(), secrets.token_urlsafe(24))
    _write_private(installation, making / "password", access.password)
    locale = ["--locale=C.UTF-8"]
    if _major_version(installation) >= 17:
        locale = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    done = installation.run(
        "initdb", "-D", str(making / "data"), "-U", ROLE, "--encoding=UTF8", *locale,
        "--auth=scram-sha-256", f"--pwfile={making / 'password'}", "--data-checksums",
    )  # fmt: skip
    if done.returncode != 0:
        raise ServerNotStarted(log="initdb", tail=done.stdout[-_TAIL_CHARACTERS:])
    with (making / "data" / "postgresql.conf").open("a") as file:
        file.write("\ninclude 'peakday.conf'\n")
    _write_private(installation, making / "data" / _ACCESS_FILE, json.dumps(asdict(access)))
    if data_dir.exists():
        data_dir.rmdir()  # only an empty folder gives way; anything else is somebody's data
    (making / "data").rename(data_dir)
    shutil.rmtree(making)
    return access


def _write_settings(installation: Installation, access: _Access) -> None:
    """What differs from PostgreSQL's defaults; written at each start, so that it follows the machine."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    shared_mb = max(64, min(512, memory // 8 // 2**20))
    shared_memory = shutil.disk_usage("/dev/shm").total if Path("/dev/shm").is_dir() else 0  # noqa: S108 - only its size is read
    lines = {
        "listen_addresses": "'127.0.0.1'",
        "port": str(access.port),
        "unix_socket_directories": "''",
        "max_connections": "200",
        "shared_buffers": f"{shared_mb}MB",
        "effective_cache_size": f"{max(128, memory // 2 // 2**20)}MB",
        "work_mem": "32MB" if memory > 8 * 2**30 else "8MB",
        "maintenance_work_mem": f"{shared_mb}MB",
        # parallel plans need more of /dev/shm than a container may grant
        "dynamic_shared_memory_type": "posix" if shared_memory > 2**29 else "sysv",
        "synchronous_commit": "on",
        # after a crash everything is synced first: file by file that took 8 s of a recovery of 9 s under load
        "recovery_init_sync_method": "syncfs" if sys.platform == "linux" else "fsync",
        # pages of random ids hardly compress: it would save a quarter of the log and triple the time of an import
        "wal_compression": "off",
        "max_wal_size": LOG_REPLAYED,
        "checkpoint_timeout": CHECKPOINT_EVERY,
        "jit": "off",
        "timezone": "'UTC'",
        "log_timezone": "'UTC'",
        "log_line_prefix": "'%m [%p] '",
        "log_lock_waits": "on",
        "password_encryption": "'scram-sha-256'",
    }
    text = "".join(f"{name} = {value}\n" for name, value in lines.items())
    _write_private(installation, installation.data_dir / "peakday.conf", text)
    _write_private(installation, installation.data_dir / _ACCESS_FILE, json.dumps(asdict(access)))


def _write_private(installation: Installation, path: Path, text: str) -> None:
    making = path.with_name(path.name + ".making")
    making.unlink(missing_ok=True)
    with os.fdopen(os.open(making, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    installation.give(making)
    making.replace(path)


def _read_access(data_dir: Path) -> _Access | None:
    try:
        return _Access(**json.loads((data_dir / _ACCESS_FILE).read_text()))
    except FileNotFoundError:
        return None


def _check_version(installation: Installation) -> None:
    wrote = int((installation.data_dir / "PG_VERSION").read_text())
    found = _major_version(installation)
    if wrote != found:
        raise WrongServerVersion(data_dir=installation.data_dir, wrote=wrote, bin_dir=installation.bin_dir, found=found)


def _major_version(installation: Installation) -> int:
    words = installation.run("postgres", "--version").stdout.split()
    return int(words[2].split(".")[0])


def _running_pid(data_dir: Path) -> int | None:
    """The live server of this folder. A pid file alone proves nothing: after a restart its number may be anybody's."""
    try:
        pid = int((data_dir / "postmaster.pid").read_text().split("\n", 1)[0])
        os.kill(pid, 0)
    except (FileNotFoundError, ValueError, ProcessLookupError):
        return None
    except PermissionError:
        return None  # somebody else's process: not our server
    if not Path("/proc/self").exists():
        return pid  # then PostgreSQL itself must find out
    try:
        cwd = Path(f"/proc/{pid}/cwd").resolve(strict=True)
    except OSError:
        return None  # a corpse that nobody has buried yet
    return pid if cwd == data_dir.resolve() else None  # a server works inside its data folder


def _remove_stale_pid_file(data_dir: Path) -> None:
    if _running_pid(data_dir) is None:
        (data_dir / "postmaster.pid").unlink(missing_ok=True)


def _end_orphans(data_dir: Path) -> None:
    """Kill what a killed server left behind: while one of its processes works on, PostgreSQL does not start here."""
    if _running_pid(data_dir) is not None:
        return
    folder = str(data_dir.resolve())
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it has gone, or is not ours
            if str((process / "cwd").readlink()) == folder and (process / "cmdline").read_bytes()[:9] == b"postgres:":
                os.kill(int(process.name), signal.SIGKILL)


def _is_ours(access: _Access, data_dir: Path) -> bool:
    """Whether the server of this very folder answers at the address (another may have taken the port)."""
    try:
        with psycopg.connect(access.url("postgres"), connect_timeout=CONNECT_SECONDS_MAX) as connection:
            row = connection.execute("show data_directory").fetchone()
    except psycopg.OperationalError:
        return False
    return row is not None and Path(row[0]).resolve() == data_dir.resolve()


def _check_given(url: str) -> str:
    """A server that somebody else runs: it must answer; its database is created if the role may."""
    failure = _answers(url)
    if failure is None:
        return url
    parts = conninfo_to_dict(url)
    try:
        _create_database(make_conninfo(url, dbname="postgres"), str(parts.get("dbname") or DATABASE))
    except psycopg.Error:
        raise ServerUnreachable(reason=str(failure).strip()) from failure
    failure = _answers(url)
    if failure is not None:
        raise ServerUnreachable(reason=str(failure).strip()) from failure
    return url


def _answers(url: str) -> psycopg.Error | None:
    try:
        psycopg.connect(url, connect_timeout=CONNECT_SECONDS_MAX).close()
    except psycopg.Error as error:
        return error
    return None


def _create_database(maintenance_url: str, name: str) -> None:
    with psycopg.connect(maintenance_url, autocommit=True, connect_timeout=CONNECT_SECONDS_MAX) as connection:
        if connection.execute("select 1 from pg_database where datname = %s", [name]).fetchone() is None:
            with contextlib.suppress(psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
                connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _comes_free(port: int) -> bool:
    """Whether the port is free, now or in a moment: web and worker know the server by it."""
    deadline = time.monotonic() + PORT_SECONDS_MAX
    while not _is_free(port):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def _free_port() -> int:
    for port in random.sample(PORTS, PORTS_TRIED_MAX):
        if _is_free(port):
            return port
    with socket.socket() as probe:  # a crowded machine: any port will do
        probe.bind(("127.0.0.1", 0))
        found: int = probe.getsockname()[1]
        return found


@contextlib.contextmanager
def _lock(path: Path) -> Iterator[None]:
    """One launcher at a time; the lock goes with its process, however that ends."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
