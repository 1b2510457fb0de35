"""Which texts would a spreadsheet run as a formula, and how is that kept from happening?

A cell of a CSV that begins with one of these letters is code to Excel and its kin, in some locales also in the wide
forms that Chinese and Japanese keyboards write (OWASP, CSV injection). Such a text gets an apostrophe in front.
"""

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def inert(text: str) -> str:
    """A text that no spreadsheet runs as a formula."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text
