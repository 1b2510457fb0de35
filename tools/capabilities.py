"""Which lines of the checklist work today, and which test says so?

    python tools/capabilities.py            writes docs/capabilities.md
    python tools/capabilities.py --check    fails when the page is not what the tests say

A test carries `@pytest.mark.capability("LY-02")` when it proves the line, `…("QN-01", partly="only orders")` when
it proves a part, and may name the page where a person sees it: `page="/shop/{shop_id}/"`. The page is never edited
by hand.
"""

import ast
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs/capabilities.md"


@dataclass(frozen=True)
class Proof:
    """One test that carries an id."""

    capability: str
    test: str
    room: str
    partly: str
    page: str


def read_proofs(tests: Path) -> list[Proof]:
    """Every capability mark in the test tree, read without running anything."""
    proofs = []
    for path in sorted(tests.rglob("test_*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        room = "/".join(path.relative_to(tests).parts[:-1])
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test"):
                for call in node.decorator_list:
                    proofs += _proofs_of(call, f"{path.relative_to(tests.parent)}::{node.name}", room)
    return proofs


def _proofs_of(call: ast.expr, test: str, room: str) -> list[Proof]:
    if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "capability"):
        return []
    said = {k.arg: ast.literal_eval(k.value) for k in call.keywords}
    ids = [ast.literal_eval(argument) for argument in call.args]
    return [Proof(i, test, room, said.get("partly", ""), said.get("page", "")) for i in ids]


def render(checklist: dict[str, dict[str, str]], proofs: list[Proof]) -> str:
    """The page: a count, then one row a line of the checklist."""
    by_id: dict[str, list[Proof]] = {}
    for proof in proofs:
        assert proof.capability in checklist, f"{proof.test} carries the unknown id {proof.capability}"
        by_id.setdefault(proof.capability, []).append(proof)
    states = {i: _state(by_id.get(i, [])) for i in checklist}
    counts = {state: list(states.values()).count(state) for state in ("works", "partly", "not yet")}
    lines = [
        "# Capabilities",
        "",
        "Written by `python tools/capabilities.py` from the ids that tests carry; never by hand.",
        "",
        f"{counts['works']} work, {counts['partly']} partly, {counts['not yet']} not yet.",
        "",
        "| id | claim | state | room | page | test |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for i, entry in checklist.items():
        lines.append(_row(i, entry["claim"], states[i], by_id.get(i, [])))
    return "\n".join(lines) + "\n"


def _state(proofs: list[Proof]) -> str:
    if not proofs:
        return "not yet"
    return "works" if any(not proof.partly for proof in proofs) else "partly"


def _row(capability: str, claim: str, state: str, proofs: list[Proof]) -> str:
    rooms = ", ".join(sorted({p.room for p in proofs}))
    pages = ", ".join(sorted({f"`{p.page}`" for p in proofs if p.page}))
    tests = "<br>".join(f"`{p.test}`" + (f" ({p.partly})" if p.partly else "") for p in proofs)
    return f"| {capability} | {claim.replace('|', '/')} | {state} | {rooms} | {pages} | {tests} |"


def main() -> int:
    """Write the page, or check it."""
    checklist = tomllib.loads((ROOT / "docs/capabilities.toml").read_text(encoding="utf-8"))
    page = render(checklist, read_proofs(ROOT / "tests"))
    if "--check" not in sys.argv:
        PAGE.write_text(page, encoding="utf-8")
        return 0
    if not PAGE.exists() or PAGE.read_text(encoding="utf-8") != page:
        print("docs/capabilities.md is not what the tests say: run `make docs`", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
