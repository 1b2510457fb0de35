"""What runs in the two processes of a market? `peakday web` answers, `peakday worker` works; both in the foreground."""

import gc
from typing import TYPE_CHECKING

import typer

from peakday.kernel.settings import read_settings

if TYPE_CHECKING:
    from fastapi import FastAPI

GRACE_SECONDS = 10
GARBAGE = (50_000, 20, 100)  # a busy process holds thousands of requests at once: they are no garbage to look through
APP = "peakday.apps.http.app:create_app"
HTTP = "peakday.apps.http.hot_protocol:HotProtocol"  # uvicorn over httptools, with a short way to the hot door


def web(
    host: str = typer.Option("", help="default: PEAKDAY_HOST or 127.0.0.1"),
    port: int = typer.Option(0, help="default: PEAKDAY_PORT or 8022"),
) -> None:
    """Answer HTTP until stopped."""
    settings = read_settings()
    answer(host or settings.host, port or settings.port)


def worker() -> None:
    """Deliver news, run jobs and do periodic duties until stopped."""
    from peakday.apps.worker.main import run_worker  # noqa: PLC0415 - other commands need not load every room

    run_worker(read_settings())


def answer(host: str, port: int, app: "FastAPI | None" = None) -> None:
    """Serve the app, or one made for the purpose, until stopped."""
    import uvicorn  # noqa: PLC0415 - other commands need not load a server

    gc.set_threshold(*GARBAGE)
    uvicorn.run(
        app or APP, factory=app is None, host=host, port=port, loop="uvloop", http=HTTP,
        access_log=False, timeout_graceful_shutdown=GRACE_SECONDS, server_header=False,
    )  # fmt: skip
