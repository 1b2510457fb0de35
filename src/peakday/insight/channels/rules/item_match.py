"""Which of our goods is a channel's listing, by plain means?

First by code: the listing's name is one of our SKUs' codes, or one item's number. Then by title: the titles are equal
once width, case, blanks and signs are taken away. Only what points at one item is proposed: two candidates are none. A
proposal is no link: a person confirms it. What is left is looked for by likeness (`actions/match_goods.py`).
"""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from peakday.insight.channels.goods_model import Evidence, Listing, OwnGood, Proposal

TITLE_LETTERS_MIN = 4  # a shorter title names nothing


class CodeAndTitle:
    """The plain matcher."""

    def propose(self, listings: Sequence[Listing], goods: Sequence[OwnGood]) -> list[Proposal]:
        """At most one proposal a listing."""
        by_sku = _by(goods, lambda good: _code(good.sku_ref))
        by_item = _by(goods, lambda good: _code(good.item_ref))
        by_title = _by(goods, lambda good: normal_title(good.title))
        found = []
        for listing in listings:
            code, title = _code(listing.key.ref), normal_title(listing.title)
            one = _proposal(listing, by_sku.get(code, ()), Evidence.CODE)
            one = one or _proposal(listing, by_item.get(code, ()), Evidence.CODE)
            if one is None and len(title) >= TITLE_LETTERS_MIN:
                one = _proposal(listing, by_title.get(title, ()), Evidence.TITLE)
            if one is not None:
                found.append(one)
        return found


def normal_title(title: str) -> str:
    """A title without width, case, blanks and signs."""
    return "".join(letter for letter in unicodedata.normalize("NFKC", title).casefold() if letter.isalnum())


def _code(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().casefold()


def _by(goods: Iterable[OwnGood], name_of: object) -> Mapping[str, list[OwnGood]]:
    assert callable(name_of)
    groups: dict[str, list[OwnGood]] = defaultdict(list)
    for good in goods:
        name = name_of(good)
        if name:
            groups[name].append(good)
    return groups


def _proposal(listing: Listing, candidates: Sequence[OwnGood], evidence: Evidence) -> Proposal | None:
    """The one item that the candidates are SKUs of; its SKU where there is one only."""
    if len({one.item_id for one in candidates}) != 1:
        return None
    first = candidates[0]
    sku_id = first.sku_id if len(candidates) == 1 else None
    return Proposal(listing, first.item_id, sku_id, first.title, evidence)
