"""Does a warning reach the right people, go further while nobody answers, and show figures only to who may see them?"""

import email
import email.policy
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from peakday.apps.worker.tasks import DUTIES, JOB_KINDS, REACTIONS
from peakday.kernel.actor import Actor
from peakday.kernel.clock import MARKET_ZONE
from peakday.kernel.duties import perform
from peakday.kernel.house import House
from peakday.kernel.jobs import run_due_jobs
from peakday.kernel.messages import Message, MessageStatus, resolve, send
from peakday.kernel.messages.channels import ChannelName
from peakday.kernel.messages.deliveries import list_deliveries
from peakday.kernel.messages.reading import MessageFilter
from peakday.kernel.money import Money
from peakday.kernel.outbox import deliver_pending
from peakday.kernel.refusal import NotAllowed, NotFound
from peakday.kernel.text import Text
from peakday.market.accounts.identity import actor_of_account
from peakday.market.accounts.model import Role
from peakday.operations.workbench import api
from peakday.operations.workbench.errors import BadDesk
from peakday.operations.workbench.model import Desk, QuietHours
from tests.market.people import open_account, open_shop_with_owner

DESK, MAIL, HOOK = ChannelName.DESK, ChannelName.MAIL, ChannelName.WEBHOOK
ESCALATE = next(duty for duty in DUTIES if duty.name == "workbench.escalate")


class Office:
    """A shop with its people: the owner, a marketer without figures, a packer; and a second shop."""

    def __init__(self, house: House, shop_id: UUID, people: dict[str, Actor]) -> None:
        self.house, self.shop_id, self.people = house, shop_id, people

    async def warn(self, **changes) -> UUID:
        """A price risk, sent and routed."""
        wanted = Message(
            self.shop_id, "price_risk", Text("跌破红线价", "Below the red line"), Text("亏 ¥77", "Loses ¥77"),
            "/shop/x/health", "risk:1", money_at_risk=Money(7_700, "CNY"), needs_answer=True,
        )  # fmt: skip
        async with self.house.database.transaction() as tx:
            message_id = await send(tx, replace(wanted, **changes), self.house.clock.now())
        await self.work()
        return message_id

    async def work(self) -> None:
        """One round of the worker."""
        await deliver_pending(self.house.database, REACTIONS, self.house.clock)
        await perform(self.house, ESCALATE)
        await run_due_jobs(self.house, JOB_KINDS)

    async def deliveries(self, message_id: UUID) -> list[tuple[int, str, str, str]]:
        """What went to whom: step, login, channel, status."""
        names = {actor.account_id: login for login, actor in self.people.items()}
        async with self.house.database.read() as connection:
            rows = await list_deliveries(connection, message_id)
        return sorted((row.step, names[row.account_id], row.channel.value, row.status) for row in rows)


@pytest.fixture
async def office(house, clock) -> Office:
    now = clock.now()
    shop_id, owner = await open_shop_with_owner(house.database, "one", now)
    _, stranger = await open_shop_with_owner(house.database, "two", now)
    async with house.database.transaction() as tx:
        marketer = await open_account(tx, shop_id, "marketer", now, Role.CUSTOM, {"home:view", "marketing:edit"})
        packer = await open_account(tx, shop_id, "packer", now, Role.SHIPPING)
    people = {"owner": owner, "marketer": actor_of_account(marketer), "packer": actor_of_account(packer)}
    return Office(house, shop_id, people | {"stranger": stranger})


@pytest.mark.capability("QN-04")
async def test_a_warning_goes_by_two_channels_to_those_who_may_act(office):
    message_id = await office.warn()
    assert await office.deliveries(message_id) == [
        (0, "marketer", "desk", "delivered"), (0, "marketer", "mail", "delivered"),
        (0, "owner", "desk", "delivered"), (0, "owner", "mail", "delivered"),
    ]  # fmt: skip
    mails = [
        email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        for path in office.house.settings.mail_dir.iterdir()
    ]
    assert sorted((mail["To"], "¥77" in mail.get_content()) for mail in mails) == [
        ("marketer@no-address.invalid", False), ("owner-one@no-address.invalid", True),
    ]  # fmt: skip
    await office.work()
    assert len(list(office.house.settings.mail_dir.iterdir())) == 2


@pytest.mark.capability("QN-04")
async def test_an_unanswered_warning_widens_to_every_channel_and_to_the_main_account(office, clock):
    async with office.house.database.transaction() as tx:
        hooked = Desk(webhook_address="https://10.0.0.8/hook", channels={"price_risk": (DESK, MAIL)})
        await api.save_desk(tx, office.people["marketer"], hooked, clock.now())
    message_id = await office.warn()
    clock.advance(timedelta(minutes=29))
    await office.work()
    assert max(step for step, *_ in await office.deliveries(message_id)) == 0
    clock.advance(timedelta(minutes=1))
    await office.work()
    assert [row for row in await office.deliveries(message_id) if row[0] == 1] == [
        (1, "marketer", "desk", "delivered"), (1, "marketer", "mail", "delivered"),
        (1, "marketer", "webhook", "failed"), (1, "owner", "desk", "delivered"), (1, "owner", "mail", "delivered"),
    ]  # fmt: skip
    clock.advance(timedelta(minutes=30))
    await office.work()
    assert [row for row in await office.deliveries(message_id) if row[0] == 2] == [
        (2, "owner", "desk", "delivered"), (2, "owner", "mail", "delivered"),
    ]  # fmt: skip


