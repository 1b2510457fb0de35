"""Does every history of a cart (add, change, remove, undo, favour, merge, buy) leave what a plain dict does?"""

import asyncio
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from peakday.kernel.refusal import Refusal
from peakday.market.accounts import api as accounts
from peakday.market.accounts.model import NewBuyer
from peakday.trade.carts import api
from peakday.trade.carts.audit import audit
from tests.trade.carts.aisle import as_buyer

NUMBERS = st.integers(0, 3)
PIECES = st.integers(-1, 12)
STOCK = 10  # of goods 0

acts = st.one_of(
    st.tuples(st.just("add"), NUMBERS, PIECES),
    st.tuples(st.just("guest"), NUMBERS, PIECES),
    st.tuples(st.just("set"), NUMBERS, PIECES),
    st.tuples(st.just("remove"), st.sets(NUMBERS, max_size=3)),
    st.tuples(st.just("undo")),
    st.tuples(st.just("favour"), st.sets(NUMBERS, max_size=2)),
    st.tuples(st.just("back"), NUMBERS),
    st.tuples(st.just("merge")),
    st.tuples(st.just("bought"), st.sets(NUMBERS, max_size=2)),
)


class Model:
    """What a cart should be, in the plainest words: pieces by number, of the buyer and of the guest."""

    def __init__(self) -> None:
        self.own: dict[int, int] = {}
        self.guest: dict[int, int] = {}
        self.favourites: set[int] = set()
        self.removed: dict[int, int] = {}

    def add(self, cart, number, pieces):
        after = cart.get(number, 0) + pieces
        if pieces >= 1 and not (number == 0 and after > STOCK):
            cart[number] = after

    def set(self, number, pieces):
        had = self.own.get(number)
        if had is not None and pieces >= 1 and (pieces <= had or not (number == 0 and pieces > STOCK)):
            self.own[number] = pieces

    def remove(self, numbers):
        gone = {number: self.own.pop(number) for number in numbers if number in self.own}
        self.removed = gone or self.removed

    def undo(self):
        self.own = self.removed | self.own
        self.removed = {}

    def favour(self, numbers):
        for number in numbers & self.own.keys():
            del self.own[number]
            self.favourites.add(number)

    def back(self, number):
        if number in self.favourites and not (number == 0 and self.own.get(0, 0) >= STOCK):
            self.own[number] = self.own.get(number, 0) + 1
            self.favourites.discard(number)

    def merge(self):
        for number, pieces in self.guest.items():
            self.own[number] = max(self.own.get(number, 0), pieces)
        self.guest = {}


class Shop:
    """The same acts in the room."""

    def __init__(self, aisle, buyer, guest) -> None:
        self.aisle, self.buyer, self.guest = aisle, buyer, guest
        self.removal = None

    async def do(self, name, *given):
        try:
            async with self.aisle.house.database.transaction() as tx:
                await getattr(self, name)(tx, as_buyer(self.buyer), *given)
        except Refusal:
            pass  # then nothing may have changed: the model says so

    def skus(self, numbers):
        return [self.aisle.sku(number) for number in numbers]

    async def add_own(self, tx, actor, number, pieces):
        await api.add_line(tx, actor, self.aisle.wish(number, pieces, self.buyer))

    async def add_guest(self, tx, _, number, pieces):
        await api.add_line(tx, as_buyer(self.guest), self.aisle.wish(number, pieces, self.guest))

    async def set(self, tx, actor, number, pieces):
        await api.change_line(tx, actor, api.LineChange(self.aisle.sku(number), pieces))

    async def remove(self, tx, actor, numbers):
        self.removal = (await api.remove_lines(tx, actor, self.skus(numbers))).removal_id

    async def undo(self, tx, actor):
        await api.undo_removal(tx, actor, self.removal or uuid4())

    async def favour(self, tx, actor, numbers):
        await api.move_to_favourites(tx, actor, self.skus(numbers))

    async def back(self, tx, actor, number):
        await api.move_to_cart(tx, actor, self.aisle.sku(number))

    async def merge(self, tx, _):
        await api.merge_carts(tx, self.guest, self.buyer)

    async def bought(self, tx, _, numbers):
        await api.take_bought(tx, [(self.buyer, sku) for sku in self.skus(numbers)])


def follow(model, act):
    name, *given = act
    if name in {"add", "guest"}:
        model.add(model.own if name == "add" else model.guest, *given)
    elif name == "bought":
        for number in given[0]:
            model.own.pop(number, None)
    else:
        getattr(model, name)(*given)


@pytest.mark.capability("TE-02")
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=st.lists(acts, min_size=8, max_size=30))
async def test_every_history_leaves_what_a_plain_dict_does(aisle, history):
    await aisle.stock(0, STOCK)
    async with aisle.house.database.transaction() as tx:
        names = [NewBuyer("test", str(uuid4()), aisle.now) for _ in range(2)]
        buyer, guest = await accounts.ensure_buyers(tx, names)
    shop, model = Shop(aisle, buyer, guest), Model()
    for act in history:
        follow(model, act)
        name = {"add": "add_own", "guest": "add_guest"}.get(act[0], act[0])
        await shop.do(name, *act[1:])
        assert await aisle.pieces(buyer) == model.own, act
    assert await aisle.pieces(guest) == model.guest
    async with aisle.house.database.read() as tx:
        kept = await api.list_favourites(tx, as_buyer(buyer))
    assert {line.quoted.sku_id for line in kept} == {aisle.sku(number) for number in model.favourites}
    assert await audit(aisle.house) == []


@pytest.mark.capability("TE-02")
async def test_many_who_edit_one_cart_at_once_leave_it_sound(aisle):
    async def edit(number):
        shop = Shop(aisle, aisle.buyer, aisle.guest)
        await shop.do("add_own", number % 9, 1)
        await shop.do("add_guest", number % 5, 2)
        await shop.do("remove", {number % 4})
        await shop.do("undo")
        await shop.do("merge")
        await shop.do("favour", {(number + 3) % 9})
        await shop.do("bought", {(number + 1) % 9})

    await asyncio.gather(*(edit(number) for number in range(24)))
    assert await audit(aisle.house) == []
    await Shop(aisle, aisle.buyer, aisle.guest).do("merge")
    assert await aisle.pieces(aisle.guest) == {}
