"""Which commands does `peakday` know? This file lists them; each group says in its own file what it does."""

import os
from typing import Any

import typer
from typer.core import TyperGroup

import peakday
from peakday.apps.cli import db, market, processes
from peakday.kernel.refusal import Invalid, Refusal
from peakday.kernel.text import Language, pick_language


class RefusingGroup(TyperGroup):
    """Commands that say an expected "no" in one sentence, in the reader's language, and exit with 1."""

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
    cls=RefusingGroup,
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


for command in (market.up, market.down, market.status, processes.web, processes.worker):
    app.command()(command)
app.add_typer(db.app, name="db")
