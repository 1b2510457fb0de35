"""Does the audit of the workbench find each planted breach, and nothing where all is well?"""

import pytest

from peakday.kernel.actor import Actor
from peakday.kernel.ids import new_id
from peakday.kernel.messages import Message, send
from peakday.kernel.money import Money
from peakday.kernel.text import Text
from peakday.operations.workbench import api
from peakday.operations.workbench.audit import audit
from peakday.operations.workbench.model import Todo
from tests.market.people import open_shop_with_owner

PLANTED = {
    "message_has_a_shop": "update kernel.message set shop_id = gen_random_uuid()",
    "todo_has_a_shop": "update workbench.todo set shop_id = gen_random_uuid()",
    "message_stays_in_its_shop": "update kernel.message_delivery set account_id = $1 where channel = 'desk'",
    "delivery_waits_for_a_job": "delete from kernel.job where kind = 'kernel.deliver_message'",
    "settled_delivery_has_its_time": "update kernel.message_delivery set settled_at = null",
    "settled_message_is_left_alone": "update kernel.message set status = 'resolved', answered_at = sent_at",
}


@pytest.fixture
async def stranger(house, clock) -> Actor:
    """A shop with a warning on its way and a to-do; and the owner of another shop."""
    now = clock.now()
    shop_id, _ = await open_shop_with_owner(house.database, "one", now)
    _, stranger = await open_shop_with_owner(house.database, "two", now)
    warning = Message(
        shop_id, "price_risk", Text("风险", "Risk"), Text("", ""), "/shop/x/", "risk:1", Money(1, "CNY"),
        needs_answer=True,
    )  # fmt: skip
    todo = Todo(key="k", kind="test", title=Text("待办", "To do"), path="items", permission="items:view")
    async with house.database.transaction() as tx:
        await api.route_message(tx, shop_id, await send(tx, warning, now), now)
        await api.push_todo(tx, shop_id, todo, now)
    return stranger


async def test_nothing_is_found_where_all_is_well(house, stranger):
    assert await audit(house) == []


@pytest.mark.parametrize("invariant", PLANTED)
async def test_a_planted_breach_is_found(house, clock, stranger, invariant):
    statement = PLANTED[invariant]
    async with house.database.transaction() as tx:
        await tx.execute(statement, *([stranger.account_id or new_id(clock.now())] if "$1" in statement else []))
    assert invariant in {finding.invariant for finding in await audit(house)}
