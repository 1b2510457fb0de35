"""Where does a bench stand? In an installation of its own, which is gone afterwards; it touches no market."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from peakday.kernel.database.launcher import ensure_server, stop_server
from peakday.kernel.database.migrate import migrate
from peakday.kernel.settings import Settings, read_settings


class BenchHome(NamedTuple):
    """The settings of a migrated, empty installation, the address of its database, and a folder for files."""

    settings: Settings
    url: str
    folder: Path


@contextmanager
def bench_home() -> Iterator[BenchHome]:
    """An installation in a temporary folder, with a PostgreSQL of its own unless the environment names one."""
    with tempfile.TemporaryDirectory(prefix="peakday-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # PostgreSQL runs as another user where the bench runs as root
        settings = read_settings({**os.environ, "PEAKDAY_HOME": f"{folder}/home"})
        settings.home.mkdir(parents=True)
        url = ensure_server(settings)
        try:
            migrate(url)
            yield BenchHome(settings, url, folder)
        finally:
            if settings.database_url is None:
                stop_server(settings)
