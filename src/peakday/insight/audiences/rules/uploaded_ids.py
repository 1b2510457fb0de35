"""Which rows of an uploaded list are hashed ids, and what is wrong with the others?

A row is the SHA-256 of a person's id (`byr_…` as files show it, or the word under which the shop sent events), as 64
hex digits in either case. Blank rows are passed over; the same hash twice counts once and is told.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from peakday.kernel.refusal import Problem
from peakday.kernel.text import Text

HASH = re.compile(r"[0-9a-f]{64}", re.ASCII).fullmatch
ROWS_MAX = 1_000_000
PROBLEMS_MAX = 100_000  # rows of an error file
_HEADS = frozenset({"hash", "id_hash", "sha256"})
_BAD = Text("不是 64 位十六进制的 SHA-256", "Not a SHA-256 of 64 hex digits")
_TWICE = Text("重复", "The same hash came before")
_REMEDY = Text("先去空格转小写,再做 SHA-256", "Take the SHA-256 of the id as it is shown, in hex")
_DROP = Text("删除这一行", "Remove this row")


@dataclass(slots=True)
class ReadIds:
    """The distinct good hashes, how many rows there were, and what is wrong with the others."""

    hashes: set[bytes] = field(default_factory=set)
    rows: int = 0
    refused: int = 0
    problems: list[Problem] = field(default_factory=list)


def read_ids(lines: Iterable[str]) -> ReadIds:
    """The hashes of a list, a row each; a first row that names the column is passed over."""
    read = ReadIds()
    for number, line in enumerate(lines, 1):
        word = line.strip().strip('"').lower()
        if not word or (number == 1 and word.lstrip("\ufeff") in _HEADS):
            continue
        read.rows += 1
        if not HASH(word):
            _refuse(read, number, "bad_hash", (_BAD, _REMEDY), word)
            continue
        value = bytes.fromhex(word)
        if value in read.hashes:
            _refuse(read, number, "doubled", (_TWICE, _DROP), word)
            continue
        read.hashes.add(value)
    return read


def _refuse(read: ReadIds, row: int, code: str, said: tuple[Text, Text], word: str) -> None:
    read.refused += 1
    if len(read.problems) < PROBLEMS_MAX:
        read.problems.append(Problem("hash", code, said[0], said[1], row=row, value=word[:80]))
