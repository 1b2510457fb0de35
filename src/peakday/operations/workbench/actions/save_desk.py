"""How does an account say by which channels it wants to hear of things?

The secret that signs a webhook is made when its address is new or changes, and shown that once.
"""

import secrets
from dataclasses import replace
from datetime import datetime

from peakday.kernel.actor import Actor, require
from peakday.kernel.database import Tx
from peakday.kernel.ids import show_id
from peakday.kernel.messages.channels import ChannelName, Undeliverable
from peakday.kernel.messages.channels.webhook import read_url
from peakday.kernel.refusal import NotSignedIn, Problem
from peakday.kernel.text import Text
from peakday.market.accounts import api as accounts
from peakday.market.accounts.model import ACCOUNT_PREFIX
from peakday.operations.workbench import store
from peakday.operations.workbench.errors import BadDesk
from peakday.operations.workbench.model import TOPICS, Desk
from peakday.operations.workbench.rules.readers import is_mail_address

URGENT_MINOR_MAX = 10**12


async def save_desk(tx: Tx, actor: Actor, wanted: Desk, now: datetime) -> tuple[Desk, str | None]:
    """Keep the account's choice; with it a new webhook's secret, shown this once. Refuses `BadDesk`, `NotSignedIn`."""
    require(actor, "home:view", actor.shop_id)
    if actor.account_id is None or actor.via_key is not None:
        raise NotSignedIn
    problems = desk_problems(wanted)
    if problems:
        raise BadDesk(*problems)
    known = (await store.find_desks(tx, [actor.account_id]))[actor.account_id]
    secret = known.webhook_secret if wanted.webhook_address == known.webhook_address else None
    is_new = wanted.webhook_address is not None and secret is None
    if is_new:
        secret = secrets.token_urlsafe(32)
    desk = replace(wanted, webhook_secret=secret if wanted.webhook_address else None)
    await store.save_desk(tx, actor.account_id, desk, now)
    detail = {"webhook": desk.webhook_address, "mail": desk.mail_address}
    subject = f"account:{show_id(ACCOUNT_PREFIX, actor.account_id)}"
    await accounts.record_audit(tx, actor, "message_settings_edited", subject, now, detail)
    return desk, secret if is_new else None


def desk_problems(desk: Desk) -> list[Problem]:
    """What is wrong with a choice, by field. Whether a webhook's name leads inside is judged at sending, each time."""
    problems = []
    mail, hook = desk.mail_address, desk.webhook_address
    if mail is not None and not is_mail_address(mail):
        problems.append(_BAD_MAIL)
    if hook is not None:
        try:
            read_url(hook)
        except Undeliverable:
            problems.append(_BAD_HOOK)
    if not 0 <= desk.urgent_minor <= URGENT_MINOR_MAX:
        problems.append(_BAD_MONEY)
    if not set(desk.channels) <= set(TOPICS):
        problems.append(_BAD_TOPIC)
    if hook is None and any(ChannelName.WEBHOOK in names for names in desk.channels.values()):
        problems.append(_NO_HOOK)
    return problems


_BAD_MAIL = Problem(
    "mail_address", "not_an_address", Text("不是有效的邮箱", "it is not a mail address"),
    Text("写成 name@example.com", "Write name@example.com"),
)  # fmt: skip
_BAD_HOOK = Problem(
    "webhook_address", "not_an_address", Text("不是可用的网址", "it is not an address that can be called"),
    Text("写成 https://example.com/hook,不含用户名", "Write https://example.com/hook, without a user name"),
)  # fmt: skip
_BAD_MONEY = Problem(
    "urgent", "out_of_range", Text("金额超出范围", "the amount is out of range"),
    Text("写成 0 以上的金额", "Write an amount of 0 or more"),
)  # fmt: skip
_BAD_TOPIC = Problem(
    "channels", "unknown_topic", Text("没有这个消息类型", "there is no such topic"),
    Text("从列表中选择", "Choose from the list"),
)  # fmt: skip
_NO_HOOK = Problem(
    "webhook_address", "missing", Text("勾选了 webhook 但没有网址", "a webhook is chosen but has no address"),
    Text("填写网址或取消勾选", "Give its address, or unselect it"),
)  # fmt: skip
