"""How does a market open and close? `peakday up`, `down`, `status`.

`up` is safe to repeat: what runs is left alone, what has died is started again, what is missing is made. It ends when
the market answers, with its address and its logins.
"""

import asyncio
import contextlib
import fcntl
import json
import os
import socket
import time
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPException
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import typer
from rich.console import Console
from rich.table import Table

from peakday.apps.cli.children import find_child, log_of, log_tail, start_child, stop_child
from peakday.kernel.database.launcher import data_directory, ensure_server, server_address, stop_server
from peakday.kernel.database.migrate import migrate
from peakday.kernel.refusal import Refusal
from peakday.kernel.settings import Settings, read_settings
from peakday.kernel.text import Text

if TYPE_CHECKING:
    from peakday.apps.importers.demo_accounts import DemoLogin

ANSWER_SECONDS_MAX = 60
PORTS_TRIED_MAX = 50


class PortTaken(Refusal):
    """Another program answers on the wanted port."""

    code = "port_taken"
    message = Text(
        "端口 {port} 已被其他程序占用。请用 --port 另选一个",
        "Another program uses port {port}. Choose another one with --port",
    )


class ProcessFailed(Refusal):
    """A process of the market ended or does not answer."""

    code = "process_failed"
    message = Text(
        "进程 {name} 没有运行起来。日志 {log} 的结尾:\n{tail}",
        "The process {name} does not run. The end of its log, {log}:\n{tail}",
    )


def up(
    sample: bool = typer.Option(True, help="fill an empty market with the sample, if its package is installed"),
    port: int = typer.Option(0, help="default: PEAKDAY_PORT, else 8022 or the next free one"),
    detach: bool = typer.Option(True, help="return when the market answers; else stay and close it on Ctrl-C"),
) -> None:
    """Open the market: database, tables, sample, web and worker. Safe to repeat."""
    settings = read_settings()
    console = Console()
    settings.home.mkdir(parents=True, exist_ok=True)
    with _one_at_a_time(settings):
        if not _is_whole(settings, port):
            stop_child(settings, "keep")  # or it would bring back what is stopped here on purpose
        with console.status("PostgreSQL"):
            url = ensure_server(settings)
            applied = migrate(url)
        console.print(f"[green]✓[/] PostgreSQL{f', {len(applied)} migrations applied' if applied else ''}")
        if not settings.database_url and not (data := data_directory(settings)).is_relative_to(settings.home):
            console.print(f"  its data lies in {data}: {settings.home} is closed to the user that runs PostgreSQL")
        logins = _fill(settings, console, with_sample=sample)
        address = _open_doors(settings, port, console)
        _tell_address(settings, logins, address)
        if find_child(settings, "keep") is None:
            start_child(settings, "keep")
    _show_logins(logins, address, console)
    if not detach:
        _stay(settings, console)


def down() -> None:
    """Close the market: its keeper, web, worker, then the database."""
    settings = read_settings()
    if not settings.home.exists():
        typer.echo(f"no market in {settings.home}")
        return
    with _one_at_a_time(settings):
        stop_child(settings, "keep")
        for name in ("web", "worker"):
            typer.echo(f"{name}: {'stopped' if stop_child(settings, name) else 'was not running'}")
        typer.echo(f"PostgreSQL: {'stopped' if stop_server(settings) else 'was not running'}")


def status() -> None:
    """Say what runs; exit 1 unless all of it does."""
    settings = read_settings()
    console = Console()
    table = Table("", "", box=None, show_header=False)
    url = server_address(settings) if settings.home.exists() or settings.database_url else None
    table.add_row("PostgreSQL", f"{urlsplit(url).hostname}:{urlsplit(url).port}" if url else "[red]not running")
    web, worker = find_child(settings, "web"), find_child(settings, "worker")
    answers = web is not None and _answers(_address(settings, web.port))
    table.add_row("web", f"{_address(settings, web.port)} (process {web.pid})" if web else "[red]not running")
    if web and not answers:
        table.add_row("", f"[red]does not answer; see {log_of(settings, 'web')}")
    table.add_row("worker", f"process {worker.pid}" if worker else "[red]not running")
    keeper = find_child(settings, "keep")
    table.add_row("keeper", f"process {keeper.pid}" if keeper else "[red]not running: what dies stays dead")
    table.add_row("home", str(settings.home))
    console.print(table)
    raise typer.Exit(0 if url and answers and worker else 1)


