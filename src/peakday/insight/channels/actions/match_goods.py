"""Which matcher does the house propose links with? Code and title first, then likeness.

What the plain means (`rules/item_match.py`) leave is looked for by `market/same_products`: a listing whose title shares
a passage or a code with one of our goods, and that its model holds to be the same product.
"""

from collections.abc import Sequence

from peakday.insight.channels.goods_model import Evidence, Listing, OwnGood, Proposal
from peakday.insight.channels.rules.item_match import CodeAndTitle
from peakday.market.same_products import api as same_products


class CodeTitleAndLikeness:
    """The matcher of the house."""

    def propose(self, listings: Sequence[Listing], goods: Sequence[OwnGood]) -> list[Proposal]:
        """At most one proposal a listing; of an item with several SKUs the item."""
        sure = CodeAndTitle().propose(listings, goods)
        settled = {one.listing.key for one in sure}
        rest = [listing for listing in listings if listing.key not in settled and listing.title]
        if not rest:
            return sure
        titles = {good.item_id: good.title for good in goods}
        skus: dict[object, list[OwnGood]] = {}
        for good in goods:
            skus.setdefault(good.item_id, []).append(good)
        asked = list(dict.fromkeys(listing.title for listing in rest))
        named = {title: item_id for title, item_id, _ in same_products.find_named_goods(titles, asked)}
        for listing in rest:
            if (item_id := named.get(listing.title)) is not None:
                only = skus[item_id][0].sku_id if len(skus[item_id]) == 1 else None
                sure.append(Proposal(listing, item_id, only, titles[item_id], Evidence.MATCHER))
        return sure
