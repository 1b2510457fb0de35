"""How does the daily report leave the house: by mail or signed webhook, now or every morning, once?

The ways out are the kernel's (`kernel/messages/channels`): private addresses are refused unless a setting allows them,
only https leaves, and without a mail server a mail becomes a file that says that it was not sent. The words are fixed
when a sending is asked for, so every try says the same, and the same words of one day go to a recipient once. A mail
has the report as PDF with it, as long as that still says what the words say.
"""

import asyncio
import hashlib
import re
import secrets
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from peakday.insight.channels import api, sending_store
from peakday.insight.channels.errors import MissingRate
from peakday.insight.channels.report_pdf import PDF, pdf_of
from peakday.insight.channels.rules.morning import is_morning
from peakday.insight.channels.rules.report_words import letter_body
from peakday.insight.channels.sending_store import RECIPIENTS_MAX, Recipient, Sending
from peakday.kernel.actor import SYSTEM, Actor, require
from peakday.kernel.clock import day_of
from peakday.kernel.database import Tx
from peakday.kernel.house import House
from peakday.kernel.ids import new_id, show_id
from peakday.kernel.jobs import enqueue_job
from peakday.kernel.messages.channels import Attachment, ChannelName, Letter, Undeliverable, channel_of
from peakday.kernel.messages.channels.webhook import read_url
from peakday.kernel.refusal import Invalid, Problem, TooMany
from peakday.kernel.text import Language, Text
from peakday.market.shops import api as shops

JOB = "channels.send_report"
TRIES_MAX = 8
HOURS = range(24)
_MAIL = re.compile(r"[^@\s,;<>\"]{1,64}@[^@\s,;<>\"]{1,190}\.[^@\s,;<>\"]{2,30}")
_SUBJECT = Text("{shop} 全渠道日报 {day}", "{shop}: daily report of all channels, {day}")


async def add_recipient(
    house: House, tx: Tx, actor: Actor, shop_id: UUID, wanted: tuple[ChannelName, str, Language, int]
) -> Recipient | None:  # fmt: skip
    """Who shall get the report every morning; None when they get it already. Refuses `Invalid`, `TooMany`."""
    require(actor, api.EDIT, shop_id)
    require(actor, api.VIEW, shop_id)
    way, address, language, hour = wanted
    address = address.strip()
    if way is ChannelName.WEBHOOK:
        try:
            read_url(address)
        except Undeliverable:
            raise _bad("address", "不是可用的 https 地址", "it is not an https address that we call") from None
    elif way is not ChannelName.MAIL or not _MAIL.fullmatch(address) or not address.isascii():
        raise _bad("address", "不是邮箱地址", "it is not a mail address")
    if hour not in HOURS:
        raise _bad("hour", "时间须为 0–23 点", "an hour is 0 to 23")
    if len(await sending_store.list_recipients(tx, shop_id)) >= RECIPIENTS_MAX:
        raise TooMany
    now = house.clock.now()
    secret = secrets.token_urlsafe(24) if way is ChannelName.WEBHOOK else None
    one = Recipient(shop_id, new_id(now), way, address, secret, language, hour)
    return one if await sending_store.add_recipient(tx, one, now, actor.account_id) else None


async def remove_recipient(tx: Tx, actor: Actor, shop_id: UUID, recipient_id: UUID) -> bool:
    """Send them no more reports; whether they got any."""
    require(actor, api.EDIT, shop_id)
    return await sending_store.remove_recipient(tx, shop_id, recipient_id)


async def list_recipients(tx: Tx, actor: Actor, shop_id: UUID) -> list[Recipient]:
    """Who gets the report."""
    require(actor, api.VIEW, shop_id)
    return await sending_store.list_recipients(tx, shop_id)


async def list_sendings(tx: Tx, actor: Actor, shop_id: UUID) -> list[Sending]:
    """What was sent, latest first."""
    require(actor, api.VIEW, shop_id)
    return await sending_store.list_sendings(tx, shop_id)


async def send_report(house: House, tx: Tx, actor: Actor, shop_id: UUID, recipient_id: UUID, day: date) -> bool:
    """Have the report of a day sent; False when the same words went to them before. Refuses `RecipientNotFound`."""
    require(actor, api.EDIT, shop_id)
    require(actor, api.VIEW, shop_id)
    return await _plan(house, tx, await sending_store.get_recipient(tx, shop_id, recipient_id), day)


