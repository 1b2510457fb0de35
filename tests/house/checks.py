"""Which house rules does a machine check, beyond what the linters know?

Each check takes a folder that looks like the repository and returns one line per breach: `path:line what`. The tests
run every check on the real tree and on a planted breach (STYLE 33: checks can lie).
"""

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

FILE_LINES_MAX = 400
TEST_LINES_MAX = 600
FUNCTION_LINES_MAX = 60
PARAMETERS_MAX = 6
BANNED_NAMES = {"utils", "helpers", "common", "misc", "base", "manager", "service"}
ROOM_INSIDES = {"store", "queries", "actions", "rules", "permissions", "gateways"}
ROOM_DOORS = {"web", "reactions", "jobs", "audit"}
# a wholly private word would give away where this tree was made; written so that this file does not trip itself
PRIVATE_WORDS = re.compile(
    r"py[p]i\.org|pyth[o]nhosted|npm[j]s|deb\.deb[i]an|/w[o]rk/|\.\./shared/(?!data)|/r[o]ot/|far[m]-(bench|studio)"
)
_SCHEMA_USE = re.compile(r"\b(?:from|join|into|update|table|copy)\s+([a-z_]+)\.[a-z_]+", re.IGNORECASE)
_INLINE_SCRIPT = re.compile(r"<script(?![^>]*\b(?:src=|type=\"application/json\"))|\son[a-z]+=\"", re.IGNORECASE)
_TODO = re.compile(r"\bTOD[O]\b(?!\(#\d+\))")


def python_files(root: Path, *folders: str) -> Iterator[tuple[Path, ast.Module]]:
    """Every Python file below the folders, parsed."""
    for folder in folders:
        for path in sorted((root / folder).rglob("*.py")):
            yield path, ast.parse(path.read_text(encoding="utf-8"))


def files_are_short(root: Path) -> list[str]:
    """No file longer than one reading (STYLE 5)."""
    rows = []
    for path, _ in python_files(root, "src", "tests", "tools", "benchmarks"):
        limit = TEST_LINES_MAX if "tests" in path.relative_to(root).parts else FILE_LINES_MAX
        lines = path.read_text(encoding="utf-8").count("\n")
        if lines > limit:
            rows.append(f"{path.relative_to(root)}:1 {lines} lines, stop at {limit}")
    return rows


def functions_are_short(root: Path) -> list[str]:
    """No function longer than a screen, none with more than six parameters (STYLE 5)."""
    rows = []
    for path, tree in python_files(root, "src", "tools"):
        for node in ast.walk(tree):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            where = f"{path.relative_to(root)}:{node.lineno} {node.name}"
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            arguments = [a.arg for a in [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]]
            count = len([name for name in arguments if name not in {"self", "cls"}])
            if lines > FUNCTION_LINES_MAX:
                rows.append(f"{where}: {lines} lines, stop at {FUNCTION_LINES_MAX}")
            if count > PARAMETERS_MAX and not _is_door(node):
                rows.append(f"{where}: {count} parameters, at most {PARAMETERS_MAX}")
    return rows