def _is_whole(settings: Settings, wanted: int) -> bool:
    """Whether all runs and answers where it should, so that the keeper can be left to its work."""
    web = find_child(settings, "web")
    return (
        web is not None
        and wanted in {0, web.port}
        and find_child(settings, "worker") is not None
        and _answers(_address(settings, web.port))
    )


def _open_doors(settings: Settings, wanted: int, console: Console) -> str:
    """Start what does not run; the address once it answers."""
    web = find_child(settings, "web")
    if web and ((wanted and web.port != wanted) or not _answers(_address(settings, web.port))):
        stop_child(settings, "web")
        web = None
    if web is None:
        web = start_child(settings, "web", _choose_port(settings, wanted))
    worker = find_child(settings, "worker")
    if worker and worker.port != web.port:
        stop_child(settings, "worker")
        worker = None
    if worker is None:
        start_child(settings, "worker", web.port)  # it must know where the doors are: the sandbox's bank writes to them
    address = _address(settings, web.port)
    with console.status("web and worker"):
        _wait_until_open(settings, address)
    console.print("[green]✓[/] web and worker")
    return address


def _wait_until_open(settings: Settings, address: str) -> None:
    deadline = time.monotonic() + ANSWER_SECONDS_MAX
    while not _answers(address):
        if find_child(settings, "web") is None or time.monotonic() > deadline:
            stop_child(settings, "web")
            raise ProcessFailed(name="web", log=log_of(settings, "web"), tail=log_tail(settings, "web"))
        time.sleep(0.1)
    if find_child(settings, "worker") is None:
        raise ProcessFailed(name="worker", log=log_of(settings, "worker"), tail=log_tail(settings, "worker"))


def _choose_port(settings: Settings, wanted: int) -> int:
    """The port asked for, or refuse; where none was asked for, the first free one from the usual one on."""
    if wanted or "PEAKDAY_PORT" in os.environ:
        port = wanted or settings.port
        if not _is_free(settings.host, port):
            raise PortTaken(port=port)
        return port
    ports = range(settings.port, settings.port + PORTS_TRIED_MAX)
    free = next((port for port in ports if _is_free(settings.host, port)), None)
    if free is None:
        raise PortTaken(port=f"{ports[0]}–{ports[-1]}")
    return free


def _is_free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def _address(settings: Settings, port: int) -> str:
    host = "127.0.0.1" if settings.host in {"0.0.0.0", "::"} else settings.host  # noqa: S104 - compared, not bound
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def _answers(address: str) -> bool:
    """Whether the market itself answers there, not only some program."""
    parts = urlsplit(address)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=2)
    try:
        connection.request("GET", "/health")
        return bool(json.load(connection.getresponse())["status"] == "ok")
    except (OSError, HTTPException, ValueError, KeyError, TypeError):
        return False
    finally:
        connection.close()


def _fill(settings: Settings, console: Console, *, with_sample: bool) -> "list[DemoLogin]":
    from peakday.apps.cli.first_data import fill_market  # noqa: PLC0415 - `down` and `status` need not load every room

    return asyncio.run(fill_market(settings, console, with_sample=with_sample))


def _tell_address(settings: Settings, logins: "list[DemoLogin]", address: str) -> None:
    from peakday.apps.importers.demo_accounts import tell_address  # noqa: PLC0415 - `status` starts without importers

    tell_address(settings.home, logins, address)


def _show_logins(logins: "list[DemoLogin]", address: str, console: Console) -> None:
    console.print(f"\n[bold]{address}[/]    [bold]{address}/mall[/]")
    table = Table("", "login", "password", "shop", box=None, header_style="dim")
    for login in logins:
        table.add_row(login.name, login.login, login.password, login.shop)
    console.print(table)


def _stay(settings: Settings, console: Console) -> None:
    """Stay until Ctrl-C or until the keeper has gone, then close the market."""
    console.print("\nCtrl-C closes the market.")
    with contextlib.suppress(KeyboardInterrupt):
        while find_child(settings, "keep"):
            time.sleep(1)
    down()


@contextlib.contextmanager
def _one_at_a_time(settings: Settings) -> Iterator[None]:
    """Two people who open the market at once open one; the lock goes with its process."""
    with (settings.home / "up.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
