"""Does each import contract of the house turn red when it is broken?"""

import configparser
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINT = Path(sys.executable).with_name("lint-imports")

# contract → (module that is changed, the import that it must not have)
PLANTED = {
    "wings": ("kernel/money.py", "import peakday.market.shops.model"),
    "apps": ("apps/importers/__init__.py", "import peakday.apps.http.app"),
    "operations": ("operations/health/__init__.py", "import peakday.operations.workbench"),
    "insight": ("insight/behaviour/model.py", "import peakday.insight.metrics.api"),
    "trade": ("trade/promotions/model.py", "import peakday.trade.orders.model"),
    "market": ("market/accounts/model.py", "import peakday.market.catalog.model"),
    "room": ("market/catalog/model.py", "import peakday.market.catalog.api"),
    "pure-rules": ("trade/orders/rules/order_money.py", "import asyncpg"),
    "kernel-words": ("kernel/text.py", "import starlette"),
}


def lint(tree: Path, contract: str | None = None) -> subprocess.CompletedProcess[str]:
    command = [str(LINT), "--no-cache", *(["--contract", contract] if contract else [])]
    environment = {"PYTHONPATH": str(tree / "src"), "PATH": "/usr/bin:/bin"}
    return subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    shutil.copytree(
        ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("static", "*.html", "__pycache__", "*.sql")
    )
    shutil.copy(ROOT / ".importlinter", tmp_path)
    return tmp_path


def test_every_contract_has_a_planted_violation():
    config = configparser.ConfigParser()
    config.read(ROOT / ".importlinter")
    contracts = {s.rsplit(":", 1)[1] for s in config.sections() if s.startswith("importlinter:contract:")}
    assert contracts == set(PLANTED)


@pytest.mark.parametrize("contract", sorted(PLANTED))
def test_a_planted_import_breaks_the_contract(contract: str, tree: Path):
    name, line = PLANTED[contract]
    path = tree / "src/peakday" / name
    path.write_text(path.read_text(encoding="utf-8") + f"\n{line}\n", encoding="utf-8")
    broken = lint(tree, contract)
    assert broken.returncode == 1, broken.stdout + broken.stderr
    assert "BROKEN" in broken.stdout
