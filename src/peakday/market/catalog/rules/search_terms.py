"""Which terms is a text found by?

Words of letters and digits as they are, in small letters, without accents; Chinese (Japanese, Korean) text has no
spaces, so every character and every pair of neighbours is a term: 龙井茶 is found by 龙, 龙井 and 井茶. A question asks
for the pairs where it has them, for single characters only where one stands alone, and its last Latin word may be the
beginning of a longer one, for people search while they type.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator

TERMS_MAX = 200  # of one item
QUESTION_TERMS_MAX = 12
TERM_LENGTH_MAX = 40
_RUN = re.compile(r"(?P<word>[a-z0-9]+)|(?P<cjk>[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff]+)")


def index_terms(texts: Iterable[str | None]) -> list[str]:
    """The terms under which an item with these texts is kept, each once, in reading order."""
    found: dict[str, None] = {}
    for kind, run in _runs(" ".join(text for text in texts if text)):
        if kind == "word":
            found[run] = None
            continue
        for place, letter in enumerate(run):
            found[letter] = None
            if place:
                found[run[place - 1 : place + 1]] = None
    return list(found)[:TERMS_MAX]


def question_terms(question: str) -> list[str]:
    """The terms that all must be found, as words of a tsquery; `:*` marks a beginning. Empty: nothing to search by."""
    found: dict[str, None] = {}
    runs = list(_runs(question))
    for place, (kind, run) in enumerate(runs):
        if kind == "word":
            found[f"{run}:*" if place == len(runs) - 1 else run] = None
        elif len(run) == 1:
            found[run] = None
        else:
            found.update((run[at : at + 2], None) for at in range(len(run) - 1))
    return list(found)[:QUESTION_TERMS_MAX]


def _runs(text: str) -> Iterator[tuple[str, str]]:
    plain = unicodedata.normalize("NFKD", text).encode("utf-8", "ignore").decode()
    plain = unicodedata.normalize("NFC", "".join(c for c in plain if not unicodedata.combining(c))).lower()
    for match in _RUN.finditer(plain):
        kind = match.lastgroup or "word"
        yield kind, match.group()[:TERM_LENGTH_MAX] if kind == "word" else match.group()