@pytest.mark.capability("QN-04")
async def test_who_acknowledges_is_reminded_until_the_cause_is_gone(office, clock):
    message_id = await office.warn()
    async with office.house.database.transaction() as tx:
        await api.acknowledge_message(tx, office.people["marketer"], office.shop_id, message_id, clock.now())
    clock.advance(timedelta(hours=23))
    await office.work()
    assert max(step for step, *_ in await office.deliveries(message_id)) == 0
    clock.advance(timedelta(hours=1))
    await office.work()
    assert [row for row in await office.deliveries(message_id) if row[0] == 1] == [
        (1, "marketer", "desk", "delivered"), (1, "marketer", "mail", "delivered"),
    ]  # fmt: skip
    async with office.house.database.transaction() as tx:
        assert await resolve(tx, office.shop_id, "risk:1", clock.now())
    clock.advance(timedelta(days=3))
    await office.work()
    assert max(step for step, *_ in await office.deliveries(message_id)) == 1


async def test_quiet_hours_hold_mail_back_unless_much_money_is_at_risk(office, clock):
    clock.at = datetime(2026, 11, 12, 2, tzinfo=MARKET_ZONE)
    night = Desk(quiet=QuietHours(22 * 60, 8 * 60), urgent_minor=7_701)
    async with office.house.database.transaction() as tx:
        await api.save_desk(tx, office.people["owner"], night, clock.now())
        await api.save_desk(tx, office.people["marketer"], replace(night, urgent_minor=7_700), clock.now())
    message_id = await office.warn(needs_answer=False)
    statuses = {(login, channel): status for _, login, channel, status in await office.deliveries(message_id)}
    assert (statuses["owner", "mail"], statuses["owner", "desk"]) == ("waiting", "delivered")
    assert statuses["marketer", "mail"] == "delivered"
    clock.advance(timedelta(hours=6))
    await office.work()
    assert (0, "owner", "mail", "delivered") in await office.deliveries(message_id)


@pytest.mark.capability("QN-08")
async def test_a_reader_sees_what_their_menus_and_their_right_to_figures_allow(office, clock):
    message_id = await office.warn()
    read = {}
    async with office.house.database.transaction() as tx:
        for login in ("owner", "marketer", "packer"):
            actor = office.people[login]
            page = await api.list_desk(tx, actor, office.shop_id, MessageFilter())
            bodies = [(one.stored.message.body.en, one.stored.message.money_at_risk) for one in page.items]
            found = await api.list_desk(tx, actor, office.shop_id, MessageFilter(search="LOSES"))
            read[login] = (bodies, len(found.items), await api.count_unread_of(tx, actor))
        with pytest.raises(NotFound):
            await api.read_message(tx, office.people["packer"], office.shop_id, message_id, clock.now())
        with pytest.raises(NotAllowed):
            await api.acknowledge_message(tx, office.people["packer"], office.shop_id, message_id, clock.now())
        with pytest.raises(NotFound):
            await api.list_desk(tx, office.people["stranger"], office.shop_id, MessageFilter())
        detail = await api.read_message(tx, office.people["owner"], office.shop_id, message_id, clock.now())
        assert await api.count_unread_of(tx, office.people["owner"]) == 0
    assert read == {
        "owner": ([("Loses ¥77", Money(7_700, "CNY"))], 1, 1),
        "marketer": ([("", None)], 0, 1),
        "packer": ([], 0, 0),
    }
    assert (detail.stored.status, len(detail.deliveries)) == (MessageStatus.OPEN, 4)


async def test_a_message_that_needs_no_answer_is_told_once(office, clock):
    message_id = await office.warn(needs_answer=False, topic="deadline")
    clock.advance(timedelta(days=2))
    await office.work()
    assert await office.deliveries(message_id) == [
        (0, "marketer", "desk", "delivered"), (0, "owner", "desk", "delivered"),
    ]  # fmt: skip


async def test_a_webhooks_secret_is_shown_once_and_changes_with_its_address(office, clock):
    owner, hooked = office.people["owner"], Desk(webhook_address="https://example.org/a")
    async with office.house.database.transaction() as tx:
        first, secret = await api.save_desk(tx, owner, hooked, clock.now())
        again, none = await api.save_desk(tx, owner, replace(hooked, language="en"), clock.now())
        _, other = await api.save_desk(tx, owner, Desk(webhook_address="https://example.org/b"), clock.now())
        gone, _ = await api.save_desk(tx, owner, Desk(), clock.now())
    assert secret == first.webhook_secret == again.webhook_secret
    assert none is None
    assert other not in {None, secret}
    assert gone.webhook_secret is None


@pytest.mark.parametrize(
    ("desk", "field"),
    [
        (Desk(mail_address="nobody"), "mail_address"),
        (Desk(mail_address="a@b.example\nBcc: all@b.example"), "mail_address"),
        (Desk(webhook_address="ftp://example.org"), "webhook_address"),
        (Desk(urgent_minor=-1), "urgent"),
        (Desk(channels={"unheard_of": (DESK,)}), "channels"),
        (Desk(channels={"price_risk": (HOOK,)}), "webhook_address"),
    ],
)
async def test_settings_that_cannot_be_kept_are_refused_and_nothing_changes(office, clock, desk, field):
    owner = office.people["owner"]
    async with office.house.database.transaction() as tx:
        with pytest.raises(BadDesk) as refusal:
            await api.save_desk(tx, owner, desk, clock.now())
        assert await api.get_desk(tx, owner) == Desk()
    assert [problem.field for problem in refusal.value.problems] == [field]
