"""Which commands does `peakday` know? One table; each command's file says what it does.

A command's file is loaded when it is asked for: `peakday down` must work, and at once, whatever room is broken.
"""

import os
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

import peakday
from peakday.kernel.refusal import Invalid, Refusal
from peakday.kernel.text import Language, pick_language

# command: the file in this folder that holds it, and its name there (a function, or a group `app`)
COMMANDS: dict[str, tuple[str, str]] = {
    "up": ("market", "up"),
    "down": ("market", "down"),
    "status": ("market", "status"),
    "import": ("imports", "app"),
    "audit": ("audit", "audit"),
    "rehearse": ("rehearse", "rehearse_command"),
    "facts": ("facts", "app"),
    "events": ("events", "app"),
    "where": ("where", "where"),
    "scenarios": ("scenarios", "scenarios"),
    "bench": ("bench", "app"),
    "simulate": ("simulate", "simulate"),
    "db": ("db", "app"),
    "web": ("processes", "web"),
    "worker": ("processes", "worker"),
    "keep": ("keeper", "keep"),
    "nursery": ("nursery", "nursery"),
}


class Commands(TyperGroup):
    """Loads commands from the table; an expected "no" is one sentence in the reader's language, and exit code 1."""

    def list_commands(self, ctx: Any) -> list[str]:
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        del ctx
        if cmd_name not in COMMANDS:
            return None
        file, name = COMMANDS[cmd_name]
        found = getattr(import_module(f"peakday.apps.cli.{file}"), name)
        if not isinstance(found, typer.Typer):
            single = typer.Typer(pretty_exceptions_enable=False)
            single.command(cmd_name)(found)
            found = single
        command = typer.main.get_command(found)
        command.name = cmd_name
        return command

    def invoke(self, ctx: Any) -> object:
        try:
            return super().invoke(ctx)
        except Refusal as refusal:
            for line in refusal_lines(refusal, pick_language(os.environ.get("LANG"), "en")):
                typer.secho(line, fg="red", err=True)
            raise typer.Exit(1) from refusal


def refusal_lines(refusal: Refusal, language: Language) -> list[str]:
    """The refusal's sentence, and a line for each problem with its remedy."""
    problems = refusal.problems if isinstance(refusal, Invalid) else ()
    return [
        refusal.message.of(language, **refusal.data),
        *(f"  {each.field}: {each.message.of(language)} — {each.remedy.of(language)}" for each in problems),
    ]


app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    help="Peakday: the merchant side of a very large sale day.",
    pretty_exceptions_enable=False,  # they show locals, which hold addresses with passwords
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(peakday.__version__)
        raise typer.Exit


@app.callback()
def root(version: bool = typer.Option(False, "--version", callback=_show_version, is_eager=True)) -> None:
    """Peakday: the merchant side of a very large sale day."""
