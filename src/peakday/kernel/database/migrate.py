"""How does the database get its tables?

`migrations/NNNN_room.sql`, applied in order by yoyo. Each file and its mark are one transaction: a crash leaves a
migration wholly done or not at all. One migrator works at a time (an advisory lock that dies with its connection); a
statement that waits too long for a table gives up instead of stopping the shop behind it.
"""

from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import yoyo

import peakday

MIGRATIONS = Path(peakday.__file__).parent / "migrations"
LOCK_SECONDS_MAX = 10
_TABLE = "_peakday_migration"
_ADVISORY_KEY = 0x7065616B  # "peak": the one number that all migrators agree on


def migrate(url: str, migrations: Path = MIGRATIONS) -> list[str]:
    """Apply what is missing; the names of the migrations applied now. Safe to repeat and to run twice at once."""
    with psycopg.connect(url, autocommit=True) as guard:
        guard.execute("select pg_advisory_lock(%s)", [_ADVISORY_KEY])
        return _apply(url, migrations)


def _apply(url: str, migrations: Path) -> list[str]:
    backend = yoyo.get_backend(_yoyo_url(url), _TABLE)
    with backend:
        backend.break_lock()  # ours is the advisory lock; a row that a killed migrator left must not stop us
        backend.execute(f"set lock_timeout = '{LOCK_SECONDS_MAX}s'")
        missing = backend.to_apply(yoyo.read_migrations(str(migrations)))
        for migration in missing:
            # yoyo's own apply marks on another connection afterwards: a crash between would lose the mark
            with backend.transaction():
                migration.process_steps(backend, "apply")
                backend.mark_one(migration, log=False)
        return [str(migration.id) for migration in missing]


def _yoyo_url(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(scheme="postgresql+psycopg"))
