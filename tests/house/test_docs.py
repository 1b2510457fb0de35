"""Do the pages about the tree still say what the tree is?"""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from peakday.apps.cli.where import find_places, read_places

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("tool", ["capabilities", "architecture", "client"])
def test_a_written_page_is_what_the_tree_says(tool: str):
    done = subprocess.run(
        [sys.executable, f"tools/{tool}.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_every_place_exists():
    assert [place.path for place in read_places() if not (ROOT / place.path).exists()] == []


def test_every_rule_file_has_a_phrase():
    known = {place.path for place in read_places()}
    rules = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "src").rglob("*.py")
        if (path.parent.name == "rules" or path.name == "rules.py") and path.name != "__init__.py"
    }
    assert sorted(rules - known) == []


def test_where_finds_a_rule_by_everyday_words_in_both_languages():
    places = read_places()
    assert find_places(["split", "money"], places)[0].path == "src/peakday/kernel/money.py"
    assert find_places(["数据权限"], places)[0].path == "src/peakday/market/accounts/permissions.py"
    assert find_places(["no such thing at all"], places) == []


def test_relative_links_of_the_documents_lead_somewhere():
    broken = []
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        links = re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", page.read_text(encoding="utf-8"))
        broken += [f"{page.relative_to(ROOT)} → {link}" for link in links if not (page.parent / link).exists()]
    assert broken == []