def _is_door(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """A route, a command or a method of the client: its parameters are the fields of a form, named one by one."""
    return any("router" in ast.dump(d) or "command" in ast.dump(d) for d in node.decorator_list) or "self.ask(" in (
        ast.unparse(node)
    )


def files_state_their_question(root: Path) -> list[str]:
    """Every file's docstring begins with the question that it answers (STYLE 29)."""
    rows = []
    for path, tree in python_files(root, "src", "tools"):
        first_line = (ast.get_docstring(tree) or "").split("\n\n")[0]
        if "?" not in first_line:
            rows.append(f"{path.relative_to(root)}:1 the docstring does not begin with a question")
    return rows


def names_refuse_something(root: Path) -> list[str]:
    """No file or folder with a name that would take anything (STYLE 4)."""
    return [
        f"{path.relative_to(root)}:1 a name that refuses nothing"
        for path in sorted((root / "src").rglob("*"))
        if path.stem in BANNED_NAMES
    ]


def rooms_enter_by_the_door(root: Path) -> list[str]:
    """From another room only api, model, events and errors; doors (apps) may also take web, reactions, jobs, audit."""
    rows = []
    for path, tree in python_files(root, "src"):
        own = _room_of(".".join(path.relative_to(root / "src").with_suffix("").parts))
        for node in ast.walk(tree):
            for name in _imported(node):
                parts = name.split(".")
                if len(parts) < 4 or _room_of(name) in {own, None}:
                    continue
                is_app = own is not None and own.startswith("peakday.apps")
                if parts[3] in ROOM_INSIDES or (parts[3] in ROOM_DOORS and not is_app):
                    rows.append(f"{path.relative_to(root)}:{getattr(node, 'lineno', 1)} reaches inside {name}")
    return rows


def _room_of(module: str) -> str | None:
    parts = module.split(".")
    if len(parts) < 3 or parts[0] != "peakday" or parts[1] not in {"market", "trade", "insight", "operations", "apps"}:
        return None
    return ".".join(parts[:3])


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module:
        return [f"{node.module}.{alias.name}" for alias in node.names]
    return []


def rooms_query_their_own_tables(root: Path) -> list[str]:
    """A room's tables are touched by that room's SQL only (STYLE 10).

    An audit counts the record by itself, past every api, or it would prove nothing; a bench's naive form likewise.
    """
    wings = ("market", "trade", "insight", "operations")
    schemas = {p.name for wing in wings for p in (root / "src/peakday" / wing).glob("*/")}
    rows = []
    for path, tree in python_files(root, "src"):
        if path.name == "audit.py" or path.name.startswith("bench_"):
            continue
        own = path.relative_to(root / "src").parts[2] if len(path.relative_to(root / "src").parts) > 3 else "kernel"
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                rows += [
                    f"{path.relative_to(root)}:{node.lineno} touches the tables of {schema}"
                    for schema in _SCHEMA_USE.findall(node.value)
                    if schema in schemas and schema != own and "docstring" not in _kind(node, tree)
                ]
    return rows


def _kind(node: ast.Constant, tree: ast.Module) -> str:
    for owner in ast.walk(tree):
        body = getattr(owner, "body", None)
        if isinstance(body, list) and body and isinstance(body[0], ast.Expr) and body[0].value is node:
            return "docstring"
    return "value"


def texts_speak_both_languages(root: Path) -> list[str]:
    """No Text with an empty or a copied side where the copy holds Chinese."""
    rows = []
    for path, tree in python_files(root, "src"):
        for node in ast.walk(tree):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Text"):
                continue
            sides = [*node.args, *[k.value for k in node.keywords]]
            words = [s.value for s in sides if isinstance(s, ast.Constant) and isinstance(s.value, str)]
            if len(words) == 2 and (any(not w and words[0] for w in words) or re.search(r"[一-鿿]", words[1])):
                rows.append(f"{path.relative_to(root)}:{node.lineno} a Text that lacks a language")
    return rows


def templates_hold_no_script(root: Path) -> list[str]:
    """Pages run under a policy that forbids inline scripts and handlers."""
    rows = []
    for path in sorted((root / "src").rglob("*.html")):
        for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
            if _INLINE_SCRIPT.search(line):
                rows.append(f"{path.relative_to(root)}:{number} inline script or handler")
    return rows


def todos_have_an_issue(root: Path) -> list[str]:
    """An open end names its issue: the word, then (#12) (STYLE 30)."""
    rows = []
    for path, _ in python_files(root, "src", "tests", "tools"):
        for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
            if _TODO.search(line):
                rows.append(f"{path.relative_to(root)}:{number} an open end without an issue")
    return rows


def nothing_private_is_told(root: Path) -> list[str]:
    """No registry host and no path of the machine that this was made on."""
    rows = []
    for path in sorted(root.rglob("*")):
        if _is_not_ours(path.relative_to(root)) or not path.is_file() or path.stat().st_size > 1_000_000:
            continue
        if path.suffix not in {".py", ".md", ".toml", ".txt", ".html", ".sql", ".sh", ".yml", ".cfg", ".ini", ""}:
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="ignore").split("\n"), 1):
            if PRIVATE_WORDS.search(line):
                rows.append(f"{path.relative_to(root)}:{number} {PRIVATE_WORDS.search(line).group(0)}")  # type: ignore[union-attr]
    return rows


def _is_not_ours(path: Path) -> bool:
    """Whether git would not keep it, or it is another's file that we carry."""
    hidden = any(part.startswith(".") and part not in {".ci", ".importlinter", ".gitignore"} for part in path.parts)
    return hidden or bool({"static", "var", "artifacts", "__pycache__", "dist", "build"} & set(path.parts))


CHECKS: tuple[Callable[[Path], list[str]], ...] = (
    files_are_short,
    functions_are_short,
    files_state_their_question,
    names_refuse_something,
    rooms_enter_by_the_door,
    rooms_query_their_own_tables,
    texts_speak_both_languages,
    templates_hold_no_script,
    todos_have_an_issue,
    nothing_private_is_told,
)
