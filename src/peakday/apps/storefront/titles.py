"""How is a title written for shoppers? As its merchant wrote it, except that nobody is shouted at.

Many sources keep titles in capitals (`FLUID MILK WHITE ONLY 1 GAL`); such a title is shown in the case of a sentence,
with measures as people write them.
"""

import re
from functools import lru_cache

TITLES_KEPT = 50_000
_MEASURE = re.compile(r"(?<=\d) ?(OZ|LB|GAL|PT|QT|CT|PK|L|ML|LITER|IN|FT|G|KG)\b", re.IGNORECASE)
_WORD = re.compile(r"[A-Z][A-Z']+")
_UNITS = {"l": "L", "ml": "mL"}
_KEPT = {"TV", "BBQ", "USA", "DVD", "CD", "XL", "LED", "USB", "IPA"}


@lru_cache(maxsize=TITLES_KEPT)
def tidy(title: str) -> str:
    """The title for a page."""
    letters = [c for c in title if c.isascii() and c.isalpha()]
    if len(letters) < 4 or any(c.islower() for c in letters):
        return title
    words = _WORD.sub(lambda m: m.group() if m.group() in _KEPT else m.group().capitalize(), title)
    return _MEASURE.sub(lambda m: f" {_UNITS.get(m.group(1).lower(), m.group(1).lower())}", words)