async def send_mornings(house: House) -> int:
    """The duty: make the report for everybody whose hour has come. The report is of the last day with trade before
    today; where nothing is new since the last morning nothing is sent.
    """
    now = house.clock.now()
    sent = 0
    async with house.database.read() as connection:
        waiting = await sending_store.list_to_look_at(connection, day_of(now))
    for one in waiting:
        if not is_morning(now, one.hour, one.looked_on):
            continue
        async with house.database.transaction() as tx:
            last = await api.find_last_day(tx, SYSTEM, one.shop_id)
            if last is not None:
                sent += await _plan(house, tx, one, min(last, day_of(now) - timedelta(days=1)))
            await sending_store.note_look(tx, one, day_of(now))
    return sent


async def deliver(house: House, payload: dict[str, Any]) -> None:
    """The job: hand a report to its way out. Raises what the way raises, so that the queue tries again."""
    async with house.database.transaction() as tx:
        one = await sending_store.take_sending(tx, UUID(payload["shop_id"]), UUID(payload["sending_id"]))
    if one is None:
        return
    try:
        receipt = await channel_of(one.way, house.settings).deliver(await _letter(house, one))
    except Undeliverable as refusal:
        await _settle(house, one, "failed", str(refusal))
        return
    except Exception as fault:
        await _settle(house, one, "failed" if one.attempts >= TRIES_MAX else "waiting", repr(fault))
        raise
    await _settle(house, one, "delivered", receipt.detail, is_simulated=receipt.is_simulated)


async def _plan(house: House, tx: Tx, to: Recipient, day: date) -> bool:
    shop = await shops.get_shop(tx, SYSTEM, to.shop_id)
    try:
        body = letter_body(await api.report_of(tx, SYSTEM, to.shop_id, shop.currency, day), to.language)
    except MissingRate as refusal:
        body = refusal.message.of(to.language, **refusal.data)
    subject = _SUBJECT.of(to.language, shop=shop.name, day=day)
    now = house.clock.now()
    sending = Sending(
        to.shop_id, new_id(now), to.recipient_id, to.way, to.address, to.secret, to.language, day, subject, body, now,
        "waiting", 0, False, "",
    )  # fmt: skip
    sending_id = await sending_store.add_sending(tx, sending, hashlib.sha256(f"{subject}\n{body}".encode()).digest())
    if sending_id is None:
        return False
    await enqueue_job(tx, JOB, {"shop_id": str(to.shop_id), "sending_id": str(sending_id)}, now, key=str(sending_id))
    return True


async def _settle(house: House, one: Sending, status: str, detail: str, *, is_simulated: bool = False) -> None:
    async with house.database.transaction() as tx:
        await sending_store.settle_sending(tx, one, status, detail, house.clock.now(), is_simulated=is_simulated)


async def _letter(house: House, one: Sending) -> Letter:
    settings = house.settings
    public = (settings.public_url or f"http://{settings.host}:{settings.port}").rstrip("/")
    href = f"{public}/shop/{show_id('shp', one.shop_id)}/data/channels/report?day={one.day}"
    return Letter(
        one.sending_id, one.sending_id, one.address, one.secret, one.language, "channel_report", one.subject, one.body,
        None, None, href, one.asked_at, await _attachment(house, one) if one.way is ChannelName.MAIL else None,
    )  # fmt: skip


async def _attachment(house: House, one: Sending) -> Attachment | None:
    """The report as PDF; None where the figures have changed since the words were fixed."""
    async with house.database.read() as tx:
        shop = await shops.get_shop(tx, SYSTEM, one.shop_id)
        try:
            report = await api.report_of(tx, SYSTEM, one.shop_id, shop.currency, one.day)
        except MissingRate:
            return None
    if letter_body(report, one.language) != one.body:
        return None
    content = await asyncio.to_thread(pdf_of, report, shop.name, one.language)
    return Attachment(f"report-{one.day}.pdf", PDF, content)


def _bad(field: str, zh: str, en: str) -> Invalid:
    return Invalid(Problem(field, f"bad_{field}", Text(zh, en), Text("请更正后重试", "Correct it and try again")))
