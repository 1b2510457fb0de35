"""Which doors does the room `same_products` open to programs? Written by `python tools/client.py`."""

# ruff: noqa: A002, E501, RUF100 - names and sentences are those of the doors

from peakday.apps.client.transport import Transport
from peakday.market.same_products.web.v1 import ClusterBody, PairBody, PairForm, PairsBody, VerdictForm


class SameProductsDoors(Transport):
    """The doors of same_products."""

    def read_same_products(self, shop_id: str, item_id: str) -> ClusterBody:
        """The same products of other shops on sale, and when the first of all was listed."""
        return self.ask("GET", f"/v1/shops/{shop_id}/items/{item_id}/same-products", ClusterBody)

    def list_same_product_pairs(self, *, cursor: str | None = None, limit: int = 50) -> PairsBody:
        """Pairs that wait for a person, the likeliest first; for the platform's staff."""
        return self.ask("GET", "/v1/platform/same-products/pairs", PairsBody, query={"cursor": cursor, "limit": limit})

    def judge_same_products(self, body: VerdictForm) -> PairBody:
        """Say what a pair is; "same" brings the second item into the first one's cluster. For the platform's staff."""
        return self.ask("POST", "/v1/platform/same-products/verdicts", PairBody, body=body)

    def undo_same_products_verdict(self, body: PairForm) -> PairBody:
        """Take a word back: the pair waits again, the item is where it was. For the platform's staff."""
        return self.ask("POST", "/v1/platform/same-products/verdicts/undo", PairBody, body=body)
