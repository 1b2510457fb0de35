"""Does the tree keep the house rules, and does each check see a breach?"""

import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
_spec = importlib.util.spec_from_file_location("house_checks", Path(__file__).with_name("checks.py"))
assert _spec is not None
assert _spec.loader is not None
checks = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(checks)

# check name → (path, text) that must turn it red
PLANTED = {
    "files_are_short": ("src/peakday/kernel/long.py", '"""Long?"""\n' + "x = 1\n" * 400),
    "functions_are_short": ("src/peakday/kernel/f.py", '"""F?"""\ndef f(a, b, c, d, e, g, h):\n    return a\n'),
    "files_state_their_question": ("src/peakday/kernel/q.py", '"""Some things."""\n'),
    "names_refuse_something": ("src/peakday/kernel/utils.py", '"""What?"""\n'),
    "rooms_enter_by_the_door": (
        "src/peakday/market/shops/api.py",
        '"""Q?"""\nfrom peakday.market.accounts.store import x\n',
    ),
    "rooms_query_their_own_tables": (
        "src/peakday/market/shops/store.py",
        '"""Q?"""\nQUERY = "select 1 from accounts.account"\n',
    ),
    "texts_speak_both_languages": ("src/peakday/kernel/t.py", '"""Q?"""\nT = Text("你好", "你好")\n'),
    "templates_hold_no_script": ("src/peakday/apps/x.html", '<button onclick="go()">\n'),
    "todos_have_an_issue": ("src/peakday/kernel/todo.py", '"""Q?"""\n# TO' + "DO later\n"),
    "nothing_private_is_told": ("docs/x.md", "see https://py" + "pi.org/x\n"),
}


@pytest.mark.parametrize("check", checks.CHECKS, ids=lambda check: check.__name__)
def test_the_tree_keeps_the_rule(check):
    assert check(ROOT) == []


@pytest.mark.parametrize("check", checks.CHECKS, ids=lambda check: check.__name__)
def test_a_planted_breach_turns_the_check_red(check, tmp_path):
    (tmp_path / "src/peakday/market/accounts").mkdir(parents=True)
    (tmp_path / "src/peakday/market/shops").mkdir(parents=True)
    assert check(tmp_path) == []
    path, text = PLANTED[check.__name__]
    (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / path).write_text(text, encoding="utf-8")
    assert len(check(tmp_path)) >= 1
