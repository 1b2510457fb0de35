"""Where does this installation live, and which doors does it open?

Everything comes from the environment with a default that works on a bare machine; nothing else is read.
"""

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Settings:
    """One installation: its folder, database, event log and address."""

    home: Path  # everything that Peakday keeps on disk
    database_url: str | None  # PEAKDAY_DATABASE_URL: use this server instead of our own
    pg_bin: Path | None  # PEAKDAY_PG_BIN: use these server binaries
    event_log: str  # PEAKDAY_EVENTLOG: "files" or nats://host:port[,host:port…]
    host: str
    port: int
    secret: str | None = None  # PEAKDAY_SECRET: signs tokens; else a key file in `home`
    smtp_url: str | None = None  # PEAKDAY_SMTP_URL: smtp(s)://user:password@host:port; else mail becomes files
    webhook_networks: tuple[str, ...] = ()  # PEAKDAY_WEBHOOK_NETWORKS: inner networks that a webhook may reach
    public_url: str | None = None  # PEAKDAY_PUBLIC_URL: where people open the console; else host and port

    @property
    def events_dir(self) -> Path:
        """The event log's segments and day partitions."""
        return self.home / "events"

    @property
    def facts_dir(self) -> Path:
        """Columnar extracts of the records, for analytics."""
        return self.home / "facts"

    @property
    def uploads_dir(self) -> Path:
        """Files that people sent, and the error files written for them."""
        return self.home / "uploads"

    @property
    def mail_dir(self) -> Path:
        """Mail as files, while no mail server is known."""
        return self.home / "mail"


def read_settings(environ: dict[str, str] | None = None) -> Settings:
    """The settings of this process."""
    env = dict(os.environ) if environ is None else environ
    pg_bin = env.get("PEAKDAY_PG_BIN")
    return Settings(
        home=Path(env.get("PEAKDAY_HOME") or Path.cwd() / "var").resolve(),
        database_url=env.get("PEAKDAY_DATABASE_URL") or None,
        pg_bin=Path(pg_bin) if pg_bin else None,
        event_log=env.get("PEAKDAY_EVENTLOG") or "files",
        host=env.get("PEAKDAY_HOST") or "127.0.0.1",
        port=int(env.get("PEAKDAY_PORT") or "8022"),
        secret=env.get("PEAKDAY_SECRET") or None,
        smtp_url=env.get("PEAKDAY_SMTP_URL") or None,
        webhook_networks=tuple((env.get("PEAKDAY_WEBHOOK_NETWORKS") or "").replace(",", " ").split()),
        public_url=env.get("PEAKDAY_PUBLIC_URL") or None,
    )
