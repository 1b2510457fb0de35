"""How does a form of rows become an expression?

Six rows. A row asks for a tag, an act (perhaps to one item), acts one after the other, or a saved crowd. It begins with
"and", "or" (joined to the row above) or "and not". So `a or b`, `and c`, `and not d` reads as it stands: (a or b) and c
and not d. Empty rows are passed over.
"""

import json
from collections.abc import Mapping
from typing import Any

ROWS = 6
JOINS = ("and", "or", "not")
SEQUENCES = ("pv>cart", "pv>fav", "fav>cart", "cart>buy", "pv>cart>buy", "search>pv>cart")


def read_rows(form: Mapping[str, str]) -> dict[str, Any] | None:
    """The expression of a form, None while nothing is chosen. A text in `json` counts instead of the rows."""
    text = form.get("json", "").strip()
    if text:
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            value = None
        return value if isinstance(value, dict) else {"not an object": text[:80]}
    groups: list[list[dict[str, Any]]] = []
    excluded: list[dict[str, Any]] = []
    for number in range(ROWS):
        row = _row(form, number)
        if row is None:
            continue
        join = form.get(f"join{number}", "and")
        if join == "not":
            excluded.append({"not": row})
        elif join == "or" and groups:
            groups[-1].append(row)
        else:
            groups.append([row])
    terms = [group[0] if len(group) == 1 else {"or": group} for group in groups] + excluded
    if not terms:
        return None
    return terms[0] if len(terms) == 1 else {"and": terms}


def _row(form: Mapping[str, str], number: int) -> dict[str, Any] | None:
    kind, _, name = form.get(f"what{number}", "").partition(":")
    if kind == "tag":
        return {"tag": name}
    if kind == "crowd":
        return {"crowd": name}
    days = _whole(form.get(f"days{number}"), 30)
    if kind == "sequence":
        return {"sequence": name.split(">"), "days": days}
    if kind == "did":
        item = form.get(f"item{number}", "").strip()
        row = {"did": name, "times": _whole(form.get(f"times{number}")), "days": days}
        return row | ({"item": item} if item else {})
    return None


def _whole(text: str | None, usual: int = 1) -> int:
    """A number as typed; what is none becomes 0, which is refused by name."""
    word = (text or "").strip()
    if not word:
        return usual
    return int(word) if word.isascii() and word.isdecimal() and len(word) < 6 else 0
