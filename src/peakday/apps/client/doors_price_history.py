"""Which doors does the room `price_history` open to programs? Written by `python tools/client.py`."""

# ruff: noqa: A002, E501, RUF100 - names and sentences are those of the doors

from datetime import date

from peakday.apps.client.transport import Transport
from peakday.trade.price_history.web.bodies import (
    LowPriceBody,
    OffersBody,
    OffersForm,
    PriorPriceBody,
    ProofBody,
    ProtectionBody,
)


class PriceHistoryDoors(Transport):
    """The doors of price_history."""

    def read_low_price(
        self,
        shop_id: str,
        item_id: str,
        *,
        cursor: str | None = None,
        limit: int = 50,
        first_day: date,
        last_day: date,
        sku_id: str | None = None,
        event_ref: str | None = None,
    ) -> LowPriceBody:
        """The lowest asked and paid price and the median in a window, and why each candidate counts or not."""
        return self.ask(
            "GET",
            f"/v1/shops/{shop_id}/items/{item_id}/low-price",
            LowPriceBody,
            query={
                "cursor": cursor,
                "limit": limit,
                "first_day": first_day,
                "last_day": last_day,
                "sku_id": sku_id,
                "event_ref": event_ref,
            },
        )

    def read_price_proof(
        self, shop_id: str, item_id: str, *, claimed_minor: int, on: date, sku_id: str | None = None
    ) -> ProofBody:
        """Whether the item may be enrolled at a price on a market day, by the rule of that day."""
        return self.ask(
            "GET",
            f"/v1/shops/{shop_id}/items/{item_id}/price-proof",
            ProofBody,
            query={"claimed_minor": claimed_minor, "on": on, "sku_id": sku_id},
        )

    def read_protection(self, shop_id: str, order_id: str, line_no: str) -> ProtectionBody:
        """What the buyer of a line is due now because the price fell; nothing is given."""
        return self.ask(
            "GET", f"/v1/shops/{shop_id}/orders/{order_id}/lines/{line_no}/price-protection", ProtectionBody
        )

    def read_prior_price(self, shop_id: str, offer_no: str, *, progressive: bool = False) -> PriorPriceBody:
        """The thirty-day low that a reduced price is announced against in the European Union."""
        return self.ask(
            "GET",
            f"/v1/shops/{shop_id}/offers/{offer_no}/prior-price",
            PriorPriceBody,
            query={"progressive": progressive},
        )

    def offer_prices(self, shop_id: str, item_id: str, body: OffersForm) -> OffersBody:
        """Offer prices from now or later on; each ends the one of its kind that holds then."""
        return self.ask("POST", f"/v1/shops/{shop_id}/items/{item_id}/offers", OffersBody, body=body)
