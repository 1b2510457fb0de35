"""How does a person look after the database? `peakday db migrate|psql|url`."""

import os
import shutil
from urllib.parse import unquote, urlsplit

import typer

from peakday.kernel.database.launcher import ensure_server
from peakday.kernel.database.migrate import migrate as apply_migrations
from peakday.kernel.database.programs import find_programs
from peakday.kernel.settings import read_settings

app = typer.Typer(no_args_is_help=True, help="The database: its tables, its address, a prompt.")


@app.command()
def migrate() -> None:
    """Bring the tables up to date."""
    for name in apply_migrations(ensure_server(read_settings())):
        typer.echo(name)


@app.command()
def url(masked: bool = typer.Option(False, help="with *** in place of the password")) -> None:
    """Print the address, starting the server where needed."""
    address = ensure_server(read_settings())
    password = urlsplit(address).password
    typer.echo(address.replace(f":{password}@", ":***@") if masked and password else address)


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def psql(ctx: typer.Context) -> None:
    """Open a prompt; further arguments go to psql, for example: peakday db psql -c 'select 1'."""
    settings = read_settings()
    address = urlsplit(ensure_server(settings))
    ours = find_programs(settings.pg_bin) / "psql" if not settings.database_url else None
    program = str(ours) if ours and ours.is_file() else shutil.which("psql")
    if program is None:
        typer.secho("No psql found. Install your system's PostgreSQL client.", fg="red", err=True)
        raise typer.Exit(1)
    # the password travels in the environment: arguments can be read by every user of the machine
    environment = {**os.environ, "PGPASSWORD": unquote(address.password or "")}
    bare = address._replace(netloc=f"{address.username}@{address.hostname}:{address.port or 5432}").geturl()
    os.execve(program, [program, bare, *ctx.args], environment)  # noqa: S606 - psql takes this process's terminal
