"""What does the house look like today? Writes docs/architecture.md from the import contracts and the rooms' own words.

python tools/architecture.py            writes docs/architecture.md
python tools/architecture.py --check    fails when the page is out of date
"""

import ast
import configparser
import itertools
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs/architecture.md"
SOURCE = ROOT / "src/peakday"


def question_of(path: Path) -> str:
    """The first line of a file's docstring."""
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) if path.exists() else None
    return " ".join((text or "").split("\n\n")[0].split())


def layers(config: configparser.ConfigParser, contract: str) -> list[str]:
    """The rungs of a contract, top first."""
    rungs = config[f"importlinter:contract:{contract}"]["layers"].split()
    return [rung.strip("()").removeprefix("peakday.") for rung in rungs if rung != "|"]


def render() -> str:
    """The page: the ladder of wings, and each room with its question and its files."""
    config = configparser.ConfigParser()
    config.read(ROOT / ".importlinter")
    wings = layers(config, "wings")
    rooms = {wing: layers(config, wing) for wing in wings if f"importlinter:contract:{wing}" in config}
    lines = [
        "# Architecture",
        "",
        "Written by `python tools/architecture.py` from the import contracts (`.importlinter`). Imports go down only:",
        "",
        "```mermaid",
        "flowchart TB",
    ]
    for above, below in itertools.pairwise(wings):
        lines.append(f"    {above} --> {below}")
    lines += ["```", ""]
    for wing in wings:
        lines += [f"## {wing}", ""]
        names = rooms.get(wing) or sorted(p.name for p in SOURCE.joinpath(wing).iterdir() if p.is_dir())
        for name in [n for n in names if SOURCE.joinpath(wing, n, "__init__.py").exists()]:
            lines += _room(wing, name)
    return "\n".join(lines)


def _room(wing: str, name: str) -> list[str]:
    folder = SOURCE / wing / name
    files = sorted(p for p in folder.glob("*.py") if p.name != "__init__.py")
    rows = [f"| `{p.name}` | {question_of(p)} |" for p in files]
    return [
        f"### {wing}/{name}",
        "",
        question_of(folder / "__init__.py"),
        "",
        "| file | answers |",
        "| --- | --- |",
        *rows,
        "",
    ]


def main() -> int:
    """Write the page, or check it."""
    page = render()
    if "--check" not in sys.argv:
        PAGE.write_text(page, encoding="utf-8")
        return 0
    if not PAGE.exists() or PAGE.read_text(encoding="utf-8") != page:
        print("docs/architecture.md is out of date: run `make docs`", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
