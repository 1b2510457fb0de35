"""Which doors does the room `promotions` open to programs? Written by `python tools/client.py`."""

# ruff: noqa: A002, E501, RUF100 - names and sentences are those of the doors

from uuid import UUID

from peakday.apps.client.transport import Transport
from peakday.trade.promotions.model import Kind
from peakday.trade.promotions.stored import InstrumentStatus
from peakday.trade.promotions.web.answers import (
    BasketForm,
    ChangedInstrument,
    HistoryBody,
    InspectionBody,
    InstrumentList,
    NewInstrument,
    PresaleBody,
    PresaleForm,
    PresaleList,
    PricedBasketBody,
    PublishedBody,
    ReasonForm,
    RollBackForm,
    WishForm,
)
from peakday.trade.promotions.web.bodies import InstrumentBody, TermsForm
from peakday.trade.promotions.web.claim_bodies import (
    CardList,
    ClaimableList,
    ClaimedBody,
    ClaimForm,
    ClaimingBody,
    ClaimingForm,
)
from peakday.trade.promotions.web.platform_v1 import SaleTierForm


class PromotionsDoors(Transport):
    """The doors of promotions."""

    def list_instruments(
        self,
        shop_id: str,
        *,
        search: str = "",
        status: InstrumentStatus | None = None,
        kind: Kind | None = None,
        cursor: str | None = None,
        limit: int = 50,
    ) -> InstrumentList:
        """The shop's instruments, newest first; `search` looks into names."""
        return self.ask(
            "GET",
            f"/v1/shops/{shop_id}/instruments",
            InstrumentList,
            query={"search": search, "status": status, "kind": kind, "cursor": cursor, "limit": limit},
        )

    def create_instrument(self, shop_id: str, body: NewInstrument) -> InstrumentBody:
        """Keep an instrument as a draft."""
        return self.ask("POST", f"/v1/shops/{shop_id}/instruments", InstrumentBody, body=body)

    def inspect_terms(self, shop_id: str, body: TermsForm) -> InspectionBody:
        """What the health check would say; nothing is kept. A what-if for programs and mass edits."""
        return self.ask("POST", f"/v1/shops/{shop_id}/instruments/inspect", InspectionBody, body=body)

    def read_instrument(self, shop_id: str, instrument_id: str) -> InstrumentBody:
        """One instrument."""
        return self.ask("GET", f"/v1/shops/{shop_id}/instruments/{instrument_id}", InstrumentBody)

    def edit_instrument(self, shop_id: str, instrument_id: str, body: ChangedInstrument) -> InstrumentBody:
        """The next version, as a draft; a live instrument is paused first."""
        return self.ask("PUT", f"/v1/shops/{shop_id}/instruments/{instrument_id}", InstrumentBody, body=body)

    def list_versions(self, shop_id: str, instrument_id: str) -> HistoryBody:
        """Every version and every move of the status, latest first."""
        return self.ask("GET", f"/v1/shops/{shop_id}/instruments/{instrument_id}/versions", HistoryBody)

    def publish(self, shop_id: str, instrument_id: str, body: WishForm) -> PublishedBody:
        """Let it go live, or learn what must be confirmed or approved first."""
        return self.ask("POST", f"/v1/shops/{shop_id}/instruments/{instrument_id}/publish", PublishedBody, body=body)

    def resume(self, shop_id: str, instrument_id: str, body: WishForm) -> PublishedBody:
        """Let a paused one go on, looked at anew."""
        return self.ask("POST", f"/v1/shops/{shop_id}/instruments/{instrument_id}/resume", PublishedBody, body=body)

    def approve(self, shop_id: str, instrument_id: str, body: WishForm) -> PublishedBody:
        """Approve a held one, as another person than who submitted it."""
        return self.ask("POST", f"/v1/shops/{shop_id}/instruments/{instrument_id}/approve", PublishedBody, body=body)

    def pause(self, shop_id: str, instrument_id: str, body: ReasonForm) -> InstrumentBody:
        """Take it out of new carts; cards that were issued stay good."""
        return self.ask("POST", f"/v1/shops/{shop_id}/instruments/{instrument_id}/pause", InstrumentBody, body=body)

    def end(self, shop_id: str, instrument_id: str, body: ReasonForm) -> InstrumentBody:
        """End it for good."""
        return self.ask("POST", f"/v1/shops/{shop_id}/instruments/{instrument_id}/end", InstrumentBody, body=body)

    def copy(self, shop_id: str, instrument_id: str) -> InstrumentBody:
        """A new draft like it."""
        return self.ask("POST", f"/v1/shops/{shop_id}/instruments/{instrument_id}/copy", InstrumentBody)

    def roll_back(self, shop_id: str, instrument_id: str, body: RollBackForm) -> InstrumentBody:
        """A new version that says what an earlier one said."""
        return self.ask("POST", f"/v1/shops/{shop_id}/instruments/{instrument_id}/roll-back", InstrumentBody, body=body)

    def price_basket(self, shop_id: str, body: BasketForm) -> PricedBasketBody:
        """What a basket costs with everything that is live, and why. Nothing is kept."""
        return self.ask("POST", f"/v1/shops/{shop_id}/price-baskets", PricedBasketBody, body=body)

    def list_presales(self, shop_id: str, *, cursor: str | None = None, limit: int = 50) -> PresaleList:
        """The presales of the shop, newest first."""
        return self.ask("GET", f"/v1/shops/{shop_id}/presales", PresaleList, query={"cursor": cursor, "limit": limit})

    def offer_presale(self, shop_id: str, body: PresaleForm) -> PresaleBody:
        """Take deposits for a SKU, within the bounds of the rules in force."""
        return self.ask("POST", f"/v1/shops/{shop_id}/presales", PresaleBody, body=body)

    def end_presale(self, shop_id: str, presale_id: str) -> bytes:
        """Take no more deposits."""
        return self.ask("POST", f"/v1/shops/{shop_id}/presales/{presale_id}/end", bytes)

    def read_claiming(self, shop_id: str, instrument_id: str) -> ClaimingBody:
        """How shoppers may take cards of it."""
        return self.ask("GET", f"/v1/shops/{shop_id}/instruments/{instrument_id}/claiming", ClaimingBody)

    def open_claiming(self, shop_id: str, instrument_id: str, body: ClaimingForm) -> ClaimingBody:
        """Let shoppers take cards of it, or change how."""
        return self.ask("PUT", f"/v1/shops/{shop_id}/instruments/{instrument_id}/claiming", ClaimingBody, body=body)

    def close_claiming(self, shop_id: str, instrument_id: str) -> bytes:
        """Let nobody take any more; what was taken stays good."""
        return self.ask("DELETE", f"/v1/shops/{shop_id}/instruments/{instrument_id}/claiming", bytes)

    def list_platform_instruments(
        self,
        *,
        search: str = "",
        status: InstrumentStatus | None = None,
        kind: Kind | None = None,
        cursor: str | None = None,
        limit: int = 50,
    ) -> InstrumentList:
        """The platform's instruments, newest first; `search` looks into names."""
        return self.ask(
            "GET",
            "/v1/platform/instruments",
            InstrumentList,
            query={"search": search, "status": status, "kind": kind, "cursor": cursor, "limit": limit},
        )

    def create_platform_instrument(self, body: NewInstrument) -> InstrumentBody:
        """Keep an instrument of the platform as a draft; without shops in its scope it holds for all."""
        return self.ask("POST", "/v1/platform/instruments", InstrumentBody, body=body)

    def inspect_platform_terms(self, body: TermsForm) -> InspectionBody:
        """What the check of a sample of shops would say, and what it covers; nothing is kept."""
        return self.ask("POST", "/v1/platform/instruments/inspect", InspectionBody, body=body)

    def read_platform_instrument(self, instrument_id: str) -> InstrumentBody:
        """One instrument of the platform."""
        return self.ask("GET", f"/v1/platform/instruments/{instrument_id}", InstrumentBody)

    def edit_platform_instrument(self, instrument_id: str, body: ChangedInstrument) -> InstrumentBody:
        """The next version, as a draft; a live one is paused first."""
        return self.ask("PUT", f"/v1/platform/instruments/{instrument_id}", InstrumentBody, body=body)

    def publish_platform_instrument(self, instrument_id: str, body: WishForm) -> PublishedBody:
        """Ask for it to go live: a second person of the staff approves every instrument of the platform."""
        return self.ask("POST", f"/v1/platform/instruments/{instrument_id}/publish", PublishedBody, body=body)

    def resume_platform_instrument(self, instrument_id: str, body: WishForm) -> PublishedBody:
        """Let a paused one go on, looked at anew."""
        return self.ask("POST", f"/v1/platform/instruments/{instrument_id}/resume", PublishedBody, body=body)

    def approve_platform_instrument(self, instrument_id: str, body: WishForm) -> PublishedBody:
        """Approve it, as another person than who submitted it."""
        return self.ask("POST", f"/v1/platform/instruments/{instrument_id}/approve", PublishedBody, body=body)

    def pause_platform_instrument(self, instrument_id: str, body: ReasonForm) -> InstrumentBody:
        """Take it out of new carts in every shop; cards that were issued stay good."""
        return self.ask("POST", f"/v1/platform/instruments/{instrument_id}/pause", InstrumentBody, body=body)

    def end_platform_instrument(self, instrument_id: str, body: ReasonForm) -> InstrumentBody:
        """End it for good."""
        return self.ask("POST", f"/v1/platform/instruments/{instrument_id}/end", InstrumentBody, body=body)

    def open_platform_claiming(self, instrument_id: str, body: ClaimingForm) -> ClaimingBody:
        """Let shoppers take cards of it, or change how."""
        return self.ask("PUT", f"/v1/platform/instruments/{instrument_id}/claiming", ClaimingBody, body=body)

    def close_platform_claiming(self, instrument_id: str) -> bytes:
        """Let nobody take any more; what was taken stays good."""
        return self.ask("DELETE", f"/v1/platform/instruments/{instrument_id}/claiming", bytes)

    def open_sale_tier(self, body: SaleTierForm) -> InstrumentBody:
        """The cross-shop tier of a sale's own rules, as a draft within the days on which they hold."""
        return self.ask("POST", "/v1/platform/sale-tiers", InstrumentBody, body=body)

    def list_my_cards(self, *, cursor: str | None = None, limit: int = 50) -> CardList:
        """The wallet: unused cards, what expires first. Its first 500 cards are read."""
        return self.ask("GET", "/v1/my/cards", CardList, query={"cursor": cursor, "limit": limit})

    def list_claimable_cards(self, *, shop_id: tuple[UUID, ...] = ()) -> ClaimableList:
        """What these shops and the platform give out now or soon."""
        return self.ask("GET", "/v1/my/claimable-cards", ClaimableList, query={"shop_id": shop_id})

    def claim_card(self, body: ClaimForm) -> ClaimedBody:
        """Take one; 200 when this key took it before."""
        return self.ask("POST", "/v1/my/cards", ClaimedBody, body=body)
