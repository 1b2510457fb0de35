"""Which column of a stranger's file is which field of ours?

A proposal for a person to confirm. The header's name is compared with the words that people use for each field: the
same word, a word inside the name, a near spelling. Then some values are looked at: a column called "price" that holds
no amounts is hardly the price. Each column is given to one field and each field to one column, the surest pair first.
"""

import difflib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from peakday.apps.importers.import_fields import ImportField, ValueKind
from peakday.kernel.money import parse_minor
from peakday.kernel.rowfiles.columns import parse_time
from peakday.kernel.text import Text

CONFIDENCE_MIN = 0.45
SAMPLE_ROWS_MAX = 50
_SAME, _INSIDE, _NEAR = 1.0, 0.8, 0.75
_LATER_WORD = 0.002  # between two columns of a field's words, the word that stands first in the list wins
_BRACKETS = re.compile(r"[((\[【].*?[))\]】]")
_NOT_WORD = re.compile(r"[\W_]+")
_NUMBER = re.compile(r"^[\w\-./]{1,64}$")


@dataclass(frozen=True, slots=True)
class Guess:
    """A proposal for one field: the column (none: nothing fits), how sure (0 to 1), and why."""

    field: str
    header: str | None
    confidence: float
    reason: Text


def propose_mapping(
    fields: Sequence[ImportField], header: Sequence[str], rows: Sequence[Sequence[str]]
) -> list[Guess]:  # fmt: skip
    """A guess for each field, in their order. `rows` are some rows of the file, for their values."""
    samples = [[row[place] for row in rows[:SAMPLE_ROWS_MAX] if place < len(row)] for place in range(len(header))]
    pairs = []
    for rank, field in enumerate(fields):
        for place, name in enumerate(header):
            likeness, why = _likeness(field, name)
            if likeness:
                confidence, seen = _weigh(likeness, field.kind, samples[place])
                pairs.append((-confidence, rank, place, Text(f"{why.zh};{seen.zh}", f"{why.en}; {seen.en}")))
    chosen: dict[int, Guess] = {}
    taken: set[int] = set()
    for negative, rank, place, why in sorted(pairs, key=lambda pair: pair[:3]):
        if -negative >= CONFIDENCE_MIN and rank not in chosen and place not in taken:
            chosen[rank] = Guess(fields[rank].name, header[place], round(-negative, 2), why)
            taken.add(place)
    nothing = Text("没有相近的列名", "no column has a name like it")
    return [chosen.get(rank, Guess(field.name, None, 0.0, nothing)) for rank, field in enumerate(fields)]


def mapping_of(guesses: Sequence[Guess]) -> dict[str, str]:
    """The proposal as field → header."""
    return {guess.field: guess.header for guess in guesses if guess.header is not None}


def _likeness(field: ImportField, name: str) -> tuple[float, Text]:
    """How much the column's name is like the field's words, before its values are looked at."""
    plain = _plain(name)
    if not plain:
        return 0.0, Text("", "")
    best, word = 0.0, ""
    for place, candidate in enumerate(field.words):
        score = _alike(plain, _plain(candidate)) - place * _LATER_WORD
        if score > best:
            best, word = score, candidate
    if best > _INSIDE:
        return best, Text(f"列名就是“{word}”", f"the column is called “{word}”")
    return best, Text(f"列名接近“{word}”", f"the column's name is like “{word}”")


def _alike(name: str, word: str) -> float:
    if name == word:
        return _SAME
    shorter, longer = sorted((name, word), key=len)
    if len(shorter) >= 2 and shorter in longer:
        return _INSIDE * (0.4 + 0.6 * len(shorter) / len(longer))
    ratio = difflib.SequenceMatcher(None, name, word).ratio()
    return ratio * _NEAR if ratio >= 0.8 else 0.0


def _weigh(likeness: float, kind: ValueKind, values: Sequence[str]) -> tuple[float, Text]:
    """The confidence after a look at the values."""
    filled = [value.strip() for value in values if value.strip()]
    if not filled:
        return likeness * 0.9, Text("该列没有示例值", "the column has no values to look at")
    share = sum(_is_like(kind, value) for value in filled) / len(filled)
    seen = Text(f"{share:.0%} 的示例值符合", f"{share:.0%} of the values fit")
    return likeness * (0.3 + 0.7 * share), seen


def _is_like(kind: ValueKind, value: str) -> bool:
    if kind is ValueKind.TIME:
        return parse_time(value) is not None
    if kind in {ValueKind.AMOUNT, ValueKind.QUANTITY}:
        return _is_amount(value)
    if kind is ValueKind.ADDRESS:
        return value.startswith(("http://", "https://", "//"))
    if kind is ValueKind.NUMBER:
        return bool(_NUMBER.match(value)) and not (parse_time(value) and "-" in value)
    return True


def _is_amount(value: str) -> bool:
    try:
        parse_minor(value, "CNY")
    except ValueError:
        return "." in value and value.replace(".", "", 1).lstrip("-").isdigit()
    return True


def _plain(name: str) -> str:
    """Full-width to ASCII, without brackets, blanks and case."""
    text = unicodedata.normalize("NFKC", name).casefold()
    return _NOT_WORD.sub("", _BRACKETS.sub("", text)) or _NOT_WORD.sub("", text)
