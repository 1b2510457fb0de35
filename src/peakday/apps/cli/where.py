"""Where does a rule live? `peakday where coupon stacking` searches docs/where.md, everyday phrase → path."""

import re
from dataclasses import dataclass
from pathlib import Path

import typer

import peakday

_ROW = re.compile(r"^\| (?P<phrase>.+?) \| `(?P<path>.+?)` \|$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Place:
    """An everyday phrase, in both languages, and the path that answers it."""

    phrase: str
    path: str


def read_places() -> list[Place]:
    """Every row of the page; it travels inside the wheel."""
    package = Path(peakday.__file__).parent
    inside, checkout = package / "where.md", package.parents[1] / "docs/where.md"
    text = (inside if inside.exists() else checkout).read_text(encoding="utf-8")
    return [Place(row["phrase"], row["path"]) for row in _ROW.finditer(text)]


def find_places(words: list[str], places: list[Place]) -> list[Place]:
    """The places whose phrase or path holds the words, most words first."""
    wanted = [word.lower() for word in words]
    scored = [(sum(word in f"{p.phrase} {p.path}".lower() for word in wanted), p) for p in places]
    best = max((score for score, _ in scored), default=0)
    return [place for score, place in scored if score == best and best > 0]


def where(words: list[str] = typer.Argument(help="what you are looking for, in Chinese or English")) -> None:  # noqa: B008
    """Say which file answers a question."""
    found = find_places(words, read_places())
    for place in found:
        typer.echo(f"{place.path}\t{place.phrase}")
    if not found:
        typer.echo("Nothing found. Try one word, or read docs/architecture.md.", err=True)
        raise typer.Exit(1)
