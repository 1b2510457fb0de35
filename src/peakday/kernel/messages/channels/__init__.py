"""By which ways does a message leave the house? One file each, all of one shape (`letter.Channel`)."""

from peakday.kernel.messages.channels.desk import DeskChannel
from peakday.kernel.messages.channels.letter import Attachment, Channel, ChannelName, Letter, Receipt, Undeliverable
from peakday.kernel.messages.channels.mail import FileMailChannel, SmtpChannel
from peakday.kernel.messages.channels.webhook import WebhookChannel
from peakday.kernel.settings import Settings

__all__ = ["Attachment", "Channel", "ChannelName", "Letter", "Receipt", "Undeliverable", "channel_of"]


def channel_of(name: ChannelName, settings: Settings) -> Channel:
    """The channel of an installation: real where it is set up, else visibly simulated."""
    if name is ChannelName.DESK:
        return DeskChannel()
    if name is ChannelName.WEBHOOK:
        return WebhookChannel(settings.webhook_networks)
    return SmtpChannel(settings.smtp_url) if settings.smtp_url else FileMailChannel(settings.mail_dir)
