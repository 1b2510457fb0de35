"""Which version of a rule was in force on a day?

Rules of the market change by announcement and are never edited in place: each version says from when to when (both days
included) it holds, and a figure of last year is computed by the rules of last year. Versions are data, one TOML file a
rule set in `peakday/rulesets/`; days between versions have no rule, and two versions on one day are refused at loading.

    name = "double_11_calendar"
    [[version]]
    version = "2022"
    effective_from = 2022-09-26
    effective_to = 2022-11-11        # may be left out: still in force
    source = "where it was announced"
    [version.params]                 # whatever the rule needs; instants carry their zone
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Any

import peakday
from peakday.kernel.refusal import NotFound, Refusal
from peakday.kernel.text import Text

RULESETS = Path(peakday.__file__).parent / "rulesets"


class NoRuleSet(NotFound):
    """There is no rule set of that name, or none of its versions holds on that day."""

    code = "no_rule_set"
    message = Text(
        "{on} 没有生效的规则 {name};现有版本:{known}",
        "No rule set {name} is in force on {on}; known versions: {known}",
    )


class BadRuleSet(Refusal):
    """A rule set file is not well formed, or two of its versions hold on one day."""

    code = "bad_rule_set"
    message = Text("规则文件 {file} 有误:{reason}", "The rule set file {file} is wrong: {reason}")


@dataclass(frozen=True, slots=True)
class RuleSet:
    """One version of a rule: the days on which it holds (both included), where it was announced, its parameters."""

    name: str
    version: str
    effective_from: date
    effective_to: date | None
    source: str
    params: Mapping[str, Any]
    source_zh: str = ""

    @property
    def source_text(self) -> Text:
        """Where it was announced, for a reader."""
        return Text(self.source_zh or self.source, self.source)

    def holds_on(self, on: date) -> bool:
        """Whether this version is in force on a market day."""
        return self.effective_from <= on and (self.effective_to is None or on <= self.effective_to)


def in_force(name: str, on: date, folder: Path = RULESETS) -> RuleSet:
    """The version of a rule set that holds on a market day. Refuses with `NoRuleSet` or `BadRuleSet`."""
    versions = list_versions(name, folder)
    for version in versions:
        if version.holds_on(on):
            return version
    known = ", ".join(f"{v.version} ({v.effective_from} – {v.effective_to or '…'})" for v in versions)
    raise NoRuleSet(name=name, on=on, known=known or "-")


@cache
def list_versions(name: str, folder: Path = RULESETS) -> tuple[RuleSet, ...]:
    """All versions of a rule set, oldest first; none when the name is unknown."""
    file = folder / f"{name}.toml"
    if not name.isidentifier() or not file.is_file():
        return ()
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise BadRuleSet(file=file.name, reason=error) from error
    if content.get("name") != name:
        raise BadRuleSet(file=file.name, reason=f"its name is {content.get('name')!r}, not {name!r}")
    versions = sorted((_read_version(file, name, entry) for entry in content.get("version", [])), key=_first_day)
    for earlier, later in pairwise(versions):
        if earlier.holds_on(later.effective_from):
            raise BadRuleSet(
                file=file.name,
                reason=f"versions {earlier.version} and {later.version} both hold on {later.effective_from}",
            )
    return tuple(versions)


def _first_day(version: RuleSet) -> date:
    return version.effective_from


def _read_version(file: Path, name: str, entry: Mapping[str, Any]) -> RuleSet:
    label = entry.get("version", "?")
    missing = [key for key in ("version", "effective_from", "source", "params") if key not in entry]
    if missing:
        raise BadRuleSet(file=file.name, reason=f"version {label} lacks {', '.join(missing)}")
    _refuse_times_without_zone(file, label, entry["params"])
    version = RuleSet(
        name, entry["version"], entry["effective_from"], entry.get("effective_to"),
        entry["source"], MappingProxyType(entry["params"]), entry.get("source_zh", ""),
    )  # fmt: skip
    if version.effective_to is not None and version.effective_to < version.effective_from:
        raise BadRuleSet(file=file.name, reason=f"version {label} ends before it begins")
    return version


def _refuse_times_without_zone(file: Path, label: str, value: object) -> None:
    if isinstance(value, datetime) and value.tzinfo is None:
        raise BadRuleSet(file=file.name, reason=f"version {label} has a time without a zone: {value}")
    inner = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    for part in inner:
        _refuse_times_without_zone(file, label, part)
