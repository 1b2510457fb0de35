"""By which channels is an account reached, and where?"""

from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from peakday.kernel.messages import Message
from peakday.kernel.messages.channels import ChannelName
from peakday.kernel.text import Text
from peakday.operations.workbench.model import Desk
from peakday.operations.workbench.rules.readers import channels_for, reach_of

DESK, MAIL, HOOK = ChannelName.DESK, ChannelName.MAIL, ChannelName.WEBHOOK
NEWS = Message(UUID(int=1), "deadline", Text("提醒", "Reminder"), Text("", ""), "/shop/x/", "k")
WARNING = replace(NEWS, topic="price_risk", needs_answer=True)
HOOKED = Desk(webhook_address="https://example.org/hook", webhook_secret="s")


@pytest.mark.parametrize(
    ("desk", "message", "expected"),
    [
        (Desk(), NEWS, (DESK,)),
        (Desk(channels={"deadline": (MAIL,)}), NEWS, (MAIL,)),
        (Desk(channels={"deadline": ()}), NEWS, ()),
        (Desk(), replace(NEWS, topic="unheard_of"), (DESK,)),
        (Desk(channels={"deadline": (HOOK,)}), NEWS, ()),  # no address to call
        (replace(HOOKED, channels={"deadline": (HOOK,)}), NEWS, (HOOK,)),
    ],
)
def test_a_message_takes_the_channels_that_were_chosen(desk, message, expected):
    assert channels_for(desk, message) == expected


@pytest.mark.capability("QN-04")
def test_a_warning_takes_two_channels_whatever_was_unsubscribed():
    nothing = Desk(channels={"price_risk": ()})
    assert channels_for(nothing, WARNING) == (DESK, MAIL)
    assert channels_for(replace(HOOKED, channels={"price_risk": (HOOK,)}), WARNING) == (DESK, HOOK)
    assert channels_for(nothing, WARNING, by_every_channel=True) == (DESK, MAIL)
    assert channels_for(HOOKED, WARNING, by_every_channel=True) == (DESK, MAIL, HOOK)


def test_mail_goes_to_the_address_given_else_to_the_login():
    account = uuid4()

    def address(login: str, desk: Desk, channel: ChannelName = MAIL) -> str:
        return reach_of(account, login, desk, channel, sees_figures=True).address

    assert address("owner", Desk(mail_address="me@example.org")) == "me@example.org"
    assert address("owner@example.org", Desk()) == "owner@example.org"
    assert address("owner", Desk()) == "owner@no-address.invalid"
    assert address("tea:packer 1", Desk()) == "tea.packer.1@no-address.invalid"
    assert address("owner", HOOKED, HOOK) == "https://example.org/hook"
    assert address("owner", HOOKED, DESK) == ""


def test_the_secret_goes_with_the_webhook_only():
    assert reach_of(uuid4(), "owner", HOOKED, HOOK, sees_figures=True).secret == "s"
    assert reach_of(uuid4(), "owner", HOOKED, MAIL, sees_figures=True).secret is None
