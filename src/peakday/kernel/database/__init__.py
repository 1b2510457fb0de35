"""How do rooms reach PostgreSQL? `launcher` starts a server, `migrate` shapes it, `pool` hands out transactions."""

from peakday.kernel.database.pool import Database, Tx, connect

__all__ = ["Database", "Tx", "connect"]
