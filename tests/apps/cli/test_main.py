"""Does the command line know its commands and say no in one sentence?"""

import pytest
import typer
from typer.testing import CliRunner

import peakday
from peakday.apps.cli import db
from peakday.apps.cli.main import COMMANDS, app, refusal_lines
from peakday.kernel.refusal import Invalid, NotAllowed, Problem
from peakday.kernel.text import Text

runner = CliRunner()


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_of_the_table_loads_and_explains_itself(command):
    done = runner.invoke(app, [command, "--help"])
    assert done.exit_code == 0, done.output
    assert f"{command} [OPTIONS]" in done.output


def test_the_help_lists_every_command_with_a_sentence():
    done = runner.invoke(app, ["--help"], env={"COLUMNS": "200"})
    assert done.exit_code == 0
    for command in COMMANDS:
        assert any(f" {command} " in line and len(line.split()) > 4 for line in done.output.split("\n")), command


def test_an_unknown_command_is_a_usage_error():
    done = runner.invoke(app, ["sell"])
    assert done.exit_code == 2
    assert "No such command" in done.output


def test_the_version_is_the_packages():
    assert runner.invoke(app, ["--version"]).output == f"{peakday.__version__}\n"


def test_a_refusal_is_said_in_the_readers_language_with_its_remedies(monkeypatch):
    no = Invalid(Problem("price", "negative", Text("价格为负", "negative price"), Text("改为正数", "make it positive")))
    assert refusal_lines(no, "zh") == ["输入有误", "  price: 价格为负 — 改为正数"]
    assert refusal_lines(no, "en")[1] == "  price: negative price — make it positive"

    def refuse():
        raise NotAllowed(permission="data:view")

    monkeypatch.setattr(db, "app", group := typer.Typer())
    group.command("a")(refuse)
    group.command("b")(refuse)
    done = runner.invoke(app, ["db", "a"], env={"LANG": "en_US.UTF-8"})
    assert (done.exit_code, done.stderr) == (1, "You lack the permission data:view\n")
