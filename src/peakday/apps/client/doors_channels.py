"""Which doors does the room `channels` open to programs? Written by `python tools/client.py`."""

# ruff: noqa: A002, E501, RUF100 - names and sentences are those of the doors

from datetime import date

from peakday.apps.client.transport import Transport
from peakday.insight.channels.web.v1 import (
    ChannelBody,
    ChannelForm,
    ChannelImportBody,
    ChannelsBody,
    LinkForm,
    LinksBody,
    ReportBody,
)


class ChannelsDoors(Transport):
    """The doors of channels."""

    def list_channels(self, shop_id: str) -> ChannelsBody:
        """The shop's channels."""
        return self.ask("GET", f"/v1/shops/{shop_id}/channels", ChannelsBody)

    def connect(self, shop_id: str, body: ChannelForm) -> ChannelBody:
        """Connect a channel; refused where the shop has one of this name."""
        return self.ask("POST", f"/v1/shops/{shop_id}/channels", ChannelBody, body=body)

    def send_file(self, shop_id: str, channel_id: str, body: object) -> ChannelImportBody:
        """Send a channel's file; the worker takes it. The same file again is the same import."""
        return self.ask("POST", f"/v1/shops/{shop_id}/channels/{channel_id}/imports", ChannelImportBody, body=body)

    def list_channel_imports(self, shop_id: str) -> list[ChannelImportBody]:
        """The imports of channels' files, latest first, and how far each is."""
        return self.ask("GET", f"/v1/shops/{shop_id}/channels/imports", list[ChannelImportBody])

    def read_report(self, shop_id: str, *, day: date | None = None) -> ReportBody:
        """The daily report of a day, else of the last one with trade; refused where a rate is missing."""
        return self.ask("GET", f"/v1/shops/{shop_id}/channels/report", ReportBody, query={"day": day})

    def list_links(self, shop_id: str) -> LinksBody:
        """Which listings are which of our items."""
        return self.ask("GET", f"/v1/shops/{shop_id}/channels/links", LinksBody)

    def link(self, shop_id: str, channel_id: str, body: LinkForm) -> bytes:
        """Say which of our items a listing is."""
        return self.ask("PUT", f"/v1/shops/{shop_id}/channels/{channel_id}/links", bytes, body=body)

    def unlink(self, shop_id: str, channel_id: str, *, ref: str) -> bytes:
        """Take a link back."""
        return self.ask("DELETE", f"/v1/shops/{shop_id}/channels/{channel_id}/links", bytes, query={"ref": ref})
